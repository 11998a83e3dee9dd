// spawn: a goroutine's birth, its first and its last steps.
#include <algorithm>
#include <cstring>

#include "runtime/base/check.h"
#include "runtime/sched/goexit.h"
#include "runtime/sched/labels.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/switch.h"
#include "runtime/stack/frame_walk.h"
#include "runtime/stack/stack_pool.h"

namespace gorace::runtime {
namespace {

constexpr int kStackBatch = 32;         // moved at once between a P's cache and the pool
constexpr int kPrefetchDistance = 3;    // births ahead; measured: 2 to 4 are alike
constexpr size_t kStackPerClosure = 4;  // a closure may fill a quarter of its stack: bigger ones get a bigger stack

// prefetch_stack starts to load what a birth writes: the control block's first lines, and the top of the stack below
// it. With many goroutines both are in no cache, and their page's translation is not either.
void prefetch_stack(const G* g) {
  const char* block = reinterpret_cast<const char*>(g);
  __builtin_prefetch(block, 1);
  __builtin_prefetch(block + 64, 1);
  __builtin_prefetch(block - 64, 1);
  __builtin_prefetch(block - 128, 1);
}

G* take_stack(P* p, size_t slot_bytes) {
  if (p == nullptr || slot_bytes != kDefaultStackBytes) return stack_acquire(slot_bytes);
  int count = p->free_stack_count.load(std::memory_order_relaxed);
  if (count == 0) count = stack_acquire_batch(p->free_stacks, kStackBatch);
  if (count == 0) return stack_acquire(slot_bytes);
  G* g = p->free_stacks[--count];
  p->free_stack_count.store(count, std::memory_order_relaxed);
  if (count >= kPrefetchDistance) prefetch_stack(p->free_stacks[count - kPrefetchDistance]);
  return g;
}

void give_stack_back(P* p, G* g) {
  if (p == nullptr || !g->default_stack) {
    stack_release(g);
    return;
  }
  int count = p->free_stack_count.load(std::memory_order_relaxed);
  if (count == P::kMaxFreeStacks) {  // the oldest go to the pool: the newest are in the caches
    stack_release_batch(p->free_stacks, kStackBatch);
    count -= kStackBatch;
    memmove(p->free_stacks, p->free_stacks + kStackBatch, static_cast<size_t>(count) * sizeof(G*));
  }
  p->free_stacks[count] = g;
  p->free_stack_count.store(count + 1, std::memory_order_relaxed);
}

void count_live(P* p, int64_t change) {
  if (p != nullptr) {
    p->live.store(p->live.load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
  } else {
    g_sched.live_elsewhere.fetch_add(change, std::memory_order_relaxed);
  }
}

void count_created(P* p) {
  if (p != nullptr) {
    p->created.store(p->created.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  } else {
    g_sched.created_elsewhere.fetch_add(1, std::memory_order_relaxed);
  }
}

void recycle_outgoing(M* m) {
  G* g = m->outgoing;
  sanitizer_destroy_fiber(&g->rare.tsan_fiber);
  give_stack_back(m->p, g);
}

// RelocationGuard gives the stack back when the user's copy or move constructor throws.
class RelocationGuard {
 public:
  explicit RelocationGuard(G* g) : g_(g) {}
  ~RelocationGuard() {
    if (g_ == nullptr) return;
    M* m = current_m();
    give_stack_back(m->p, g_);
  }
  RelocationGuard(const RelocationGuard&) = delete;
  RelocationGuard& operator=(const RelocationGuard&) = delete;
  void dismiss() { g_ = nullptr; }

 private:
  G* g_;
};

void set_name(G* g, const char* name) {
  if (name == nullptr) {
    g->name[0] = '\0';
    return;
  }
  const size_t length = std::min(strlen(name), kMaxGoroutineName - 1);
  memcpy(g->name, name, length);
  g->name[length] = '\0';
}

// run_closure catches goexit() and nothing else: for any other exception the unwinder must find no handler before the
// end of the stack, so that std::terminate runs with the throwing frames still there (runtime/dump/dump.h).
[[gnu::noinline]] void run_closure(G* g) {
  try {
    g->entry(g->closure);
  } catch (const GoexitSignal&) {
  }
}

void leave_locked_thread(M* m, G* g) {
  if (g->sched.lock_count == 0) return;
  g->sched.lock_count = 0;
  g->sched.home = g->kind == GKind::kMain ? m : nullptr;
  m->locked_g = nullptr;
}

}  // namespace

void finish_goroutine() {
  M* m = current_m();
  G* g = m->current;
  observe<&Hooks::goroutine_ended>(g);
  begin_scheduling(m);
  leave_locked_thread(m, g);
  drop_labels(g);
  g->status.store(GStatus::kDead, std::memory_order_release);
  if (g->kind == GKind::kGoroutine) {
    count_live(m->p, -1);
    m->after_switch = recycle_outgoing;
  } else {
    g->rare.ended = true;  // goexit() from main
  }
  P* p = m->p;
  if (G* next = p != nullptr ? pick_next(m, p, /*take_home=*/true) : nullptr; next != nullptr) {
    switch_to(m, g, next, /*from_ends=*/true);
  } else {
    switch_to_scheduler(m, g, /*from_ends=*/true);
  }
  __builtin_trap();  // a dead goroutine was resumed
}

void goroutine_root(void* value) {
  M* m = static_cast<M*>(value);
  G* g = m->incoming;
  sanitizer_after_switch(sanitizer_stack(g));
  finish_switch(m, g);
  end_scheduling(m);
  run_closure(g);
  finish_goroutine();
}

void spawn(const SpawnOptions& options, size_t bytes, size_t align, void (*relocate)(void*, void*), void* closure,
           void (*entry)(void*)) {
  M* m = current_m_attached();
  if (__builtin_expect(!g_sched.started.load(std::memory_order_relaxed), 0)) ensure_sysmon();
  size_t slot_bytes = kDefaultStackBytes;
  if (__builtin_expect(options.stack_bytes != 0 || bytes * kStackPerClosure > kDefaultStackBytes, 0)) {
    slot_bytes = stack_slot_bytes(std::max(options.stack_bytes, bytes * kStackPerClosure));
  }
  G* g = take_stack(m->p, slot_bytes);
  sanitizer_fresh_stack(g->stack_low, g->stack_high);
  const uintptr_t storage = (g->stack_high - bytes) & ~(static_cast<uintptr_t>(align) - 1);
  {
    RelocationGuard guard(g);
    relocate(reinterpret_cast<void*>(storage), closure);
    guard.dismiss();
  }
  m = current_m();  // the user's constructors may have parked
  G* creator = m->current;
  g->id = allocate_id(m->p);
  g->creator_id = 0;
  g->creation_pc_count = 0;
  if (creator != nullptr) {
    g->creator_id = creator->id;
    inherit_labels(g, creator);
    g->creation_pc_count =
        static_cast<uint8_t>(walk_frames(reinterpret_cast<uintptr_t>(__builtin_frame_address(0)), creator->stack_low,
                                         creator->stack_high, 0, g->creation_pcs, kMaxCreationFrames));
  }
  set_name(g, options.name);
  g->detector = nullptr;
  g->wake_token = nullptr;
  g->entry = entry;
  g->closure = reinterpret_cast<void*>(storage);
  g->sched.saved_errno = 0;
  g->rare.asan_fake_stack = nullptr;
  g->sched.sp = prepare_stack(storage, goroutine_root);
  sanitizer_create_fiber(&g->rare.tsan_fiber);
  count_live(m->p, +1);
  count_created(m->p);
  mark_runnable(g);
  observe<&Hooks::goroutine_created>(g, creator);
  add_runnable(m, g);
}

}  // namespace gorace::runtime
