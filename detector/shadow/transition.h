// Transitions: what an access made of a granule's words, remembered to be repeated on other granules with the same
// words. Code that works through an array makes the same transition on each element: the first two the long way, all
// others without a look into a record.
//
// A transition is a function of the old words, the access, and what its strand knows; the latter only grows within the
// epoch that the access names, so a repeated transition can at most keep an entry that might have been dropped. Only
// those that completed no race are remembered. Those that begin with a private record are not: no other granule has its
// tag.
//
// References: a known transition holds some of the new record's, as intern.h says; those to the old record are
// collected likewise before they are given back.
//
// Thread safety: a table belongs to its thread.
#ifndef GORACE_DETECTOR_SHADOW_TRANSITION_H_
#define GORACE_DETECTOR_SHADOW_TRANSITION_H_

#include <cstdint>

#include "detector/context/thread_state.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/intern.h"
#include "detector/shadow/page_flags.h"

namespace gorace::detector {

inline Transition& transition_slot(ThreadState& state, uint64_t old_write, uint64_t old_read, uint64_t access) {
  const uint64_t mixed = (old_write * 31 + old_read) * 31 + access;
  return state.transitions[(mixed * GORACE_CONTEXT_MULTIPLIER) >> (64 - ThreadState::kTransitionBits)];
}

inline bool is_transition(const Transition& transition, uint64_t old_write, uint64_t old_read, uint64_t access,
                          bool is_write) {
  return transition.old_write == old_write && transition.old_read == old_read && transition.access == access &&
         transition.is_write == is_write;
}

// old_read_word: word 1 as far as it is part of a granule's history.
inline uint64_t old_read_word(const uint64_t* words, uint64_t write) {
  return is_tagged(write) ? 0 : load_read_word(words);
}

// give_back drops the references to the old record.
void give_back(ThreadState& state, Transition& transition);

// repeat_transition does a plain access to a granule that is locked, whose word 0 was `write`, if it is known what
// becomes of it. Returns the new word 0; kBusy: not known, and nothing was changed.
[[gnu::always_inline]] inline uint64_t repeat_transition(ThreadState& state, uint64_t* words, uintptr_t address,
                                                         uint64_t write, uint64_t access, bool is_write) {
  const uint64_t read = old_read_word(words, write);
  Transition& known = transition_slot(state, write, read, access);
  if (!is_transition(known, write, read, access, is_write) || !known.is_known) return kBusy;
  if (is_tagged(known.new_write)) {
    if (__builtin_expect(known.credits == 1, 0) && !buy_credits(known.new_write, known.credits)) return kBusy;
    --known.credits;
    if (!is_tagged(write)) set_page_flag(address, kPageHasRecords);
  }
  if (is_tagged(write) && ++known.dropped == kCreditBatch) give_back(state, known);
  if (!known.keeps_read_word) store_read_word(words, known.new_read);
  return known.new_write;
}

// note_transition remembers that the access made (new_write, new_read) of (old_write, old_read); keeps_read_word: and
// left word 1 as it was. The second time it is known.
void note_transition(ThreadState& state, const Transition& seen);

// forget_transitions gives back all references that the thread's table holds.
void forget_transitions(ThreadState& state);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_TRANSITION_H_
