// What programs say by hand: <gorace/annotations.h> (the names that begin with __gorace_annotate_), and the dynamic
// annotations that the macros of Valgrind, Chromium and Abseil call.
#include <gorace/annotations.h>

#include <cstring>

#include "detector/abi/access_check.h"
#include "detector/intercept/annotated_mutex.h"
#include "detector/report/benign.h"
#include "detector/syncvar/sync_var.h"

using namespace gorace::detector;

namespace {

uintptr_t address_of(const volatile void* object) { return reinterpret_cast<uintptr_t>(object); }

void annotate_release(const volatile void* object) {
  if (Context* context = synced_context(); context != nullptr) release_merge(context, address_of(object));
}

void annotate_acquire(const volatile void* object) {
  if (Context* context = synced_context(); context != nullptr) acquire(context, address_of(object));
}

// A stretch of which `depth` counts how many are open. Of accesses: to ignore a lock with them would lose an edge, and
// give false reports elsewhere. Of synchronisation: mutexes, semaphores, files and annotations, not atomics.
void ignore(int Context::* depth, bool is_begin, CallSite site) {
  auto* context = static_cast<Context*>(__gorace_tls.context);
  if (context == nullptr) return;
  if (is_begin) {
    ++(context->*depth);
    context->ignored_at = origin_of_call(context, site, AccessKind::kPlain);
  } else if (context->*depth > 0) {
    --(context->*depth);
  }
}
void ignore_accesses(bool is_begin, CallSite site) { ignore(&Context::access_ignore_depth, is_begin, site); }

void lock_acquired(const volatile void* lock, bool is_exclusive, CallSite site) {
  if (is_exclusive) {
    annotated_mutex_lock(address_of(lock), 0, 1, site);
  } else {
    annotated_mutex_read_lock(address_of(lock), 0, site);
  }
}

void lock_released(const volatile void* lock, bool is_exclusive, CallSite site) {
  if (is_exclusive) {
    annotated_mutex_unlock(address_of(lock), 0, site);
  } else {
    annotated_mutex_read_unlock(address_of(lock), site);
  }
}

}  // namespace

extern "C" {

void __gorace_annotate_happens_before(const volatile void* object) { annotate_release(object); }
void __gorace_annotate_happens_after(const volatile void* object) { annotate_acquire(object); }
void __gorace_annotate_lock_acquired(const volatile void* lock, int is_exclusive) {
  lock_acquired(lock, is_exclusive != 0, CallSite::here());
}
void __gorace_annotate_lock_released(const volatile void* lock, int is_exclusive) {
  lock_released(lock, is_exclusive != 0, CallSite::here());
}
void __gorace_annotate_lock_destroyed(const volatile void* lock) {
  annotated_mutex_destroy(address_of(lock), 0, CallSite::here());
}
void __gorace_annotate_benign_race(const volatile void* address, size_t bytes, const char* why) {
  add_benign_race(address_of(address), bytes, why);
}
void __gorace_annotate_ignore_accesses(int is_begin) { ignore_accesses(is_begin != 0, CallSite::here()); }

void AnnotateHappensBefore(const char*, int, const volatile void* object) { annotate_release(object); }
void AnnotateHappensAfter(const char*, int, const volatile void* object) { annotate_acquire(object); }
void AnnotateIgnoreReadsBegin(const char*, int) { ignore_accesses(true, CallSite::here()); }
void AnnotateIgnoreReadsEnd(const char*, int) { ignore_accesses(false, CallSite::here()); }
void AnnotateIgnoreWritesBegin(const char*, int) { ignore_accesses(true, CallSite::here()); }
void AnnotateIgnoreWritesEnd(const char*, int) { ignore_accesses(false, CallSite::here()); }
void AnnotateBenignRace(const char*, int, const volatile void* address, const char* why) {
  add_benign_race(address_of(address), 8, why);
}
void AnnotateBenignRaceSized(const char*, int, const volatile void* address, size_t bytes, const char* why) {
  add_benign_race(address_of(address), bytes, why);
}
void WTFAnnotateBenignRaceSized(const char*, int, const volatile void* address, size_t bytes, const char* why) {
  add_benign_race(address_of(address), bytes, why);
}
void AnnotateIgnoreSyncBegin(const char*, int) { ignore(&Context::ignore_sync, true, CallSite::here()); }
void AnnotateIgnoreSyncEnd(const char*, int) { ignore(&Context::ignore_sync, false, CallSite::here()); }
void AnnotateRWLockCreate(const char*, int, const volatile void* lock) {
  annotated_mutex_create(address_of(lock), 0, CallSite::here());
}
void AnnotateRWLockCreateStatic(const char*, int, const volatile void* lock) {
  annotated_mutex_create(address_of(lock), kLinkerInit, CallSite::here());
}
void AnnotateRWLockDestroy(const char*, int, const volatile void* lock) {
  annotated_mutex_destroy(address_of(lock), 0, CallSite::here());
}
void AnnotateRWLockAcquired(const char*, int, const volatile void* lock, long is_write) {
  lock_acquired(lock, is_write != 0, CallSite::here());
}
void AnnotateRWLockReleased(const char*, int, const volatile void* lock, long is_write) {
  lock_released(lock, is_write != 0, CallSite::here());
}
// Without meaning here: what they tell is seen anyway, or not used.
void AnnotateFlushState(const char*, int) {}
void AnnotateNewMemory(const char*, int, const volatile void*, size_t) {}
void AnnotateNoOp(const char*, int, const volatile void*) {}
void AnnotateEnableRaceDetection(const char*, int, int) {}
void AnnotateMutexIsUsedAsCondVar(const char*, int, const volatile void*) {}
void AnnotateMutexIsNotPHB(const char*, int, const volatile void*) {}
void AnnotateCondVarWait(const char*, int, const volatile void*, const volatile void*) {}
void AnnotateCondVarSignal(const char*, int, const volatile void*) {}
void AnnotateCondVarSignalAll(const char*, int, const volatile void*) {}
void AnnotatePublishMemoryRange(const char*, int, const volatile void*, size_t) {}
void AnnotateUnpublishMemoryRange(const char*, int, const volatile void*, size_t) {}
void AnnotateTraceMemory(const char*, int, const volatile void*) {}
void AnnotatePCQCreate(const char*, int, const volatile void*) {}
void AnnotatePCQDestroy(const char*, int, const volatile void*) {}
void AnnotatePCQPut(const char*, int, const volatile void*) {}
void AnnotatePCQGet(const char*, int, const volatile void*) {}
void AnnotateExpectRace(const char*, int, const volatile void*, const char*) {}
void AnnotateMemoryIsInitialized(const char*, int, const volatile void*, size_t) {}
void AnnotateMemoryIsUninitialized(const char*, int, const volatile void*, size_t) {}
void WTFAnnotateHappensBefore(const char*, int, const volatile void*) {}
void WTFAnnotateHappensAfter(const char*, int, const volatile void*) {}
int RunningOnValgrind() { return 0; }
double ValgrindSlowdown() { return 10; }
const char* ThreadSanitizerQuery(const char* query) { return strcmp(query, "pure_happens_before") == 0 ? "1" : "0"; }

void AnnotateThreadName(const char*, int, const char* name) {
  if (auto* context = static_cast<Context*>(__gorace_tls.context); context != nullptr) {
    strncpy(context->name, name, sizeof context->name - 1);
  }
}

}  // extern "C"
