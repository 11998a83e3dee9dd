// What programs call by hand: edges that the detector cannot see (assembly, kernel, other processes), stretches to
// ignore, and the helpers of ThreadSanitizer's own tests.
#include <atomic>
#include <cstring>

#include "detector/abi/access_check.h"
#include "detector/syncvar/sync_var.h"
#include "runtime/base/futex.h"

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
void change_ignore_depth(int by) {
  auto* context = static_cast<Context*>(__gorace_tls.context);
  if (context != nullptr && context->ignore_depth + by >= 0) context->ignore_depth += by;
}

}  // namespace

extern "C" {

void __tsan_acquire(void* object) { annotate_acquire(object); }
void __tsan_release(void* object) { annotate_release(object); }

// Dynamic annotations (the macros of Valgrind, Chromium and Abseil call these).
void AnnotateHappensBefore(const char*, int, const volatile void* object) { annotate_release(object); }
void AnnotateHappensAfter(const char*, int, const volatile void* object) { annotate_acquire(object); }
void AnnotateIgnoreReadsBegin(const char*, int) { change_ignore_depth(1); }
void AnnotateIgnoreReadsEnd(const char*, int) { change_ignore_depth(-1); }
void AnnotateIgnoreWritesBegin(const char*, int) { change_ignore_depth(1); }
void AnnotateIgnoreWritesEnd(const char*, int) { change_ignore_depth(-1); }
void AnnotateRWLockCreate(const char*, int, const volatile void*) {}
void AnnotateRWLockDestroy(const char*, int, const volatile void* lock) {
  gorace::detector::forget_sync_vars(address_of(lock), 1);
}
void AnnotateRWLockAcquired(const char*, int, const volatile void* lock, long is_write) {
  Context* context = watched_context();
  if (context == nullptr) return;
  if (is_write != 0) {
    acquire_exclusive(context, address_of(lock));
  } else {
    acquire_shared(context, address_of(lock));
  }
  context->held.add(address_of(lock), origin_of_call(context, CallSite::here(), AccessKind::kAtomic), is_write == 0);
}
void AnnotateRWLockReleased(const char*, int, const volatile void* lock, long is_write) {
  Context* context = watched_context();
  if (context == nullptr) return;
  context->held.remove(address_of(lock));
  if (is_write != 0) {
    release(context, address_of(lock));
  } else {
    release_shared(context, address_of(lock));
  }
}
void AnnotateThreadName(const char*, int, const char* name) {
  if (auto* context = static_cast<Context*>(__gorace_tls.context); context != nullptr) {
    strncpy(context->name, name, sizeof context->name - 1);
  }
}

// The barrier of ThreadSanitizer's test suite: invisible to the detector, so that a test orders its threads in time
// without an edge. High half of the word: number of threads; low half: how many have come.
void __tsan_testonly_barrier_init(uint64_t* barrier, unsigned count) { *barrier = static_cast<uint64_t>(count) << 32; }

void __tsan_testonly_barrier_wait(uint64_t* barrier) {
  auto* words = reinterpret_cast<std::atomic<uint32_t>*>(barrier);
  const uint32_t count = words[1].load(std::memory_order_relaxed);
  const uint32_t arrived = words[0].fetch_add(1, std::memory_order_acq_rel) + 1;
  const uint32_t last_of_round = (arrived + count - 1) / count * count;
  if (arrived == last_of_round) {
    gorace::runtime::futex_wake(&words[0], 0x7fffffff);
    return;
  }
  for (uint32_t now = arrived; static_cast<int32_t>(now - last_of_round) < 0;
       now = words[0].load(std::memory_order_acquire)) {
    gorace::runtime::futex_wait(&words[0], now);
  }
}

}  // extern "C"
