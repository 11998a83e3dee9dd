// Atomic accesses that come again. Two threads that count in common variables would take each other's shadow words and
// records at each operation, beside the variable itself. So a strand's repeated access stays in its thread's own
// memory: the record holds an older one in its place, and whoever wants the history asks the threads first.
//
// A thread is attached to a record by an entry of its table, made under the granule's lock, for one strand and
// direction. It stands for that strand's entry in the record, whose bytes are the same, and holds as long as the
// granule has the tag. Nobody else's plain entry there is unordered with the strand: it asked when it was attached, its
// clock only grows, and a further plain access changes the tag. Atomic accesses do not race with each other. So a new
// epoch's access changes nothing but that entry.
//
// Dekker's order, the entry against word 0, so that of two simultaneous accesses the second sees the first:
//   an atomic access   stores its word in the entry; passes a full barrier; loads word 0; if that is not the tag, does
//                      the access again, under the granule's lock
//   any other one      exchanges word 0; loads the entries of the attached threads (collect_atomics); puts a new tag
// An entry that may be newer than the record gives its place up only under that granule's lock.
//
// A record has threads attached, or reads in lanes (read_lanes.h), never both.
//
// A change of the record that concerns one strand's atomic entry alone needs no new tag: nobody reads another strand's
// without the lock, and records with atomic entries are never shared (intern.h).
//
// Thread safety: a table is written by its thread; its entries are read by any.
#ifndef GORACE_DETECTOR_SHADOW_ATOMIC_ACCESS_H_
#define GORACE_DETECTOR_SHADOW_ATOMIC_ACCESS_H_

#include <cstddef>
#include <cstdint>

#include "detector/context/thread_state.h"
#include "detector/shadow/access.h"
#include "detector/shadow/fast_access.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/record.h"

namespace gorace::detector {

inline OwnAtomic& own_atomic_slot(OwnAtomics& table, uint64_t tag, bool is_write) {
  return table.entries[is_write ? 1 : 0][tag % OwnAtomics::kEntries];
}

// holds_own_atomic: the access is known to be in the history, or in this thread's entry, in the epoch of `current`.
// False may also mean that nothing is known.
[[gnu::always_inline]] inline bool holds_own_atomic(const ThreadState& state, uintptr_t address, size_t bytes,
                                                    uint64_t current, bool is_write) {
  const uint64_t tag = __atomic_load_n(shadow_words(address), __ATOMIC_RELAXED);
  if (__builtin_expect(state.own_atomics == nullptr, 0)) return false;
  const OwnAtomic& known = own_atomic_slot(*state.own_atomics, tag, is_write);
  return known.tag == tag && ((known.word ^ current) & (GORACE_IDENTITY_MASK | byte_mask(address, bytes))) == 0;
}

// note_own_atomic: the record of `tag` has the atomic access `word`, or one of the same strand, epoch and direction
// that stands for it. The granule is locked.
void note_own_atomic(ThreadState& state, const uint64_t* words, uint64_t tag, uint64_t word, bool is_write);

// make_room sees to it that the entry for the granule's present tag does not hold another granule's newer word; mostly:
// such an entry may stay a while. No granule is locked.
void make_room(ThreadState& state, const uint64_t* words, bool is_write);

// keep_own_atomic does the atomic access `mine` to the locked granule with this tag when it repeats one of its strand:
// it attaches the thread, or changes the entry in place. False when it is something else; then nothing was changed.
bool keep_own_atomic(ThreadState& state, uint64_t* words, uint64_t tag, const Context& context, uint64_t mine,
                     bool is_write);

// AtomicAccess: an atomic access within one granule by the running strand, which is watched. The constructor records
// it; it is sure after confirm(), which comes after a full barrier: the program's operation, or Barrier::kOwn. In
// between the thread may count as inside the detector (context/thread_state.h).
class AtomicAccess {
 public:
  enum class Barrier { kFollows, kOwn };
  struct What {
    uintptr_t address;
    size_t bytes;
    bool is_write;
    bool ends_epoch = false;  // part of a release: surely this epoch's first one
  };

  template <class MakeOrigin>
  [[gnu::always_inline]] AtomicAccess(Context* context, const What& what, Barrier barrier, MakeOrigin&& make_origin) {
    ThreadState& state = thread_state();
    const uint64_t tag = __atomic_load_n(shadow_words(what.address), __ATOMIC_RELAXED);
    OwnAtomic* known =
        state.own_atomics == nullptr ? nullptr : &own_atomic_slot(*state.own_atomics, tag, what.is_write);
    if (known != nullptr && known->tag == tag) {
      const uint64_t difference = known->word ^ context->current;
      const uint64_t mask = byte_mask(what.address, what.bytes);
      if (!what.ends_epoch && (difference & (GORACE_IDENTITY_MASK | mask)) == 0) return;
      const OriginId origin = make_origin();
      if (repeat(state, *known, tag, context, what, barrier, origin)) return;
      record(context, what, origin);
      return;
    }
    record(context, what, make_origin());
  }

  [[gnu::always_inline]] void confirm() {
    if (unconfirmed_tag_ == 0) return;
    // seq_cst: not before the barrier, which is a seq_cst operation.
    const uint64_t word = __atomic_load_n(shadow_words(what_.address), __ATOMIC_SEQ_CST);
    if (__builtin_expect(word != unconfirmed_tag_, 0)) record(context_, what_, origin_);
    leave_detector(thread_state());
  }

 private:
  [[gnu::always_inline]] bool repeat(ThreadState& state, OwnAtomic& known, uint64_t tag, Context* context,
                                     const What& what, Barrier barrier, OriginId origin) {
    const uint8_t mask = byte_mask(what.address, what.bytes);
    // Before the entry is looked at: a signal handler could use it for something else.
    enter_detector(state);
    if (known.granule == nullptr || known.tag != tag || word_mask(known.word) != mask ||
        ((known.word ^ context->current) & context->slot_mask) != 0) {
      leave_detector(state);
      return false;
    }
    note_use(context, what.address, what.bytes);
    note_depth(context);
    const uint64_t mine = make_word(context->current, origin, mask);
    if (barrier == Barrier::kOwn) {
      __atomic_exchange_n(&known.word, mine, __ATOMIC_SEQ_CST);
    } else {
      __atomic_store_n(&known.word, mine, __ATOMIC_RELAXED);
    }
    unconfirmed_tag_ = tag;
    context_ = context;
    what_ = what;
    origin_ = origin;
    return true;
  }

  static void record(Context* context, const What& what, OriginId origin) {
    access_granule(context, what.address, what.bytes, what.is_write, origin);
  }

  uint64_t unconfirmed_tag_ = 0;  // 0: nothing to be confirmed
  Context* context_;
  What what_;
  OriginId origin_;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_ATOMIC_ACCESS_H_
