#include "detector/shadow/access.h"

#include "detector/context/horizon.h"
#include "detector/context/losses.h"
#include "detector/context/private_phase.h"
#include "detector/shadow/atomic_access.h"
#include "detector/shadow/fast_access.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/page_flags.h"
#include "detector/shadow/race_list.h"
#include "detector/shadow/read_lanes.h"
#include "detector/shadow/record.h"
#include "detector/shadow/transition.h"

namespace gorace::detector {
namespace {

bool is_on_own_stack(const Access& access) {
  return access.address - access.context.own_stack_low < access.context.own_stack_bytes;
}

// expand moves a granule's two words into a record, and adds the access. Without a record to be had, the newest access
// stays alone.
[[gnu::noinline]] uint64_t expand(ThreadState& state, uint64_t* words, uint64_t write, uint64_t read,
                                  const Access& access) {
  const uint32_t index = make_record(state);
  if (index == 0) return access.is_write && !access.is_atomic ? access.word : write;
  set_page_flag(access.address, kPageHasRecords);
  Record& record = record_at(index);
  if (write != 0) add_entry(record, write, true);
  if (read != 0) add_entry(record, read, false);
  record_access(record, access);
  if (access.is_atomic) return tag_of(index);
  if (!access.is_write) store_read_word(words, access.word);
  return is_on_own_stack(access) ? tag_of(index) : intern_record(state, index);
}

// access_recorded is for a granule whose history is in a record. Returns the new word 0.
[[gnu::noinline]] uint64_t access_recorded(ThreadState& state, uint64_t* words, uint64_t tag, const Access& access) {
  const bool is_plain_read = !access.is_write && !access.is_atomic;
  if (is_plain_read && record_at(tagged_record(tag)).is_laned() &&
      join_lanes(state, words, tag, access.context, access.word))
    return tag;
  const uint32_t index = own_record(state, tag);
  if (index == 0) return tag;
  record_access(record_at(index), access);
  const uint64_t result = settle(state, words, index, /*share=*/!is_on_own_stack(access));
  if (!is_tagged(result)) return result;
  // The hint: this read need not come here again in this epoch.
  if (is_plain_read) store_read_word(words, access.word);
  if (tagged_record(result) != index) return result;
  if (is_plain_read) {
    note_read_in_place(state, words, result, access.context, access.word);
  } else {
    record_at(index).read_streak = 0;
  }
  return result;
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

// access_anew does the access by the rules. Returns the new word 0.
uint64_t access_anew(ThreadState& state, uint64_t* words, uint64_t write, const Access& access) {
  if (is_tagged(write)) return access_recorded(state, words, write, access);
  if (access.is_atomic) return expand(state, words, write, load_read_word(words), access);
  return access.is_write ? write_inline(state, words, write, access) : read_inline(state, words, write, access);
}

// access_and_remember is the same for a plain access that may be one of many like it. What a goroutine does on its own
// stack is not: there variables come one by one, and neither their histories nor the way there is worth remembering.
[[gnu::noinline]] uint64_t access_and_remember(ThreadState& state, uint64_t* words, uint64_t write,
                                               const Access& access) {
  if (is_on_own_stack(access)) return access_anew(state, words, write, access);
  Transition seen = {};
  seen.old_write = write;
  seen.old_read = old_read_word(words, write);
  seen.access = access.word;
  seen.is_write = access.is_write;
  const bool may_come_again = !is_tagged(write) || !is_private(record_at(tagged_record(write)));
  const size_t races_before = access.races.noted();
  seen.new_write = access_anew(state, words, write, access);
  seen.new_read = load_read_word(words);
  seen.keeps_read_word = is_tagged(write) && is_tagged(seen.new_write) && access.is_write;
  if (may_come_again && access.races.noted() == races_before) note_transition(state, seen);
  return seen.new_write;
}

// same_epoch: the inline check of the instrumented code.
inline bool same_epoch(const uint64_t* words, uint64_t word, bool is_write) {
  const uint64_t present = __atomic_load_n(words + (is_write ? 0 : 1), __ATOMIC_RELAXED);
  return ((present ^ word) & GORACE_IDENTITY_MASK) == 0 && covers(present, word);
}

}  // namespace

bool is_known(const Context& context, uint64_t word) {
  const uint32_t slot = identity_slot(word);
  const uint32_t epoch = identity_epoch(word);
  if (context.clock.get(slot) < epoch && !is_behind_horizon(slot, epoch)) return false;
  context.known_word = word;
  return true;
}

void wait_for_granule(uint64_t* words) {
  for (int spins = 0; __atomic_load_n(words, __ATOMIC_RELAXED) == kBusy; ++spins) relax(spins);
}

uint64_t access_keeping_lock(Context& context, ThreadState& state, uintptr_t granule, uint64_t write, uint64_t mine,
                             bool is_write, RaceList& races) {
  uint64_t* words = shadow_words(granule);
  const Access access{context, mine, is_write, word_is_atomic(mine), granule, races};
  if (!access.is_atomic) return access_and_remember(state, words, write, access);
  const uint64_t result = access_anew(state, words, write, access);
  if (is_tagged(result)) note_own_atomic(state, words, result, mine, is_write);
  return result;
}

void access_locked(Context& context, ThreadState& state, uintptr_t granule, uint64_t write, uint64_t mine,
                   bool is_write, RaceList& races) {
  const uint64_t result = access_keeping_lock(context, state, granule, write, mine, is_write, races);
  unlock_granule(state, shadow_words(granule), result);
}

[[gnu::noinline]] void access_locked_alone(Context* context, ThreadState& state, uintptr_t address, size_t bytes,
                                           uint64_t write, uint64_t mine, bool is_write) {
  if (is_tagged(write) && !word_is_atomic(mine) &&
      replace_own(record_at(tagged_record(write)), *context, mine, is_write, false)) {
    uint64_t* words = shadow_words(address);
    const uint64_t tag = tag_of(tagged_record(write));
    if (!is_write) {
      store_read_word(words, mine);
      note_read_in_place(state, words, tag, *context, mine);
    }
    unlock_granule(state, words, tag);
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
  const DetectorScope scope(state);
  // Before the lock, behind which loads wait.
  if (const uint64_t tag = __atomic_load_n(words, __ATOMIC_RELAXED); is_tagged(tag)) {
    __builtin_prefetch(&record_at(tagged_record(tag)), /*write*/ 1);
  }
  note_use(context, address, bytes);
  note_depth(context);
  make_room(state, words, is_write);
  const uint64_t mine = make_word(context->current, origin, byte_mask(address, bytes));
  const uint64_t write = lock_for_access(*context, state, words, address);
  if (is_tagged(write) && keep_own_atomic(state, words, write, *context, mine, is_write)) {
    unlock_granule(state, words, write);
    return;
  }
  if (is_tagged(write) && replace_own(record_at(tagged_record(write)), *context, mine, is_write, true)) {
    const uint64_t tag = tag_of(tagged_record(write));
    note_own_atomic(state, words, tag, mine, is_write);
    unlock_granule(state, words, tag);
    return;
  }
  if (write == 0) note_page(address, kShadowKnown);
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
  [[gnu::always_inline]] void granule(uintptr_t address, uint8_t mask) {
    uint64_t* words = shadow_words(address);
    const uint64_t mine = word_ | mask;
    if (same_epoch(words, mine, kIsWrite)) return;
    if (is_atomic_) return recorded_granule(address, words, lock(address, words), mine);
    if (holds_own_access(state_, words, context_.current, mask, kIsWrite)) return;
    if (!kIsWrite && read_in_lane(state_, context_, words, mine)) return;
    const uint64_t write = lock(address, words);
    const uint64_t result = replace_words<kIsWrite>(context_, words, write, mine);
    if (__builtin_expect(result == kBusy, 0)) return recorded_granule(address, words, write, mine);
    unlock_granule(state_, words, result);
  }

  uint64_t lock(uintptr_t address, uint64_t* words) { return lock_for_access(context_, state_, words, address); }

  // The granule is locked; word 0 was `write`.
  [[gnu::noinline]] void recorded_granule(uintptr_t address, uint64_t* words, uint64_t write, uint64_t mine) {
    const uint64_t result = is_atomic_ ? kBusy : repeat_transition(state_, words, address, write, mine, kIsWrite);
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
  note_use(context, reinterpret_cast<uintptr_t>(address), bytes);
  note_depth(context);
  expect_shadow_of_range(reinterpret_cast<uintptr_t>(address), bytes);
  RangeAccess<kIsWrite> range(*context, state, origin);
  range.access(reinterpret_cast<uintptr_t>(address), bytes);
  range.report(bytes);
}

}  // namespace

namespace {

constexpr size_t kBatch = 8;  // granules compared at a time

// differ_in_batch compares words of neighbouring granules, the first at `words`, without a branch, which compilers make
// vector instructions of.
inline bool differ_in_batch(const uint64_t* words, uint64_t wanted, uint64_t compared_bits) {
  uint64_t difference = 0;
  for (size_t i = 0; i < kBatch; ++i) difference |= words[2 * i] ^ wanted;
  return (difference & compared_bits) != 0;
}

// prefetch_shadow asks for a range's shadow before the walk, which locks granule by granule and would wait for each
// line of it in turn. What is further on the processor has foreseen by then.
inline void prefetch_shadow(uintptr_t start, size_t bytes) {
  constexpr size_t kFarthest = 1024;
  constexpr size_t kLine = 64 / (2 * sizeof(uint64_t)) * kGranuleBytes;  // bytes of the program whose shadow is a line
  const size_t end = bytes < kFarthest ? bytes : kFarthest;
  for (size_t offset = 0; offset < end; offset += kLine) __builtin_prefetch(shadow_words(start + offset), /*write*/ 1);
}

// RecordedRange: the walk of is_recorded.
class RecordedRange {
 public:
  RecordedRange(ThreadState& state, const Context& context, bool is_write)
      : state_(state), current_(checked_identity(context.current)), is_write_(is_write) {}

  bool holds_granule(uintptr_t address, uint8_t mask) {
    const uint64_t* words = shadow_words(address);
    const uint64_t wanted = current_ & (GORACE_IDENTITY_MASK | mask);
    return same_epoch(words, wanted, is_write_) || holds_own_access(state_, words, current_, mask, is_write_);
  }

  // Whole granules, which mostly have the same history.
  bool holds_batch(uintptr_t address) {
    const uint64_t* words = shadow_words(address);
    if (!differ_in_batch(words + (is_write_ ? 0 : 1), current_, GORACE_IDENTITY_MASK | GORACE_BYTE_MASK)) return true;
    if (shared_tag_ != 0 && !differ_in_batch(words, shared_tag_, ~uint64_t{0})) return true;
    for (size_t i = 0; i < kBatch; ++i) {
      if (!holds_granule(address + i * kGranuleBytes, 0xff)) return false;
    }
    const uint64_t tag = __atomic_load_n(words, __ATOMIC_RELAXED);
    const OwnAccess& known = own_access_slot(state_, tag, is_write_);
    if (known.tag == tag && ((known.word ^ current_) & (GORACE_IDENTITY_MASK | GORACE_BYTE_MASK)) == 0)
      shared_tag_ = tag;
    return true;
  }

 private:
  ThreadState& state_;
  const uint64_t current_;
  const bool is_write_;
  uint64_t shared_tag_ = 0;  // of a history that has the own access to all bytes
};

}  // namespace

bool is_recorded(const Context& context, const void* start, size_t bytes, bool is_write) {
  prefetch_shadow(reinterpret_cast<uintptr_t>(start), bytes);
  RecordedRange range(thread_state(), context, is_write);
  auto address = reinterpret_cast<uintptr_t>(start);
  const uintptr_t end = address + bytes;
  while (address < end) {
    if (address % kGranuleBytes == 0 && end - address >= kBatch * kGranuleBytes) {
      if (!range.holds_batch(address)) return false;
      address += kBatch * kGranuleBytes;
      continue;
    }
    const size_t to_next = kGranuleBytes - address % kGranuleBytes;
    const size_t here = end - address < to_next ? end - address : to_next;
    if (!range.holds_granule(address, byte_mask(address, here))) return false;
    address += here;
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
