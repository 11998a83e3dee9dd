#include "detector/shadow/access.h"

#include <sched.h>

#include "detector/context/losses.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/race_list.h"
#include "detector/shadow/record.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

// expand moves a granule's two words into a record, and adds the access. Without a record to be had, the newest access stays alone.
[[gnu::noinline]] uint64_t expand(ThreadState& state, uint64_t* words, uint64_t write, uint64_t read, const Access& access) {
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
inline uint64_t write_inline(ThreadState& state, uint64_t* words, uint64_t write, const Access& access) {
  const uint64_t read = load_read_word(words);
  uint64_t merged = access.word;
  if (write != 0) {
    if (same_identity(write, access.word)) {
      merged = merge_words(write, access.word);
    } else if (!is_ordered(access.context, write)) {
      return expand(state, words, write, read, access);
    } else if (!covers(access.word, write)) {
      return expand(state, words, write, read, access);
    }
  }
  // An own read of this epoch stays: the next one then passes the inline check.
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
inline uint64_t read_inline(ThreadState& state, uint64_t* words, uint64_t write, const Access& access) {
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
  if (write != 0 && !same_identity(write, access.word) && (write & access.word & GORACE_BYTE_MASK) != 0 &&
      !is_ordered(access.context, write)) {
    note_race(access, write, true);
  }
  return write;
}

inline void access_words(ThreadState& state, uint64_t* words, const Access& access) {
  const uint64_t write = lock_granule(state, words);
  uint64_t result;
  if (__builtin_expect(is_tagged(write), 0)) {
    result = access_recorded(state, words, write, access);
  } else if (__builtin_expect(access.is_atomic, 0)) {
    result = expand(state, words, write, load_read_word(words), access);
  } else if (access.is_write) {
    result = write_inline(state, words, write, access);
  } else {
    result = read_inline(state, words, write, access);
  }
  unlock_granule(state, words, result);
}

// begin enters the detector for an access. False when the access comes from a signal handler that interrupted this thread inside a granule's lock.
inline bool begin(ThreadState& state, Context* context) {
  if (__builtin_expect(state.locked_granule != nullptr, 0)) {
    count_loss(Loss::kNestedAccess);
    return false;
  }
  enter_detector(state);
  context->last_used_epoch = context->epoch;
  return true;
}

inline uint8_t mask_of(size_t offset, size_t bytes) { return static_cast<uint8_t>(((1u << bytes) - 1) << offset); }

// same_epoch: the inline check of the instrumented code.
inline bool same_epoch(const uint64_t* words, uint64_t word, bool is_write) {
  const uint64_t present = __atomic_load_n(words + (is_write ? 0 : 1), __ATOMIC_RELAXED);
  return ((present ^ word) & (GORACE_IDENTITY_MASK | (word & GORACE_BYTE_MASK))) == 0 && covers(present, word);
}

}  // namespace

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

void access_granule(Context* context, uintptr_t address, size_t bytes, bool is_write, OriginId origin) {
  ThreadState& state = thread_state();
  if (!begin(state, context)) return;
  const size_t offset = address % kGranuleBytes;
  RaceList races;
  const Access access{*context, make_word(context->current, origin, mask_of(offset, bytes)), is_write,
                      is_atomic_origin(origin), address - offset, races};
  access_words(state, shadow_words(address), access);
  if (__builtin_expect(!races.empty(), 0)) races.report(*context, origin, is_write, bytes);
  leave_detector(state);
}

void access_memory(Context* context, const void* address, size_t bytes, bool is_write, OriginId origin) {
  ThreadState& state = thread_state();
  if (bytes == 0 || !begin(state, context)) return;
  RaceList races;
  const bool is_atomic = is_atomic_origin(origin);
  uintptr_t at = reinterpret_cast<uintptr_t>(address);
  for (size_t left = bytes; left != 0;) {
    const size_t offset = at % kGranuleBytes;
    const size_t here = left < kGranuleBytes - offset ? left : kGranuleBytes - offset;
    const uint64_t word = make_word(context->current, origin, mask_of(offset, here));
    uint64_t* words = shadow_words(at);
    if (!same_epoch(words, word, is_write)) {
      access_words(state, words, {*context, word, is_write, is_atomic, at - offset, races});
    }
    at += here;
    left -= here;
  }
  if (__builtin_expect(!races.empty(), 0)) races.report(*context, origin, is_write, bytes);
  leave_detector(state);
}

void shadow_after_fork() {
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
