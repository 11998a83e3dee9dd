#include "detector/context/context.h"

#include <atomic>
#include <new>

#include "detector/context/identity.h"
#include "detector/context/losses.h"
#include "detector/context/private_phase.h"
#include "detector/context/slots.h"
#include "detector/context/strands.h"
#include "detector/context/thread_state.h"
#include "runtime/base/check.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

constexpr uint32_t kMaxContexts = uint32_t{1} << 24;

// Of the long slots, threads are born into half at most; the others are left to strands whose short epochs have run
// out.
constexpr size_t kLongSlotsForBirth = 1024;

// A slab of its own, so that a reader who holds on to a recycled context finds another context and nothing else.
constinit IndexSlab<Context> g_contexts(kMaxContexts, "goroutines and threads");
constinit SlabCache g_context_cache;
constinit runtime::SpinLock g_context_lock;

Context* allocate_context() {
  g_context_lock.lock();
  const uint32_t index = g_contexts.allocate(g_context_cache);
  g_context_lock.unlock();
  GORACE_CHECK(index != 0);
  return new (&g_contexts.at(index)) Context;
}

void recycle_context(Context* context) {
  context->~Context();
  context->strand = 0;
  g_context_lock.lock();
  g_contexts.free(g_context_cache, g_contexts.index_of(context));
  g_context_lock.unlock();
}

void set_identity(Context* context, uint32_t slot, uint32_t epoch) {
  context->slot = slot;
  context->epoch = epoch;
  context->slot_mask = ~uint64_t{0} << identity_shift(slot);
  // Atomic: whoever raises the horizon reads it (slots.h).
  __atomic_store_n(&context->current, make_identity(slot, epoch) | GORACE_BYTE_MASK, __ATOMIC_RELAXED);
  if (__gorace_tls.context == context) __gorace_tls.current = checked_identity(context->current);
}

void adopt_slot(Context* context, const SlotGrant& grant) {
  if (grant.early) count_loss(Loss::kSlotReusedEarly);
  set_identity(context, grant.slot, grant.epoch);
  context->last_used_epoch = grant.epoch - 1;
  context->last_stack_epoch = grant.epoch - 1;
  context->clock_epoch = grant.epoch;
  own_slot(grant.slot, grant.epoch, context->strand, context);
}

SlotClass birth_class(StrandKind kind) {
  if (kind == StrandKind::kGoroutine) return SlotClass::kShort;
  return fresh_slots_used(SlotClass::kLong) < kLongSlotsForBirth ? SlotClass::kLong : SlotClass::kShort;
}

}  // namespace

Context* current_context() { return static_cast<Context*>(__gorace_tls.context); }

void set_current_context(Context* context) {
  GoraceTls& tls = __gorace_tls;
  if (auto* former = static_cast<Context*>(tls.context); former != nullptr) {
    former->calling_context = tls.calling_context;
    note_depth(former);
  }
  tls.context = context;
  tls.current = context != nullptr ? checked_identity(context->current) : 0;
  tls.calling_context = context != nullptr ? context->calling_context : 0;
}

Context* context_create(Context* creator, StrandKind kind, uint64_t id, OriginId created_at) {
  end_private_phase();
  DetectorScope scope;
  Context* context = allocate_context();
  context->kind = kind;
  context->id = id;
  context->creator_id = creator != nullptr ? creator->id : 0;
  context->created_at = created_at;
  context->strand = add_strand(*context);
  SlotGrant grant = take_slot(creator, birth_class(kind), context);
  // Every one of 2^20 slots is in use or used up: share the last epoch of the unused top slot's class. Nothing is
  // invented, races are missed.
  const bool shared = grant.epoch == 0;
  if (shared) {
    count_loss(Loss::kEpochsExhausted);
    grant = {slot_index(SlotClass::kShort, kShortSlots - 1), kMaxShortEpoch, false};
  }
  if (creator != nullptr) {
    context->clock = creator->clock;
    context->clock.raise(creator->slot, creator->epoch);
  }
  adopt_slot(context, grant);
  if (shared) context->clock_epoch = Context::kNeverKnown;
  if (creator != nullptr) context_advance_epoch(creator);
  return context;
}

void context_end(Context* context) {
  DetectorScope scope;
  if (__gorace_tls.context == context) set_current_context(nullptr);
  context->finished = true;
  finish_strand(*context);
  const uint32_t last_epoch =
      context->last_stack_epoch > context->last_used_epoch ? context->last_stack_epoch : context->last_used_epoch;
  put_slot(context->slot, context->last_used_epoch, last_epoch);
  if (context->kind == StrandKind::kGoroutine) recycle_context(context);
}

void context_join(Context* waiter, Context* ended) {
  DetectorScope scope;
  if (waiter != nullptr) {
    waiter->clock.join(ended->clock);
    waiter->clock.raise(ended->slot, ended->last_used_epoch);
    note_clock_change(waiter);
    note_slot(waiter, ended->slot);
  }
  recycle_context(ended);
}

void context_forget(Context* ended) { context_join(nullptr, ended); }

void context_exchange(Context* running, Context* parked) {
  DetectorScope scope;
  VectorClock& mine = running->clock;
  VectorClock& theirs = parked->clock;
  // Whoever knows the epoch in which the other's clock changed last has all of it (syncvar/released_clock.h). Strands
  // that hand something to and fro know that of each other, and add an entry each.
  const bool theirs_has_mine = theirs.get(running->slot) >= running->clock_epoch;
  const bool mine_has_theirs = mine.get(parked->slot) >= parked->clock_epoch;
  if (!mine_has_theirs) {
    theirs_has_mine ? mine.assign(theirs) : mine.join(theirs);
  }
  if (!theirs_has_mine) theirs.assign(mine);
  mine.raise(parked->slot, parked->epoch);
  theirs.raise(running->slot, running->epoch);
  for (Context* context : {running, parked}) {
    note_slot(context, context == running ? parked->slot : running->slot);
    note_clock_change(context);
  }
  context_advance_epoch(running);
  context_advance_epoch(parked);
}

// context_move_to_new_slot is for a strand whose epochs have run out: what it did so far becomes an entry of its own
// clock, as if it had joined a strand that did it. Without any slot left it stays where it is, and its further releases
// are not told apart.
void context_move_to_new_slot(Context* context) {
  const uint32_t old_slot = context->slot;
  context->clock.raise(old_slot, context->epoch);
  const SlotGrant grant = take_slot(context, SlotClass::kLong, context);
  if (grant.epoch == 0) {
    count_loss(Loss::kEpochsExhausted);
    context->clock_epoch = Context::kNeverKnown;
    return;
  }
  put_slot(old_slot, context->epoch, context->epoch);
  adopt_slot(context, grant);
}

}  // namespace gorace::detector
