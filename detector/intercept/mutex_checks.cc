#include "detector/intercept/mutex_checks.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "detector/report/finding.h"
#include "runtime/base/options.h"

namespace gorace::detector {
namespace {

// Bits of __kind (glibc, nptl/pthreadP.h).
constexpr int kTypeMask = 3;
constexpr int kPriorityProtected = 64;  // __lock holds a priority ceiling then
constexpr int kElided = 256;            // __lock and __owner stay zero
// Bits of __readers (glibc, nptl/pthread_rwlock_common.c): below the count of readers.
constexpr int kReadersShift = 3;
constexpr unsigned kWriteLocked = 2;

uintptr_t address_of(const volatile void* object) { return reinterpret_cast<uintptr_t>(object); }

int own_thread_id() { return static_cast<int>(syscall(SYS_gettid)); }

bool is_readable(const pthread_mutex_t* mutex) {
  return (mutex_word(mutex->__data.__kind) & (kPriorityProtected | kElided)) == 0;
}

bool waits_for_itself(const pthread_mutex_t* mutex) {
  const int type = mutex_word(mutex->__data.__kind) & kTypeMask;
  return (type == PTHREAD_MUTEX_NORMAL || type == PTHREAD_MUTEX_ADAPTIVE_NP) &&
         mutex_word(mutex->__data.__owner) == own_thread_id();
}

void report(const char* headline, const char* what, const Context* context, uintptr_t lock, OriginId place) {
  const HeldLock* own = context->held.find(lock);
  const FindingStack stacks[] = {{.what = what, .strand = context, .origin = place},
                                 {.what = "It had locked it", .origin = own != nullptr ? own->place : kUnknownOrigin}};
  report_finding({.headline = headline,
                  .suppression = SuppressionType::kMutex,
                  .stacks = stacks,
                  .stack_count = own != nullptr ? 2 : 1,
                  .object = lock});
}

bool wants_misuse() { return runtime::options().report_mutex_bugs; }

struct ReadWriteState {
  unsigned readers;
  int writer;
};
ReadWriteState state_of(const pthread_rwlock_t* lock) {
  const unsigned readers = __atomic_load_n(&lock->__data.__readers, __ATOMIC_RELAXED);
  const int writer = mutex_word(lock->__data.__cur_writer);
  return {readers >> kReadersShift, (readers & kWriteLocked) != 0 ? writer : 0};
}

}  // namespace

void check_doubtful_lock(const pthread_mutex_t* mutex, OriginId place) {
  const Context* context = watched_context();
  if (context == nullptr || !wants_misuse()) return;
  if (mutex_word(mutex->__data.__kind) == -1) {
    report(kInvalidMutex, "Locked", context, address_of(mutex), place);
  } else if (is_readable(mutex) && waits_for_itself(mutex)) {
    report(kDoubleLock, "Locked", context, address_of(mutex), place);
  }
}

void check_doubtful_unlock(const pthread_mutex_t* mutex, CallSite site) {
  Context* context = watched_context();
  if (context == nullptr || !wants_misuse() || !is_readable(mutex) || context->held.holds(address_of(mutex))) return;
  const bool mine = mutex_word(mutex->__data.__lock) != 0 && mutex_word(mutex->__data.__owner) == own_thread_id();
  if (mine) return;
  const OriginId place = origin_of_call(context, site, AccessKind::kPlain);
  const bool is_invalid = mutex_word(mutex->__data.__kind) == -1;
  report(is_invalid ? kInvalidMutex : kUnlockOfUnlocked, "Unlocked", context, address_of(mutex), place);
}

void check_destroy(const pthread_mutex_t* mutex, CallSite site) {
  Context* context = watched_context();
  if (context == nullptr || !runtime::options().report_destroy_locked) return;
  const bool locked = is_readable(mutex) && mutex_word(mutex->__data.__lock) != 0;
  if (!locked || mutex_word(mutex->__data.__kind) < 0) return;
  report(kDestroyOfLocked, "Destroyed", context, address_of(mutex), origin_of_call(context, site, AccessKind::kPlain));
}

void check_unlock(const pthread_rwlock_t* lock, CallSite site) {
  Context* context = watched_context();
  if (context == nullptr || !wants_misuse() || context->held.holds(address_of(lock))) return;
  const ReadWriteState state = state_of(lock);
  const bool somebody_reads = state.readers != 0 && state.writer == 0;
  if (somebody_reads || (state.writer != 0 && state.writer == own_thread_id())) return;
  report(kUnlockOfUnlocked, "Unlocked", context, address_of(lock), origin_of_call(context, site, AccessKind::kPlain));
}

void check_destroy(const pthread_rwlock_t* lock, CallSite site) {
  Context* context = watched_context();
  if (context == nullptr || !runtime::options().report_destroy_locked) return;
  const ReadWriteState state = state_of(lock);
  if (state.readers == 0 && state.writer == 0) return;
  report(kDestroyOfLocked, "Destroyed", context, address_of(lock), origin_of_call(context, site, AccessKind::kPlain));
}

}  // namespace gorace::detector
