// spawn: a goroutine's birth, its first and its last steps.
#include <algorithm>
#include <cstring>

#include "runtime/base/check.h"
#include "runtime/sched/goexit.h"
#include "runtime/sched/labels.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/start_block.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/tally.h"
#include "runtime/stack/frame_walk.h"
#include "runtime/stack/stack_pool.h"

namespace gorace::runtime {
namespace {

constexpr int kStackBatch = 32;       // moved at once between a P's cache and the pool
constexpr int kPrefetchDistance = 3;  // births ahead; measured: 2 to 4 are alike
// Behind so many others a new goroutine gets its stack late. Before that it finds one in the processor's cache.
constexpr uint32_t kLateBehind = 32;
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

void count_live(P* p, int64_t change) { tally(p, &P::live, g_sched.live_elsewhere, change); }
void count_created(P* p) { tally(p, &P::created, g_sched.created_elsewhere, uint64_t{1}); }

void recycle_outgoing(M* m) {
  G* g = m->outgoing;
  sanitizer_destroy_fiber(&g->rare.tsan_fiber);
  give_stack_back(m->p, g);
}

// RelocationGuard takes back what the goroutine was to live in when the user's copy or move constructor throws.
template <class GiveBack>
class RelocationGuard {
 public:
  explicit RelocationGuard(GiveBack give_back) : give_back_(give_back) {}
  ~RelocationGuard() {
    if (armed_) give_back_(current_m()->p);
  }
  RelocationGuard(const RelocationGuard&) = delete;
  RelocationGuard& operator=(const RelocationGuard&) = delete;
  void dismiss() { armed_ = false; }

 private:
  GiveBack give_back_;
  bool armed_ = true;
};

void set_name(G* g, const char* name) {
  if (name == nullptr) {
    if (g->name[0] != '\0') g->name[0] = '\0';  // a start block's is empty: its line need not be written
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

namespace {

[[gnu::always_inline]] inline G* enter_goroutine(void* value) {
  M* m = static_cast<M*>(value);
  G* g = m->incoming;
  sanitizer_after_switch(sanitizer_stack(g));
  finish_switch(m, g);
  end_scheduling(m);
  return g;
}

// run_late moves the closure, which is user code, on the goroutine's own stack.
[[gnu::noinline]] void run_late(G* g) {
  alignas(kStartClosureAlign) unsigned char storage[kStartClosureBytes];
  StartBlock* block = static_cast<StartBlock*>(g->closure);
  block->move(storage, block->closure);
  give_start_block_back(current_m()->p, block);
  g->closure = storage;
  run_closure(g);
}

void late_root(void* value) {
  run_late(enter_goroutine(value));
  finish_goroutine();
}

// set_birth writes down where g comes from. `frame` is spawn's, for the walk from go()'s caller on.
[[gnu::always_inline]] inline void set_birth(M* m, G* g, const char* name, void* frame) {
  G* creator = m->current;
  g->id = allocate_id(m->p);
  g->creator_id = 0;
  g->creation_pc_count = 0;
  if (creator != nullptr) {
    g->creator_id = creator->id;
    inherit_labels(g, creator);
    g->creation_pc_count =
        static_cast<uint8_t>(walk_frames(reinterpret_cast<uintptr_t>(frame), creator->stack_low, creator->stack_high, 0,
                                         g->creation_pcs, kMaxCreationFrames));
  }
  set_name(g, name);
}

void count_birth(M* m) {
  count_live(m->p, +1);
  count_created(m->p);
}

// take_late_block returns what the new goroutine can wait in, or null when it should have its stack at once: few wait,
// its closure cannot be moved or is too big, or observers are told of a goroutine by the address of its G.
[[gnu::always_inline]] inline StartBlock* take_late_block(M* m, const SpawnOptions& options, size_t bytes, size_t align,
                                                          void (*move)(void*, void*)) {
  P* p = m->p;
  if (p == nullptr || p->queue.ring_size() < kLateBehind || move == nullptr || bytes > kStartClosureBytes ||
      align > kStartClosureAlign || options.stack_bytes != 0 || g_observer_count != 0) {
    return nullptr;
  }
  return take_start_block(p);
}

}  // namespace

void goroutine_root(void* value) {
  run_closure(enter_goroutine(value));
  finish_goroutine();
}

G* bind_stack(P* p, G* waiting) {
  StartBlock* block = start_block_of(waiting);
  int count = p->free_stack_count.load(std::memory_order_relaxed);
  if (count == 0) count = stack_acquire_reserved(p->free_stacks, kStackBatch, &block->unreserved);
  G* g = p->free_stacks[--count];
  p->free_stack_count.store(count, std::memory_order_relaxed);
  sanitizer_fresh_stack(g->stack_low, g->stack_high);
  g->sched.saved_errno = 0;
  g->runnable_since_ns = waiting->runnable_since_ns;
  g->id = waiting->id;
  g->creator_id = waiting->creator_id;
  g->creation_pc_count = waiting->creation_pc_count;
  for (int i = 0; i < waiting->creation_pc_count; ++i) g->creation_pcs[i] = waiting->creation_pcs[i];
  set_name(g, waiting->name[0] != '\0' ? waiting->name : nullptr);
  waiting->name[0] = '\0';
  if (const LabelSet* labels = waiting->labels.load(std::memory_order_relaxed); labels != nullptr) {
    g->labels.store(labels, std::memory_order_relaxed);  // and their ownership
    waiting->labels.store(nullptr, std::memory_order_relaxed);
  }
  g->detector = nullptr;
  g->wake_token = nullptr;
  g->entry = waiting->entry;
  g->closure = block;
  g->rare.asan_fake_stack = nullptr;
  g->sched.sp = prepare_stack(g->stack_high, late_root, block->float_control);
  sanitizer_create_fiber(&g->rare.tsan_fiber);
  // Whoever lists goroutines without stopping the world sees it once or twice, never not at all.
  g->status.store(GStatus::kRunnable, std::memory_order_release);
  waiting->status.store(GStatus::kDead, std::memory_order_release);
  return g;
}

void spawn(const SpawnOptions& options, size_t bytes, size_t align, void (*relocate)(void*, void*), void* closure,
           void (*entry)(void*), void (*move)(void*, void*)) {
  M* m = current_m_attached();
  if (__builtin_expect(!g_sched.started.load(std::memory_order_relaxed), 0)) ensure_sysmon();
  if (StartBlock* block = take_late_block(m, options, bytes, align, move); block != nullptr) {
    RelocationGuard guard([block](P* p) { give_start_block_back(p, block); });
    relocate(block->closure, closure);
    guard.dismiss();
    m = current_m();  // the user's constructors may have parked
    set_birth(m, &block->g, options.name, __builtin_frame_address(0));
    block->move = move;
    block->float_control = float_control();
    block->g.entry = entry;
    count_birth(m);
    mark_runnable(&block->g);
    add_runnable(m, &block->g);
    return;
  }
  size_t slot_bytes = kDefaultStackBytes;
  if (__builtin_expect(options.stack_bytes != 0 || bytes * kStackPerClosure > kDefaultStackBytes, 0)) {
    slot_bytes = stack_slot_bytes(std::max(options.stack_bytes, bytes * kStackPerClosure));
  }
  G* g = take_stack(m->p, slot_bytes);
  sanitizer_fresh_stack(g->stack_low, g->stack_high);
  const uintptr_t storage = (g->stack_high - bytes) & ~(static_cast<uintptr_t>(align) - 1);
  {
    RelocationGuard guard([g](P* p) { give_stack_back(p, g); });
    relocate(reinterpret_cast<void*>(storage), closure);
    guard.dismiss();
  }
  m = current_m();  // the user's constructors may have parked
  set_birth(m, g, options.name, __builtin_frame_address(0));
  g->detector = nullptr;
  g->wake_token = nullptr;
  g->entry = entry;
  g->closure = reinterpret_cast<void*>(storage);
  g->sched.saved_errno = 0;
  g->rare.asan_fake_stack = nullptr;
  g->sched.sp = prepare_stack(storage, goroutine_root);
  sanitizer_create_fiber(&g->rare.tsan_fiber);
  count_birth(m);
  mark_runnable(g);
  observe<&Hooks::goroutine_created>(g, m->current);
  add_runnable(m, g);
}

}  // namespace gorace::runtime
