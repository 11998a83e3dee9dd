// Slots: who has which index in everybody's clocks.
//
// Exact reuse: a strand may take a slot that an ended one left at epoch f when its creator's clock has f or more for
// it, or the horizon lies after that end (horizon.h). Then all that the last owner did happens before all that the new
// one does, and one index can stand for both. The new owner goes on after f, and after any later epoch of which nothing
// is left (note_use in context.h). Freed slots wait in a queue for each class; a search looks at the creator's hints
// (strands it has heard of) and a bounded number of queue heads, rotating those that do not fit, then takes a fresh
// slot. Only when a class has no fresh slot left is the oldest taken without that knowledge: counted, races between the
// two owners may be missed, none is invented.
//
// Thread safety: any thread; one spin lock.
#ifndef GORACE_DETECTOR_CONTEXT_SLOTS_H_
#define GORACE_DETECTOR_CONTEXT_SLOTS_H_

#include <cstddef>
#include <cstdint>

#include "detector/context/identity.h"

namespace gorace::detector {

struct Context;

struct SlotGrant {
  uint32_t slot = 0;
  uint32_t epoch = 0;  // the new owner's first
  bool early = false;  // taken before its last owner's end was known
};

// take_slot finds a slot for a strand born now by `creator` (null: it knows nobody), preferably of the given class.
// Threads and strands that have used up a short slot want a long one. Returns epoch 0 when every slot is taken and used
// up. `owner`: who it is for; its memory stays valid until put_slot.
SlotGrant take_slot(const Context* creator, SlotClass preferred, const Context* owner);

// put_slot gives a slot back: whoever knows `final_epoch` may take it and goes on after `last_epoch` (>= final_epoch).
void put_slot(uint32_t slot, uint32_t final_epoch, uint32_t last_epoch);

// visit_last_epochs tells of each slot that was ever handed out the last epoch that its owner, or its last one, has
// reached. No slot is taken or given back meanwhile.
void visit_last_epochs(void (*visit)(uint32_t slot, uint32_t epoch, void* argument), void* argument);

// Slots handed out fresh so far.
size_t fresh_slots_used(SlotClass slot_class);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CONTEXT_SLOTS_H_
