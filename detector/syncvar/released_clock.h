// ReleasedClock: what releases leave behind on an object, and acquires take from it.
//
// After a store it is the releaser's tree, shared, and the releaser's own entry beside it, so that a release copies no
// path of the tree.
//
// The witness (slot, epoch): whoever's clock has that epoch for that slot knows all that is in here. For a store it is
// the releaser itself. Proof. A clock gets the entry (s, e) only from a release at the end of epoch e of s, or of a
// later one, directly or through other clocks; each such release hands on the whole clock of s along with the entry,
// which only grows; slots are reused exactly (context/slots.h), so a later owner's clock contains the former's. Hence
// C[s] >= e implies C >= clock of s at the end of e >= this clock. So taking a lock that the strand itself released
// last, or that it already heard of, costs one look-up in its clock and no join. For a clock merged from several
// strands the latest acquirer is the witness: its clock contained it by the end of that epoch.
//
// The same the other way round (`contains`): an entry for the acquirer's own slot that is not older than the last
// change of its clock (Context::clock_epoch) says that all of its clock is in here. Then the acquire is a copy and no
// join, and a copy shares what it does not change. That is so whenever strands hand something to and fro.
//
// Both need epochs that end. A strand that has run out of epochs (context.h, kNeverKnown) goes on releasing in its last
// one, so its releases have no witness, and nothing ever contains its clock.
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
  bool empty() const { return clock_.empty() && !witness().is_entry(); }

  // is_known_to: an acquire by this context would change nothing. May be asked without the lock: then it speaks of some
  // moment during the call.
  bool is_known_to(const Context& context) const {
    const Witness witness = this->witness();
    // Within one slot epochs only grow, from owner to owner as well.
    return witness.epoch() != 0 &&
           (context.slot == witness.slot() || context.clock.get(witness.slot()) >= witness.epoch());
  }

  // acquire_into: everything released here happens before what the context does next.
  void acquire_into(Context& context);
  // join_into adds all of it to a clock that is not a context's (fences).
  void join_into(VectorClock& clock) const;

  // store: the context's clock at the end of its present epoch, and nothing else. The caller then advances the epoch.
  void store(const Context& context) {
    if (!store_again(context)) store_anew(context);
  }
  // store_again is store when this is the strand's own last release and it has heard of nothing since: then only the
  // epoch is another. False: it is something else, and nothing was done.
  bool store_again(const Context& context) {
    const Witness last = witness();
    // Of a strand that is kNeverKnown the epoch is higher than any.
    if (!last.is_entry() || last.slot() != context.slot || context.clock_epoch > last.epoch()) return false;
    set_witness(Witness(context.slot, context.epoch, true));
    return true;
  }
  // acquire_and_store is acquire_into, then store.
  void acquire_and_store(Context& context);
  // merge adds it to what is here.
  void merge(const Context& context);
  // The same with a bare clock (a release fence's).
  void store(const VectorClock& clock);
  void merge(const VectorClock& clock);
  void clear();

 private:
  // contains: all of the context's clock is in here.
  bool contains(const Context& context) const {
    const Witness witness = this->witness();
    const uint32_t own = witness.is_entry() && witness.slot() == context.slot ? witness.epoch() : 0;
    return own >= context.clock_epoch || clock_.get(context.slot) >= context.clock_epoch;
  }

  // Witness: slot, epoch (0: none), and whether the witness's own entry belongs to this clock and is not in the tree.
  // One word, so that it can be read without the lock.
  class Witness {
   public:
    Witness() = default;
    Witness(uint32_t slot, uint32_t epoch, bool is_entry)
        : bits_(uint64_t{slot} << 32 | uint64_t{epoch} << 1 | is_entry) {}
    explicit Witness(uint64_t bits) : bits_(bits) {}
    uint32_t slot() const { return static_cast<uint32_t>(bits_ >> 32); }
    uint32_t epoch() const { return static_cast<uint32_t>(bits_) >> 1; }
    bool is_entry() const { return (bits_ & 1) != 0; }
    uint64_t bits() const { return bits_; }

   private:
    uint64_t bits_ = 0;
  };

  // relaxed: whoever reads it without the lock uses nothing else of the clock.
  Witness witness() const { return Witness(__atomic_load_n(&witness_bits_, __ATOMIC_RELAXED)); }
  void set_witness(Witness witness) { __atomic_store_n(&witness_bits_, witness.bits(), __ATOMIC_RELAXED); }
  void store_anew(const Context& context);
  // finish_unite: the clock and the context's are equal now, but for their entries. `last`: the witness before.
  void finish_unite(Context& context, Witness last);
  // fold moves the entry into the tree, before something is merged in.
  void fold();

  uint64_t witness_bits_ = 0;
  // The clock that was merged in last, shared: what the next one shares with it is here already. Ten thousand
  // goroutines that one has started differ in little else than their creator's epoch. Empty for clocks of one leaf.
  PackedClock merged_;
  // Last, so that what follows a ReleasedClock can use the bytes that are left (SyncVar).
  [[no_unique_address]] VectorClock clock_;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SYNCVAR_RELEASED_CLOCK_H_
