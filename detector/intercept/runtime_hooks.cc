#include "detector/intercept/runtime_hooks.h"

#include <cstring>

#include "detector/abi/call_stack.h"
#include "detector/context/private_phase.h"
#include "detector/intercept/park_checks.h"
#include "detector/lock_order/lock_order.h"
#include "detector/report/report.h"
#include "detector/shadow/access.h"
#include "detector/shadow/granule.h"
#include "detector/syncvar/sync_var.h"
#include "runtime/sched/goroutine.h"

namespace gorace::detector {
namespace {

using runtime::G;

// g->detector is the goroutine's Context. For an attached thread it is the thread's own, the one that pthread events go
// to; both have one id. Null: not watched.
Context* context_of(const G* g) { return static_cast<Context*>(g->detector); }

// As watched_context (abi/call_stack.h), and followed_context.
Context* followed_context_of(const G* g) {
  Context* context = context_of(g);
  return context != nullptr && context->ignore_depth == 0 ? context : nullptr;
}
Context* watched_context_of(const G* g) {
  Context* context = followed_context_of(g);
  return context != nullptr && is_in_window(context) ? context : nullptr;
}

uintptr_t address_of(const void* object) { return reinterpret_cast<uintptr_t>(object); }

// Whatever runs on the stack first writes the shadow of its highest bytes, after having read it. Read first it would be
// mapped to the kernel's page of zeros, and the write would cost a second fault and, with several threads running, an
// interrupt to each for its TLB: 4 us of a fresh goroutine's 15. A compare-exchange writes whatever it finds.
void stack_made(G* g) {
  if (!shadow_mapped()) return;
  uint64_t none = 0;
  __atomic_compare_exchange_n(shadow_words(g->stack_high - 1), &none, none, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

void goroutine_created(G* created, G* creator) {
  // No creator: a timer's callback started it; what orders it is the timer's own clock.
  Context* parent = creator == nullptr ? nullptr : context_of(creator);
  if (creator != nullptr && parent == nullptr) return;
  note_goroutine_started();
  const OriginId created_at = intern_stack(created->creation_pcs, created->creation_pc_count, AccessKind::kPlain);
  Context* context = context_create(parent, StrandKind::kGoroutine, created->id, created_at);
  static_assert(sizeof context->name >= sizeof created->name);
  memcpy(context->name, created->name, sizeof created->name);
  context->own_stack_low = created->stack_low;
  context->own_stack_bytes = created->stack_high - created->stack_low;
  created->detector = context;
}

void thread_attached(G* attached) {
  Context* context = current_context();
  attached->detector = context;
  if (context != nullptr) attached->id = context->id;
}

void thread_detached(G* detached) { detached->detector = nullptr; }

void goroutine_switched(G*, G* to) { set_current_context(to == nullptr ? nullptr : context_of(to)); }

void goroutine_parked(G* g, runtime::WaitReason reason, const void*) {
  if (const Context* context = followed_context_of(g); context != nullptr) check_park(*g, *context, reason);
}

uint64_t strand_id() {
  const Context* context = current_context();
  return context == nullptr ? 0 : context->id;
}

// Stacks are recycled: whatever happened on this one is no concern of the next goroutine. The control block's page, at
// the top, held the closure too.
void forget_stack(const G* g, uintptr_t mark) {
  constexpr uintptr_t kPageBytes = 4096;
  const uintptr_t end_of_control_page = (address_of(g) & ~(kPageBytes - 1)) + kPageBytes;
  const uintptr_t high = end_of_control_page > g->stack_high ? end_of_control_page : g->stack_high;
  const uintptr_t low = mark > g->stack_low && mark < g->stack_high ? mark : g->stack_low;
  reset_memory(reinterpret_cast<const void*>(low), high - low);
  forget_sync_vars(g->stack_low, high - g->stack_low);
  forget_lock_order(low, high - low);
}

void goroutine_ended(G* g) {
  Context* context = context_of(g);
  if (g->kind == runtime::GKind::kGoroutine) forget_stack(g, context == nullptr ? 0 : context->stack_mark);
  // Main's strand, and a thread's, goes on.
  if (context == nullptr || context->kind != StrandKind::kGoroutine) return;
  g->detector = nullptr;
  CallStack::release(context);
  context_end(context);
}

void on_acquire(G* g, const void* object) {
  if (Context* context = watched_context_of(g); context != nullptr) acquire(context, address_of(object));
}

void on_release(G* g, const void* object) {
  end_private_phase();
  if (Context* context = watched_context_of(g); context != nullptr) release(context, address_of(object));
}

void on_release_merge(G* g, const void* object) {
  end_private_phase();
  if (Context* context = watched_context_of(g); context != nullptr) release_merge(context, address_of(object));
}

void on_release_acquire(G* g, const void* object) {
  end_private_phase();
  if (Context* context = watched_context_of(g); context != nullptr) release_acquire(context, address_of(object));
}

void on_exchange(G* g, G* parked) {
  Context* running = watched_context_of(g);
  Context* other = watched_context_of(parked);
  if (running != nullptr && other != nullptr) context_exchange(running, other);
}

void access(Context* context, const void* address, size_t bytes, bool is_write, OriginId origin) {
  if (const uintptr_t at = address_of(address); at % kGranuleBytes + bytes <= kGranuleBytes) {
    access_granule(context, at, bytes, is_write, origin);
  } else {
    access_memory(context, address, bytes, is_write, origin);
  }
}

void on_access(G* g, const void* address, size_t bytes, bool is_write, runtime::CallPlace place) {
  Context* context = watched_context_of(g);
  if (context == nullptr) return;
  const OriginId origin = place.pc == 0 ? intern_here(/*skip_frames=*/1, AccessKind::kRuntime)
                                        : intern_call(place.pc, place.frame, AccessKind::kRuntime);
  context->last_used_object = address;
  context->last_use = origin;
  access(context, address, bytes, is_write, origin);
}

// Atomic accesses do not race with each other.
void on_concurrent_write(G* g, const void* address, size_t bytes) {
  Context* context = watched_context_of(g);
  if (context == nullptr) return;
  access(context, address, bytes, /*is_write=*/true, intern_here(/*skip_frames=*/1, AccessKind::kAtomic));
}

void lock_wanted(G* g, const void* lock, runtime::CallPlace place) {
  on_access(g, lock, 1, /*is_write=*/false, place);
  // Who hands a lock over outside of windows does not say so: the order would be one of locks that are not held.
  const Context* context = is_sampled_program() ? nullptr : watched_context_of(g);
  if (context != nullptr) note_lock_order(context, address_of(lock), context->last_use);
}

// A lock that is waited for was read just before (lock_wanted), so that call's origin is where it is taken.
void lock_taken(G* g, const void* lock, bool shared) {
  Context* context = watched_context_of(g);
  if (context == nullptr) return;
  const bool just_used = context->last_used_object == lock;
  const OriginId place = just_used ? context->last_use : intern_here(/*skip_frames=*/1, AccessKind::kRuntime);
  // It is not recursive: what this goroutine had of it, another has given back since.
  if (!shared && context->held.holds(address_of(lock))) context->held.remove(address_of(lock));
  context->held.add(address_of(lock), place, shared);
}

// A goroutine may give back what another one took.
void lock_dropped(G* g, const void* lock) {
  Context* context = followed_context_of(g);
  if (context == nullptr || context->held.remove(address_of(lock))) return;
  // It may have been taken outside of windows.
  if (is_sampled_program()) return;
  note_handed_over(address_of(lock));
  note_lock_handed_over(address_of(lock));
}

void object_dead(const void* address, size_t bytes) {
  reset_memory(address, bytes);
  forget_sync_vars(address_of(address), bytes);
  forget_lock_order(address_of(address), bytes);
}

}  // namespace

constinit const runtime::Hooks kRuntimeHooks = {
    .stack_made = stack_made,
    .goroutine_created = goroutine_created,
    .thread_attached = thread_attached,
    .goroutine_switched = goroutine_switched,
    .goroutine_parked = goroutine_parked,
    .goroutine_ended = goroutine_ended,
    .thread_detached = thread_detached,
    .strand_id = strand_id,
    .acquire = on_acquire,
    .release = on_release,
    .release_merge = on_release_merge,
    .release_acquire = on_release_acquire,
    .exchange = on_exchange,
    .lock_wanted = lock_wanted,
    .lock_taken = lock_taken,
    .lock_dropped = lock_dropped,
    .access = on_access,
    .concurrent_write = on_concurrent_write,
    .object_dead = object_dead,
};

}  // namespace gorace::detector
