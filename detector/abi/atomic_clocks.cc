#include "detector/abi/atomic_clocks.h"

namespace gorace::detector {

void clocks_after_load(Context* context, SyncVar& object, MemoryOrder order) {
  if (order.acquires()) {
    acquire_locked(context, object);
  } else if (fences_in_use()) {
    object.released.join_into(context->relaxed_acquires);
  }
}

void clocks_after_unseen(Context* context, uintptr_t object, MemoryOrder order) {
  if (!load_needs_clock(order)) return;
  SyncVar* locked = lock_sync_var_if_present(object);
  if (locked == nullptr) return;
  clocks_after_load(context, *locked, order);
  locked->lock.unlock();
}

void clocks_after_store(Context* context, SyncVar& object, MemoryOrder order) {
  if (order.releases()) {
    release_locked(context, object);
    return;
  }
  object.released.store(context->release_fence);  // empty when there was no fence
}

void clocks_after_rmw(Context* context, SyncVar& object, MemoryOrder order) {
  clocks_after_load(context, object, order);
  if (order.releases()) {
    release_merge_locked(context, object);
  } else {
    object.released.merge(context->release_fence);
  }
}

void fence_clocks(Context* context, int number) {
  const MemoryOrder order(number);
  if (order.acquires()) {
    context->clock.join(context->relaxed_acquires);
    note_clock_change(context);
    context->relaxed_acquires.clear();
  }
  if (order.releases()) {
    context->release_fence = context->clock;
    context->release_fence.raise(context->slot, context->epoch);
    // What comes after the fence is not published by a later relaxed store: it gets an epoch of its own.
    context_advance_epoch(context);
  }
}

}  // namespace gorace::detector
