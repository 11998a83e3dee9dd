#include "detector/syncvar/released_clock.h"

namespace gorace::detector {

void ReleasedClock::join_into(VectorClock& clock) const {
  clock.join(clock_);
  if (is_entry_) clock.raise(witness_slot_, witness_epoch_);
}

void ReleasedClock::acquire_into(Context& context) {
  if (is_known_to(context)) return;
  join_into(context.clock);
  if (is_entry_) {
    note_slot(&context, witness_slot_);
  } else {
    // This makes the epoch one that a later owner of the slot must know.
    context.last_used_epoch = context.epoch;
    witness_slot_ = context.slot;
    witness_epoch_ = context.epoch;
  }
}

void ReleasedClock::store(const Context& context) {
  clock_ = context.clock;
  witness_slot_ = context.slot;
  witness_epoch_ = context.epoch;
  is_entry_ = true;
}

void ReleasedClock::merge(const Context& context) {
  if (is_known_to(context)) {
    store(context);
    return;
  }
  fold();
  clock_.join(context.clock);
  clock_.raise(context.slot, context.epoch);
}

void ReleasedClock::store(const VectorClock& clock) {
  clock_ = clock;
  forget_witness();
}

void ReleasedClock::merge(const VectorClock& clock) {
  if (clock.empty()) return;
  fold();
  clock_.join(clock);
}

void ReleasedClock::clear() {
  clock_.clear();
  forget_witness();
}

void ReleasedClock::fold() {
  if (is_entry_) clock_.raise(witness_slot_, witness_epoch_);
  forget_witness();
}

}  // namespace gorace::detector
