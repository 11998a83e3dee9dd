// Annotations of mutexes that the detector does not know by itself. Between pre_ and post_ calls the mutex's own
// implementation is at work: what it accesses and what its atomics order is not the program's.
#include "detector/intercept/annotated_mutex.h"
#include "detector/report/finding.h"
#include "detector/syncvar/sync_var.h"

using namespace gorace::detector;

namespace {

uintptr_t address_of(const volatile void* object) { return reinterpret_cast<uintptr_t>(object); }

// Without watched_context(): the end of what is ignored is met while ignoring.
void ignore_all(int by) {
  auto* context = static_cast<Context*>(__gorace_tls.context);
  if (context != nullptr && context->ignore_depth + by >= 0) context->ignore_depth += by;
}

}  // namespace

extern "C" {

void __tsan_mutex_create(void* mutex, unsigned flags) {
  annotated_mutex_create(address_of(mutex), flags, CallSite::here());
}
void __tsan_mutex_destroy(void* mutex, unsigned flags) {
  annotated_mutex_destroy(address_of(mutex), flags, CallSite::here());
}

void __tsan_mutex_pre_lock(void*, unsigned) { ignore_all(1); }
void __tsan_mutex_post_lock(void* mutex, unsigned flags, int recursion) {
  ignore_all(-1);
  if ((flags & kTryLockFailed) != 0) return;
  if ((flags & kReadLock) != 0) {
    annotated_mutex_read_lock(address_of(mutex), flags, CallSite::here());
  } else {
    annotated_mutex_lock(address_of(mutex), flags, recursion, CallSite::here());
  }
}

int __tsan_mutex_pre_unlock(void* mutex, unsigned flags) {
  int levels = 0;
  if ((flags & kReadLock) != 0) {
    annotated_mutex_read_unlock(address_of(mutex), CallSite::here());
  } else {
    levels = annotated_mutex_unlock(address_of(mutex), flags, CallSite::here());
  }
  ignore_all(1);
  return levels;
}
void __tsan_mutex_post_unlock(void*, unsigned) { ignore_all(-1); }

void __tsan_mutex_pre_signal(void*, unsigned) { ignore_all(1); }
void __tsan_mutex_post_signal(void*, unsigned) { ignore_all(-1); }

// A detour out of the mutex's implementation, into code that is the program's again.
void __tsan_mutex_pre_divert(void*, unsigned) { ignore_all(-1); }
void __tsan_mutex_post_divert(void*, unsigned) { ignore_all(1); }

void __tsan_check_no_mutexes_held() {
  Context* context = watched_context();
  if (context == nullptr) return;
  context->held.drop_handed_over();
  if (context->held.count() == 0) return;
  const OriginId here = origin_of_call(context, CallSite::here(), AccessKind::kPlain);
  for (int i = 0; i < context->held.count(); ++i) {
    const FindingStack stacks[] = {{.what = "No mutex should be held", .strand = context, .origin = here},
                                   {.what = "Locked", .origin = context->held[i].place}};
    report_finding({.headline = kHeldInWrongContext,
                    .suppression = SuppressionType::kMutex,
                    .stacks = stacks,
                    .stack_count = 2,
                    .object = context->held[i].address});
  }
}

}  // extern "C"
