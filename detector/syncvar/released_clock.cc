#include "detector/syncvar/released_clock.h"

namespace gorace::detector {

void ReleasedClock::join_into(VectorClock& clock) const {
  clock.join(clock_);
  if (witness().is_entry()) clock.raise(witness().slot(), witness().epoch());
}

void ReleasedClock::acquire_into(Context& context) {
  if (is_known_to(context) || empty()) return;
  if (contains(context)) {
    context.clock.assign(clock_);
    if (witness().is_entry()) context.clock.raise(witness().slot(), witness().epoch());
  } else {
    join_into(context.clock);
  }
  note_clock_change(&context);
  if (witness().is_entry()) {
    note_slot(&context, witness().slot());
    return;
  }
  if (context.clock_epoch == Context::kNeverKnown) return;
  // This makes the epoch one that a later owner of the slot must know.
  context.last_used_epoch = context.epoch;
  set_witness(Witness(context.slot, context.epoch, false));
}

void ReleasedClock::store_anew(const Context& context) {
  merged_.clear();
  clock_.assign(context.clock);
  if (__builtin_expect(context.clock_epoch == Context::kNeverKnown, 0)) {
    clock_.raise(context.slot, context.epoch);
    set_witness(Witness());
    return;
  }
  set_witness(Witness(context.slot, context.epoch, true));
}

void ReleasedClock::acquire_and_store(Context& context) {
  const Witness last = witness();
  if (last.is_entry() && context.clock_epoch != Context::kNeverKnown && last.slot() != context.slot &&
      VectorClock::unite_in_one_leaf(context.clock, clock_, last.slot(), last.epoch())) {
    finish_unite(context, last);
    return;
  }
  if (is_known_to(context) || empty() || contains(context) || context.clock_epoch == Context::kNeverKnown) {
    acquire_into(context);
    store(context);
    return;
  }
  // Each has something that the other has not, and both end with all of it.
  if (last.is_entry()) clock_.raise(last.slot(), last.epoch());
  VectorClock::unite(context.clock, clock_);
  finish_unite(context, last);
}

void ReleasedClock::finish_unite(Context& context, Witness last) {
  if (last.is_entry()) note_slot(&context, last.slot());
  note_clock_change(&context);
  merged_.clear();
  set_witness(Witness(context.slot, context.epoch, true));
}

void ReleasedClock::merge(const Context& context) {
  if (is_known_to(context) || empty()) {
    store(context);
    return;
  }
  fold();
  clock_.join(context.clock, merged_.take());
  clock_.raise(context.slot, context.epoch);
  if (!context.clock.is_one_leaf()) merged_.put(VectorClock(context.clock));
}

void ReleasedClock::store(const VectorClock& clock) {
  merged_.clear();
  clock_ = clock;
  set_witness(Witness());
}

void ReleasedClock::merge(const VectorClock& clock) {
  if (clock.empty()) return;
  fold();
  clock_.join(clock);
}

void ReleasedClock::clear() {
  merged_.clear();
  clock_.clear();
  set_witness(Witness());
}

void ReleasedClock::fold() {
  if (witness().is_entry()) clock_.raise(witness().slot(), witness().epoch());
  set_witness(Witness());
}

}  // namespace gorace::detector
