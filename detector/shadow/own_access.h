// What a strand knows of its own accesses in granules whose history is in a record: a cache for each thread, from tag
// and direction to the strand's entry. It takes the place of the inline check there, which compares with one word of
// one strand only. A tag stands for one content for ever, so nothing has to be taken out when a history changes.
//
// An access that its strand's entry of this epoch covers adds nothing, be it a read or a write: such an entry, or one
// that dominates it, stays until the epoch is over (README.md, invariant 2).
//
// Thread safety: a cache is its thread's. No lock is taken and no shared word is written, so that readers of common
// data do not take each other's cache lines.
#ifndef GORACE_DETECTOR_SHADOW_OWN_ACCESS_H_
#define GORACE_DETECTOR_SHADOW_OWN_ACCESS_H_

#include <cstddef>
#include <cstdint>

#include "detector/context/thread_state.h"
#include "detector/shadow/granule.h"

namespace gorace::detector {

inline OwnAccess& own_access_slot(ThreadState& state, uint64_t tag, bool is_write) {
  return state.own_accesses[tag % ThreadState::kOwnAccesses][is_write ? 1 : 0];
}

// note_own_access: the history of `tag` has an entry with the identity and at least the bytes of the plain `word`.
inline void note_own_access(ThreadState& state, uint64_t tag, uint64_t word, bool is_write) {
  own_access_slot(state, tag, is_write) = {tag, word};
}

// find_own_access is the rest of holds_own_access: it looks into a small record.
bool find_own_access(ThreadState& state, const uint64_t* words, uint64_t current, uint8_t mask, bool is_write);

// holds_own_access: does the record of this granule, if it has one, hold a plain access of this direction by the strand
// and in the epoch of `current` to all bytes in `mask`? False may also mean that nothing is known.
[[gnu::always_inline]] inline bool holds_own_access(ThreadState& state, const uint64_t* words, uint64_t current,
                                                    uint8_t mask, bool is_write) {
  // relaxed: an outdated tag in the cache names a history of this granule that the own entry is in, and then it is in
  // every later one of this epoch. kBusy is never in the cache.
  const uint64_t tag = __atomic_load_n(words, __ATOMIC_RELAXED);
  if (!is_tagged(tag)) return false;
  const OwnAccess& known = own_access_slot(state, tag, is_write);
  // Known, but of an earlier epoch or of other bytes: a history has one plain entry for each strand, epoch and
  // direction.
  if (known.tag == tag) return ((known.word ^ current) & (GORACE_IDENTITY_MASK | mask)) == 0;
  return find_own_access(state, words, current, mask, is_write);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_OWN_ACCESS_H_
