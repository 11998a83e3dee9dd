#include "detector/shadow/access.h"

#include <sched.h>

#include "detector/context/losses.h"
#include "detector/shadow/fast_access.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/race_list.h"
#include "detector/shadow/record.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

// expand moves a granule's two words into a record, and adds the access. Without a record to be had, the newest access
// stays alone.
[[gnu::noinline]] uint64_t expand(ThreadState& state, uint64_t* words, uint64_t write, uint64_t read,
                                  const Access& access) {
  const uint32_t index = make_record(state, access.address);
  if (index == 0) return access.is_write && !access.is_atomic ? access.word : write;
  Record& record = record_at(index);
  if (write != 0) add_entry(record, write, true);
  if (read != 0) add_entry(record, read, false);
  record_access(record, access);
  if (!access.is_write && !access.is_atomic) store_read_word(words, access.word);
  return tag_record(index);
}

// access_recorded is for a granule whose history is in a record. Returns the new word 0.
[[gnu::noinline]] uint64_t access_recorded(ThreadState& state, uint64_t* words, uint64_t tag, const Access& access) {
  const uint32_t index = tagged_record(tag);
  Record& record = record_at(index);
  record_access(record, access);
  const InlineHistory history = to_inline(record);
  if (history.fits) {
    store_read_word(words, history.read);
    free_record(state, index);
    return history.write;
  }
  // The hint: this read need not come here again in this epoch.
  if (!access.is_write && !access.is_atomic) store_read_word(words, access.word);
  return tag;
}

// write_inline handles a plain write to a granule whose words are its history. Returns the new word 0.
uint64_t write_inline(ThreadState& state, uint64_t* words, uint64_t write, const Access& access) {
  const uint64_t read = load_read_word(words);
  uint64_t merged = access.word;
  if (write != 0) {
    if (same_identity(write, access.word)) {
      merged = merge_words(write, access.word);
    } else if (!covers(access.word, write) || !is_ordered(access.context, write)) {
      return expand(state, words, write, read, access);
    }
  }
  if (read != 0 && !same_identity(read, access.word)) {
    if (!is_ordered(access.context, read)) {
      note_race(access, read, false);
    } else if (covers(merged, read)) {
      store_read_word(words, 0);
    }
  }
  return merged;
}

// read_inline is the same for a plain read. Word 0 stays unless the history must be expanded.
uint64_t read_inline(ThreadState& state, uint64_t* words, uint64_t write, const Access& access) {
  const uint64_t read = load_read_word(words);
  if (read == 0) {
    store_read_word(words, access.word);
  } else if (same_identity(read, access.word)) {
    store_read_word(words, merge_words(read, access.word));
  } else if (covers(access.word, read) && is_ordered(access.context, read)) {
    store_read_word(words, access.word);
  } else {
    return expand(state, words, write, read, access);
  }
  if (write != 0 && !is_ordered(access.context, write)) note_race(access, write, true);
  return write;
}

// same_epoch: the inline check of the instrumented code.
inline bool same_epoch(const uint64_t* words, uint64_t word, bool is_write) {
  const uint64_t present = __atomic_load_n(words + (is_write ? 0 : 1), __ATOMIC_RELAXED);
  return ((present ^ word) & GORACE_IDENTITY_MASK) == 0 && covers(present, word);
}

}  // namespace

bool is_known(const Context& context, uint64_t word) {
  return context.clock.get(identity_slot(word)) >= identity_epoch(word);
}

void wait_for_granule(uint64_t* words) {
  for (int spins = 0; __atomic_load_n(words, __ATOMIC_RELAXED) == kBusy; ++spins) {
    // With fewer cores than threads the holder may not be running.
    if (spins < 100) {
      runtime::cpu_relax();
    } else {
      sched_yield();
    }
  }
}

void access_locked(Context& context, ThreadState& state, uintptr_t granule, uint64_t write, uint64_t mine,
                   bool is_write, RaceList& races) {
  uint64_t* words = shadow_words(granule);
  const Access access{context, mine, is_write, word_is_atomic(mine), granule, races};
  uint64_t result;
  if (is_tagged(write)) {
    result = access_recorded(state, words, write, access);
  } else if (access.is_atomic) {
    result = expand(state, words, write, load_read_word(words), access);
  } else if (is_write) {
    result = write_inline(state, words, write, access);
  } else {
    result = read_inline(state, words, write, access);
  }
  unlock_granule(state, words, result);
}

[[gnu::noinline]] void access_locked_alone(Context* context, ThreadState& state, uintptr_t address, size_t bytes,
                                           uint64_t write, uint64_t mine, bool is_write) {
  if (is_tagged(write) && !is_write && !word_is_atomic(mine) &&
      replace_own(record_at(tagged_record(write)), *context, mine, false, false)) {
    uint64_t* words = shadow_words(address);
    store_read_word(words, mine);
    unlock_granule(state, words, write);
    leave_granule(state);
    return;
  }
  enter_detector(state);
  RaceList races;
  access_locked(*context, state, address & ~(kGranuleBytes - 1), write, mine, is_write, races);
  if (__builtin_expect(!races.empty(), 0)) races.report(*context, word_origin(mine), is_write, bytes);
  leave_detector(state);
}

void count_nested_access() { count_loss(Loss::kNestedAccess); }

namespace {

// access_atomic: granules of atomic objects have records; the strand's last operation of the same kind is usually there
// to be replaced.
void access_atomic(Context* context, uintptr_t address, size_t bytes, bool is_write, OriginId origin) {
  ThreadState& state = thread_state();
  uint64_t* words = shadow_words(address);
  if (__builtin_expect(state.locked_granule != nullptr, 0)) {
    count_nested_access();
    return;
  }
  context->last_used_epoch = context->epoch;
  note_depth(context);
  const uint64_t mine = make_word(context->current, origin, byte_mask(address, bytes));
  const uint64_t write = lock_granule(state, words);
  if (is_tagged(write) && replace_own(record_at(tagged_record(write)), *context, mine, is_write, true)) {
    unlock_granule(state, words, write);
    leave_granule(state);
    return;
  }
  access_locked_alone(context, state, address, bytes, write, mine, is_write);
}

}  // namespace

void access_granule(Context* context, uintptr_t address, size_t bytes, bool is_write, OriginId origin) {
  if (is_atomic_origin(origin)) {
    access_atomic(context, address, bytes, is_write, origin);
  } else if (is_write) {
    access_in_granule<true>(context, address, bytes, [=](ThreadState&) { return origin; });
  } else {
    access_in_granule<false>(context, address, bytes, [=](ThreadState&) { return origin; });
  }
}

namespace {

// RangeAccess walks over a range granule by granule.
template <bool kIsWrite>
class RangeAccess {
 public:
  RangeAccess(Context& context, ThreadState& state, OriginId origin)
      : context_(context),
        state_(state),
        word_(make_word(context.current, origin, 0)),
        is_atomic_(is_atomic_origin(origin)) {}

  void access(uintptr_t address, size_t bytes) {
    const uintptr_t end = address + bytes;
    if (const size_t head = -address % kGranuleBytes; head != 0) {
      const size_t here = bytes < head ? bytes : head;
      granule(address, byte_mask(address, here));
      address += here;
    }
    for (; end - address >= kGranuleBytes; address += kGranuleBytes) granule(address, 0xff);
    if (address < end) granule(address, byte_mask(address, end - address));
  }
  void report(size_t bytes) {
    if (__builtin_expect(!races_.empty(), 0)) races_.report(context_, word_origin(word_), kIsWrite, bytes);
  }

 private:
  void granule(uintptr_t address, uint8_t mask) {
    uint64_t* words = shadow_words(address);
    const uint64_t mine = word_ | mask;
    if (same_epoch(words, mine, kIsWrite)) return;
    if (!kIsWrite && !is_atomic_ && holds_own_read(words, context_.current, mask)) return;
    const uint64_t write = lock_granule(state_, words);
    const uint64_t result = is_atomic_ ? kBusy : replace_words<kIsWrite>(context_, words, write, mine);
    if (__builtin_expect(result == kBusy, 0)) {
      access_locked(context_, state_, address & ~(kGranuleBytes - 1), write, mine, kIsWrite, races_);
    } else {
      unlock_granule(state_, words, result);
    }
  }

  Context& context_;
  ThreadState& state_;
  const uint64_t word_;
  const bool is_atomic_;
  RaceList races_;
};

template <bool kIsWrite>
void access_range(Context* context, const void* address, size_t bytes, OriginId origin) {
  ThreadState& state = thread_state();
  if (__builtin_expect(state.locked_granule != nullptr, 0)) {
    count_nested_access();
    return;
  }
  const DetectorScope scope(state);
  context->last_used_epoch = context->epoch;
  note_depth(context);
  RangeAccess<kIsWrite> range(*context, state, origin);
  range.access(reinterpret_cast<uintptr_t>(address), bytes);
  range.report(bytes);
}

}  // namespace

namespace {

bool granule_is_recorded(const Context& context, uintptr_t address, uint8_t mask, bool is_write) {
  const uint64_t* words = shadow_words(address);
  const uint64_t wanted = (context.current & GORACE_IDENTITY_MASK) | mask;
  return same_epoch(words, wanted, is_write) || (!is_write && holds_own_read(words, context.current, mask));
}

constexpr size_t kBatch = 8;  // granules compared at a time

// batch_is_recorded compares without a branch, which compilers make vector instructions of.
inline bool batch_is_recorded(const uint64_t* words, uint64_t current) {
  uint64_t difference = 0;
  for (size_t i = 0; i < kBatch; ++i) difference |= words[2 * i] ^ current;
  return (difference & (GORACE_IDENTITY_MASK | GORACE_BYTE_MASK)) == 0;
}

}  // namespace

bool is_recorded(const Context& context, const void* start, size_t bytes, bool is_write) {
  auto address = reinterpret_cast<uintptr_t>(start);
  const uintptr_t end = address + bytes;
  while (address < end) {
    uintptr_t batch_end = address + kBatch * kGranuleBytes;
    if (address % kGranuleBytes != 0 || batch_end > end) {
      const uintptr_t next = (address & ~(kGranuleBytes - 1)) + kGranuleBytes;
      batch_end = next < end ? next : end;
    } else if (batch_is_recorded(shadow_words(address) + (is_write ? 0 : 1), context.current)) {
      address = batch_end;
      continue;
    }
    for (; address < batch_end; address += kGranuleBytes - address % kGranuleBytes) {
      const size_t rest = batch_end - address;
      const size_t here = rest < kGranuleBytes ? rest : kGranuleBytes;
      if (!granule_is_recorded(context, address, byte_mask(address, here), is_write)) return false;
    }
    address = batch_end;
  }
  return true;
}

void access_memory(Context* context, const void* address, size_t bytes, bool is_write, OriginId origin) {
  if (bytes == 0) return;
  if (is_write) {
    access_range<true>(context, address, bytes, origin);
  } else {
    access_range<false>(context, address, bytes, origin);
  }
}

void shadow_after_fork() {
  thread_states_after_fork();
  const ThreadState* own = &thread_state();
  for_each_thread_state(
      [](ThreadState& state, void* own_state) {
        uint64_t* words = state.locked_granule;
        if (&state == own_state || words == nullptr) return;
        // A record that the holder was changing is left to itself, half changed as it may be.
        if (__atomic_load_n(words, __ATOMIC_RELAXED) == kBusy) {
          __atomic_store_n(words, 0, __ATOMIC_RELAXED);
          store_read_word(words, 0);
          count_loss(Loss::kHistoryDropped);
        }
        state.locked_granule = nullptr;
      },
      const_cast<ThreadState*>(own));
}

}  // namespace gorace::detector
