// The slow path's common cases, for inlining into its callers: a granule without a record, whose words the new access
// replaces or finds ordered, and transitions that are known. Everything else is access_locked's (access.cc).
#ifndef GORACE_DETECTOR_SHADOW_FAST_ACCESS_H_
#define GORACE_DETECTOR_SHADOW_FAST_ACCESS_H_

#include <cstddef>
#include <cstdint>

#include "detector/shadow/fault_ahead.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/own_access.h"
#include "detector/shadow/race_list.h"
#include "detector/shadow/read_lanes.h"
#include "detector/shadow/transition.h"

namespace gorace::detector {

// replace_write is for a plain write `mine` to a locked granule whose word 0 is `write`. Returns the new word 0, or
// kBusy when it is not a common case; then nothing was changed.
[[gnu::always_inline]] inline uint64_t replace_write(const Context& context, uint64_t* words, uint64_t write,
                                                     uint64_t mine) {
  if (write != 0 && (is_tagged(write) || !covers(mine, write) || !is_ordered(context, write))) return kBusy;
  const uint64_t read = load_read_word(words);
  // An own read of this epoch stays: the next one then passes the inline check.
  if (read != 0 && !same_identity(read, mine)) {
    if (!is_ordered(context, read)) return kBusy;
    if (covers(mine, read)) store_read_word(words, 0);
  }
  return mine;
}

// replace_read is the same for a plain read.
[[gnu::always_inline]] inline uint64_t replace_read(const Context& context, uint64_t* words, uint64_t write,
                                                    uint64_t mine) {
  if (is_tagged(write)) return kBusy;
  const uint64_t read = load_read_word(words);
  if (read != 0 && (!covers(mine, read) || !is_ordered(context, read))) return kBusy;
  if ((write & mine & GORACE_BYTE_MASK) != 0 && !is_ordered(context, write)) return kBusy;
  store_read_word(words, mine);
  return write;
}

template <bool kIsWrite>
[[gnu::always_inline]] inline uint64_t replace_words(const Context& context, uint64_t* words, uint64_t write,
                                                     uint64_t mine) {
  return kIsWrite ? replace_write(context, words, write, mine) : replace_read(context, words, write, mine);
}

// access_locked does the access `mine` to a granule that is locked, whose word 0 was `write`, and unlocks it.
void access_locked(Context& context, ThreadState& state, uintptr_t granule, uint64_t write, uint64_t mine,
                   bool is_write, RaceList& races);

// access_keeping_lock is the same without the unlocking. Returns the new word 0.
uint64_t access_keeping_lock(Context& context, ThreadState& state, uintptr_t granule, uint64_t write, uint64_t mine,
                             bool is_write, RaceList& races);

// access_locked_alone is the same for an access of one granule: it also reports the races.
void access_locked_alone(Context* context, ThreadState& state, uintptr_t address, size_t bytes, uint64_t write,
                         uint64_t mine, bool is_write);

constexpr uint8_t byte_mask(uintptr_t address, size_t bytes) {
  return static_cast<uint8_t>(((1u << bytes) - 1) << address % kGranuleBytes);
}

// count_nested_access: the access comes from a signal handler that interrupted this thread inside the detector's
// granule lock.
void count_nested_access();

// access_in_granule records an access of 1 to 8 bytes within one granule. make_origin() is called once the thread
// counts as inside the detector, and gives a plain origin of a kind that is not atomic.
template <bool kIsWrite, class MakeOrigin>
[[gnu::always_inline]] inline void access_in_granule(Context* context, uintptr_t address, size_t bytes,
                                                     MakeOrigin&& make_origin) {
  ThreadState& state = thread_state();
  uint64_t* words = shadow_words(address);
  if (holds_own_access(state, words, context->current, byte_mask(address, bytes), kIsWrite)) return;
  if (__builtin_expect(state.locked_granule != nullptr, 0)) {
    count_nested_access();
    return;
  }
  state.locked_granule = words;
  const uint64_t mine = make_word(context->current, make_origin(state), byte_mask(address, bytes));
  note_use(context, address, bytes);
  note_depth(context);
  if (!kIsWrite && read_in_lane(state, *context, words, mine)) {
    state.locked_granule = nullptr;
    leave_granule(state);
    return;
  }
  const uint64_t write = lock_for_access(*context, state, words, address);
  uint64_t result = replace_words<kIsWrite>(*context, words, write, mine);
  if (result == kBusy) result = repeat_transition(state, words, address, write, mine, kIsWrite);
  if (__builtin_expect(result == kBusy, 0)) {
    access_locked_alone(context, state, address, bytes, write, mine, kIsWrite);
    return;
  }
  const bool is_new_page = write == 0 && !is_known_page(address, kShadowKnown);
  if (__builtin_expect(is_new_page, 0)) note_page(address, kShadowKnown);
  unlock_granule(state, words, result);
  if (__builtin_expect(is_new_page, 0)) fault_in_order(address, kShadowKnown);
  leave_granule(state);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_FAST_ACCESS_H_
