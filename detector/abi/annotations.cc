// What programs say by hand: <gorace/annotations.h> (the names that begin with __gorace_annotate_), and the dynamic
// annotations that the macros of Valgrind, Chromium and Abseil call.
#include <gorace/annotations.h>

#include <cstring>

#include "detector/abi/access_check.h"
#include "detector/report/benign.h"
#include "detector/syncvar/sync_var.h"

using gorace::detector::AccessKind;
using gorace::detector::CallSite;
using gorace::detector::Context;
using gorace::detector::origin_of_call;
using gorace::detector::watched_context;

namespace {

uintptr_t address_of(const volatile void* object) { return reinterpret_cast<uintptr_t>(object); }

void annotate_release(const volatile void* object) {
  if (Context* context = watched_context(); context != nullptr) release_merge(context, address_of(object));
}

void annotate_acquire(const volatile void* object) {
  if (Context* context = watched_context(); context != nullptr) acquire(context, address_of(object));
}

// Only accesses: to ignore a lock would lose an edge, and give false reports elsewhere.
void ignore_accesses(bool is_begin) {
  auto* context = static_cast<Context*>(__gorace_tls.context);
  if (context == nullptr) return;
  if (is_begin) {
    ++context->access_ignore_depth;
  } else if (context->access_ignore_depth > 0) {
    --context->access_ignore_depth;
  }
}

void lock_acquired(const volatile void* lock, bool is_exclusive, CallSite site) {
  Context* context = watched_context();
  if (context == nullptr) return;
  if (is_exclusive) {
    acquire_exclusive(context, address_of(lock));
  } else {
    acquire_shared(context, address_of(lock));
  }
  context->held.add(address_of(lock), origin_of_call(context, site, AccessKind::kAtomic), !is_exclusive);
}

void lock_released(const volatile void* lock, bool is_exclusive) {
  Context* context = watched_context();
  if (context == nullptr) return;
  context->held.remove(address_of(lock));
  if (is_exclusive) {
    release(context, address_of(lock));
  } else {
    release_shared(context, address_of(lock));
  }
}

void lock_destroyed(const volatile void* lock) { gorace::detector::forget_sync_vars(address_of(lock), 1); }

}  // namespace

extern "C" {

void __gorace_annotate_happens_before(const volatile void* object) { annotate_release(object); }
void __gorace_annotate_happens_after(const volatile void* object) { annotate_acquire(object); }
void __gorace_annotate_lock_acquired(const volatile void* lock, int is_exclusive) {
  lock_acquired(lock, is_exclusive != 0, CallSite::here());
}
void __gorace_annotate_lock_released(const volatile void* lock, int is_exclusive) {
  lock_released(lock, is_exclusive != 0);
}
void __gorace_annotate_lock_destroyed(const volatile void* lock) { lock_destroyed(lock); }
void __gorace_annotate_benign_race(const volatile void* address, size_t bytes, const char* why) {
  gorace::detector::add_benign_race(address_of(address), bytes, why);
}
void __gorace_annotate_ignore_accesses(int is_begin) { ignore_accesses(is_begin != 0); }

void AnnotateHappensBefore(const char*, int, const volatile void* object) { annotate_release(object); }
void AnnotateHappensAfter(const char*, int, const volatile void* object) { annotate_acquire(object); }
void AnnotateIgnoreReadsBegin(const char*, int) { ignore_accesses(true); }
void AnnotateIgnoreReadsEnd(const char*, int) { ignore_accesses(false); }
void AnnotateIgnoreWritesBegin(const char*, int) { ignore_accesses(true); }
void AnnotateIgnoreWritesEnd(const char*, int) { ignore_accesses(false); }
void AnnotateBenignRace(const char*, int, const volatile void* address, const char* why) {
  gorace::detector::add_benign_race(address_of(address), 8, why);
}
void AnnotateBenignRaceSized(const char*, int, const volatile void* address, size_t bytes, const char* why) {
  gorace::detector::add_benign_race(address_of(address), bytes, why);
}
void AnnotateRWLockCreate(const char*, int, const volatile void*) {}
void AnnotateRWLockDestroy(const char*, int, const volatile void* lock) { lock_destroyed(lock); }
void AnnotateRWLockAcquired(const char*, int, const volatile void* lock, long is_write) {
  lock_acquired(lock, is_write != 0, CallSite::here());
}
void AnnotateRWLockReleased(const char*, int, const volatile void* lock, long is_write) {
  lock_released(lock, is_write != 0);
}
void AnnotateThreadName(const char*, int, const char* name) {
  if (auto* context = static_cast<Context*>(__gorace_tls.context); context != nullptr) {
    strncpy(context->name, name, sizeof context->name - 1);
  }
}

}  // extern "C"
