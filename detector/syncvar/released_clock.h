// ReleasedClock: what releases leave behind on an object, and acquires take from it.
//
// After a store it is the releaser's tree, shared, and the releaser's own entry beside it, so that a release copies no path of the tree.
//
// The witness (slot, epoch): whoever's clock has that epoch for that slot knows all that is in here. For a store it is the releaser itself.
// Proof. A clock gets the entry (s, e) only from a release at the end of epoch e of s, or of a later one, directly or through other clocks; each
// such release hands on the whole clock of s along with the entry, which only grows; slots are reused exactly (context/slots.h), so a
// later owner's clock contains the former's. Hence C[s] >= e implies C >= clock of s at the end of e >= this clock. So taking a
// lock that the strand itself released last, or that it already heard of, costs one look-up in its clock and no join.
// For a clock merged from several strands the latest acquirer is the witness: its clock contained it by the end of that epoch.
//
// Thread safety: guarded by the lock of the object that it belongs to.
#ifndef GORACE_DETECTOR_SYNCVAR_RELEASED_CLOCK_H_
#define GORACE_DETECTOR_SYNCVAR_RELEASED_CLOCK_H_

#include <cstdint>

#include "detector/clock/vector_clock.h"
#include "detector/context/context.h"

namespace gorace::detector {

class ReleasedClock {
 public:
  bool empty() const { return clock_.empty() && entry_epoch() == 0; }

  // is_known_to: an acquire by this context would change nothing.
  bool is_known_to(const Context& context) const {
    if (witness_epoch_ == 0) return empty();
    // Within one slot epochs only grow, from owner to owner as well.
    return context.slot == witness_slot_ || context.clock.get(witness_slot_) >= witness_epoch_;
  }

  // acquire_into: everything released here happens before what the context does next.
  void acquire_into(Context& context);
  // join_into adds all of it to a clock that is not a context's (fences).
  void join_into(VectorClock& clock) const;

  // store: the context's clock at the end of its present epoch, and nothing else. The caller then advances the epoch.
  void store(const Context& context);
  // merge adds it to what is here.
  void merge(const Context& context);
  // The same with a bare clock (a release fence's).
  void store(const VectorClock& clock);
  void merge(const VectorClock& clock);
  void clear();

 private:
  uint32_t entry_epoch() const { return is_entry_ ? witness_epoch_ : 0; }
  // fold moves the entry into the tree, before something is merged in.
  void fold();
  void forget_witness() {
    witness_epoch_ = 0;
    is_entry_ = false;
  }

  VectorClock clock_;
  uint32_t witness_slot_ = 0;
  uint32_t witness_epoch_ : 31 = 0;  // 0: no witness
  uint32_t is_entry_ : 1 = 0;        // the witness's own entry belongs to this clock and is not in the tree
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SYNCVAR_RELEASED_CLOCK_H_
