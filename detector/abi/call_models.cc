// Synchronisation inside libraries that are not instrumented: instrumented code calls these around its calls into them,
// as the pass's models say (docs/models.md).
#include "detector/abi/abi.h"
#include "detector/abi/access_check.h"
#include "detector/intercept/sync_events.h"
#include "detector/syncvar/sync_var.h"

using gorace::detector::AccessKind;
using gorace::detector::CallSite;
using gorace::detector::Context;
using gorace::detector::on_lock_dropped;
using gorace::detector::origin_of_call;
using gorace::detector::watched_context;

namespace {

uintptr_t address_of(const void* object) { return reinterpret_cast<uintptr_t>(object); }

Context* watched(const void* object) { return object == nullptr ? nullptr : watched_context(); }

void take(Context* context, const void* object, CallSite site, bool is_shared) {
  context->held.add(address_of(object), origin_of_call(context, site, AccessKind::kAtomic), is_shared);
}

// Held for reading? Not told of locks beyond those that HeldLocks names.
bool is_held_shared(const Context* context, const void* object) {
  const gorace::detector::HeldLock* held = context->held.find(address_of(object));
  return held != nullptr && held->shared != 0;
}

}  // namespace

extern "C" {

void __gorace_model_acquire(void* object) {
  if (Context* context = watched(object); context != nullptr) acquire_exclusive(context, address_of(object));
}

// Merged: several goroutines may release one object before somebody acquires it (a counter, a semaphore, a barrier).
void __gorace_model_release(void* object) {
  if (Context* context = watched(object); context != nullptr) release_merge(context, address_of(object));
}

void __gorace_model_lock(void* object) {
  Context* context = watched(object);
  if (context == nullptr) return;
  acquire_exclusive(context, address_of(object));
  take(context, object, CallSite::here(), /*is_shared=*/false);
}

// Many reader-writer locks have one function that gives back either kind. Merged too: the same object may have been
// released by a function that is modelled as release only.
void __gorace_model_unlock(void* object) {
  if (object == nullptr) return;
  Context* context = watched_context();
  const bool is_shared = context != nullptr && is_held_shared(context, object);
  on_lock_dropped(object);
  if (context == nullptr) return;
  if (is_shared) {
    release_shared(context, address_of(object));
  } else {
    release_merge(context, address_of(object));
  }
}

void __gorace_model_lock_shared(void* object) {
  Context* context = watched(object);
  if (context == nullptr) return;
  acquire_shared(context, address_of(object));
  take(context, object, CallSite::here(), /*is_shared=*/true);
}

void __gorace_model_unlock_shared(void* object) {
  if (object == nullptr) return;
  on_lock_dropped(object);
  if (Context* context = watched_context(); context != nullptr) release_shared(context, address_of(object));
}

void __gorace_model_destroy(void* object) {
  if (object == nullptr) return;
  on_lock_dropped(object);
  gorace::detector::forget_sync_vars(address_of(object), 1);
}

void __gorace_model_quiet_begin() {
  if (auto* context = static_cast<Context*>(__gorace_tls.context); context != nullptr) ++context->ignore_depth;
}

void __gorace_model_quiet_end() {
  auto* context = static_cast<Context*>(__gorace_tls.context);
  if (context != nullptr && context->ignore_depth > 0) --context->ignore_depth;
}

}  // extern "C"
