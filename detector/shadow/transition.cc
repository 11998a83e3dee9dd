#include "detector/shadow/transition.h"

#include "detector/shadow/record.h"

namespace gorace::detector {

namespace {

void forget(ThreadState& state, Transition& transition) {
  if (transition.dropped != 0) give_back(state, transition);
  if (transition.credits != 0) drop_references(state, tagged_record(transition.new_write), transition.credits);
  transition = {};
}

}  // namespace

void give_back(ThreadState& state, Transition& transition) {
  drop_references(state, tagged_record(transition.old_write), transition.dropped);
  transition.dropped = 0;
}

void note_transition(ThreadState& state, const Transition& seen) {
  Transition& slot = transition_slot(state, seen.old_write, seen.old_read, seen.access);
  if (!is_transition(slot, seen.old_write, seen.old_read, seen.access, seen.is_write)) {
    forget(state, slot);
    slot = seen;
    slot.is_known = false;
    return;
  }
  if (slot.is_known) return;  // not to be shared further
  slot = seen;
  slot.is_known = !is_tagged(seen.new_write) || buy_credits(slot.new_write, slot.credits);
}

void forget_transitions(ThreadState& state) {
  for (Transition& transition : state.transitions) forget(state, transition);
}

}  // namespace gorace::detector
