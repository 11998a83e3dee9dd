#include "detector/intercept/annotated_mutex.h"

#include <algorithm>

#include "detector/context/thread_state.h"
#include "detector/intercept/sync_events.h"
#include "detector/lock_order/lock_order.h"
#include "detector/report/finding.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/base/options.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

constexpr unsigned kCreationFlags = kLinkerInit | kNotStatic;
constexpr size_t kShards = 64;
constexpr size_t kBucketsOfShard = 64;

struct State {
  uintptr_t mutex = 0;
  unsigned flags = 0;
  bool broken = false;  // misuse was reported: once is enough
  uint64_t owner = 0;   // id of the strand that holds it for writing; 0: nobody
  int recursion = 0;
  OriginId locked_at = kUnknownOrigin;
  State* next = nullptr;
};

struct Shard {
  runtime::SpinLock lock;
  State* buckets[kBucketsOfShard] = {};
};
constinit Shard g_shards[kShards];

uint64_t hash_of(uintptr_t mutex) { return mutex * 0x9e3779b97f4a7c15u >> 40; }
Shard& shard_of(uintptr_t mutex) { return g_shards[hash_of(mutex) % kShards]; }
State** bucket_of(uintptr_t mutex) { return &shard_of(mutex).buckets[hash_of(mutex) / kShards % kBucketsOfShard]; }

// Locked: the lock of the mutex's shard, held where no signal handler of this thread can come.
class Locked {
 public:
  explicit Locked(uintptr_t mutex) : shard_(shard_of(mutex)) { shard_.lock.lock(); }
  ~Locked() { shard_.lock.unlock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  DetectorScope scope_;
  Shard& shard_;
};

// Both under the shard's lock.
State** find(uintptr_t mutex) {
  for (State** link = bucket_of(mutex); *link != nullptr; link = &(*link)->next) {
    if ((*link)->mutex == mutex) return link;
  }
  return nullptr;
}
State& find_or_create(uintptr_t mutex) {
  if (State** link = find(mutex)) return **link;
  State* created = runtime::internal_new<State>();
  created->mutex = mutex;
  created->next = *bucket_of(mutex);
  *bucket_of(mutex) = created;
  return *created;
}

// The first misuse of a mutex is reported.
bool is_first_misuse(State& state) {
  if (state.broken || !runtime::options().report_mutex_bugs) return false;
  return state.broken = true;
}

// reads_write_locked tells whether an operation of a reader is the first misuse: somebody holds the mutex for writing.
bool reads_write_locked(uintptr_t mutex, unsigned flags) {
  const Locked locked(mutex);
  State& state = find_or_create(mutex);
  state.flags |= flags & kCreationFlags;
  return state.owner != 0 && is_first_misuse(state);
}

void report_misuse(const char* headline, const char* what, const Context* context, uintptr_t mutex, OriginId origin,
                   OriginId locked_at = kUnknownOrigin) {
  const FindingStack stacks[] = {{.what = what, .strand = context, .origin = origin},
                                 {.what = "The mutex was locked", .origin = locked_at}};
  report_finding({.headline = headline,
                  .suppression = SuppressionType::kMutex,
                  .stacks = stacks,
                  .stack_count = locked_at == kUnknownOrigin ? 1 : 2,
                  .object = mutex});
}

const volatile void* object_at(uintptr_t mutex) { return reinterpret_cast<const volatile void*>(mutex); }

}  // namespace

void annotated_mutex_create(uintptr_t mutex, unsigned flags, CallSite site) {
  if (followed_context() == nullptr) return;
  {
    const Locked locked(mutex);
    State& state = find_or_create(mutex);
    state.flags |= flags & kCreationFlags;
    state.broken = false;
  }
  if ((flags & kLinkerInit) == 0) check_range(object_at(mutex), 1, Direction::kWrite, site);
}

void annotated_mutex_destroy(uintptr_t mutex, unsigned flags, CallSite site) {
  Context* context = followed_context();
  if (context == nullptr) return;
  bool was_locked = false;
  OriginId locked_at = kUnknownOrigin;
  {
    const Locked locked(mutex);
    State** link = find(mutex);
    if (link == nullptr) return;
    State* state = *link;
    const bool stays =
        ((flags | state->flags) & kLinkerInit) != 0 || ((flags & kNotStatic) != 0 && (state->flags & kNotStatic) == 0);
    if (stays) return;
    was_locked = state->owner != 0 && !state->broken && runtime::options().report_destroy_locked;
    locked_at = state->locked_at;
    *link = state->next;
    runtime::internal_delete(state);
  }
  context->held.remove(mutex);
  on_object_destroy(object_at(mutex), 1, site);
  if (!was_locked) return;
  report_misuse(kDestroyOfLocked, "Destroyed", context, mutex, origin_of_call(context, site, AccessKind::kPlain),
                locked_at);
  // What follows (its unlock) is a consequence.
  const Locked locked(mutex);
  find_or_create(mutex).broken = true;
}

void annotated_mutex_lock(uintptr_t mutex, unsigned flags, int recursion, CallSite site) {
  Context* context = followed_context();
  if (context == nullptr) return;
  const OriginId place = on_object_use(object_at(mutex), site);
  bool misused = false;
  bool first = false;
  {
    const Locked locked(mutex);
    State& state = find_or_create(mutex);
    state.flags |= flags & kCreationFlags;
    if (state.owner == 0) {
      state.owner = context->id;
      state.locked_at = place;
    } else if (state.owner != context->id) {
      misused = is_first_misuse(state);
    }
    first = state.recursion == 0;
    state.recursion += (flags & kRecursiveLock) != 0 ? std::max(recursion, 1) : 1;
  }
  if (misused) report_misuse(kDoubleLock, "Locked", context, mutex, place);
  if (!first) return;
  if ((flags & kTryLock) == 0) on_lock_wanted(object_at(mutex), place);
  on_acquire_exclusive(object_at(mutex));
  on_lock_taken(object_at(mutex), place, /*shared=*/false, LockOwner::kAnybody);
}

int annotated_mutex_unlock(uintptr_t mutex, unsigned flags, CallSite site) {
  Context* context = followed_context();
  if (context == nullptr) return 1;
  const OriginId place = on_object_use(object_at(mutex), site);
  bool misused = false;
  bool last = false;
  int levels = 1;
  {
    const Locked locked(mutex);
    State& state = find_or_create(mutex);
    if (state.owner != context->id || state.recursion == 0) {
      misused = is_first_misuse(state);
    } else {
      levels = (flags & kRecursiveUnlock) != 0 ? state.recursion : 1;
      state.recursion -= levels;
      last = state.recursion == 0;
      if (last) state.owner = 0;
    }
  }
  if (misused) report_misuse(kUnlockOfUnlocked, "Unlocked", context, mutex, place);
  if (!last) return levels;
  on_lock_dropped(object_at(mutex));
  on_release(object_at(mutex));
  return levels;
}

void annotated_mutex_read_lock(uintptr_t mutex, unsigned flags, CallSite site) {
  Context* context = followed_context();
  if (context == nullptr) return;
  const OriginId place = on_object_use(object_at(mutex), site);
  if (reads_write_locked(mutex, flags)) {
    report_misuse(kReadLockOfWriteLocked, "Locked for reading", context, mutex, place);
  }
  if ((flags & kTryLock) == 0) on_lock_wanted(object_at(mutex), place);
  on_acquire_shared(object_at(mutex));
  on_lock_taken(object_at(mutex), place, /*shared=*/true, LockOwner::kAnybody);
}

void annotated_mutex_read_unlock(uintptr_t mutex, CallSite site) {
  Context* context = followed_context();
  if (context == nullptr) return;
  const OriginId place = on_object_use(object_at(mutex), site);
  if (reads_write_locked(mutex, /*flags=*/0)) {
    report_misuse(kReadUnlockOfWriteLocked, "Unlocked for reading", context, mutex, place);
  }
  on_lock_dropped(object_at(mutex));
  on_release_shared(object_at(mutex));
}

}  // namespace gorace::detector
