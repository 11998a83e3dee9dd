// Hooks: what the runtime tells its observers (race detector, profiler, tracer, explorer). The runtime knows none of
// them.
//
// An observer fills a Hooks table with the events it wants (others null) and calls subscribe() before the first
// goroutine exists. With no subscriber an event costs one load and one predictable branch.
//
// Ordering contract: synchronisation events are called by the primitive at the point where the edge exists, while the
// caller owns the object (its lock is held, or the waiter has been dequeued), so that observers see them in an order
// that is consistent with the object's own. `g` is the goroutine in whose name the event happens: the caller's, or a
// parked goroutine that the caller has dequeued and not yet made ready.
//
// Callbacks must not block, allocate from malloc, switch goroutines, or call the runtime's public API.
#ifndef GORACE_RUNTIME_HOOKS_H_
#define GORACE_RUNTIME_HOOKS_H_

#include <cstddef>
#include <cstdint>

namespace gorace::runtime {

struct G;
enum class WaitReason : uint8_t;

// CallPlace: where the program called the library: the return address, and the calling function's frame (what its frame
// pointer was, which means something only where the program keeps one). Zero: not known.
struct CallPlace {
  uintptr_t pc = 0;
  uintptr_t frame = 0;
};

// call_place is for the functions that programs call.
[[gnu::always_inline]] inline CallPlace call_place() {
  return {reinterpret_cast<uintptr_t>(__builtin_return_address(0)),
          *static_cast<const uintptr_t*>(__builtin_frame_address(0))};
}

struct Hooks {
  // stack_made: a goroutine's stack, with g at its top, is on memory that nobody has touched yet, or that was given
  // back since.
  void (*stack_made)(G* g) = nullptr;
  // goroutine_created: `creator` is the goroutine (or attached thread) that called go(); the new one cannot run yet.
  void (*goroutine_created)(G* created, G* creator) = nullptr;
  // thread_attached: an OS thread (main, or one not made by gorace) became a goroutine of its own. Called on that
  // thread.
  void (*thread_attached)(G* attached) = nullptr;
  // goroutine_switched: this OS thread stops running `from` and will run `to`; either is null for the scheduler itself.
  // Called on the OS thread just before the stacks change.
  void (*goroutine_switched)(G* from, G* to) = nullptr;
  // goroutine_parked: the caller is about to block. goroutine_readied: somebody made `g` runnable again.
  void (*goroutine_parked)(G* g, WaitReason reason, const void* object) = nullptr;
  void (*goroutine_readied)(G* g) = nullptr;
  // goroutine_ended: called on the ended goroutine, as its last event. thread_detached likewise for an attached thread.
  void (*goroutine_ended)(G* g) = nullptr;
  void (*thread_detached)(G* g) = nullptr;

  // strand_id: the id that the observer gives to what the calling thread runs; 0: none. For dumps, which ask each
  // thread in a signal handler: async-signal-safe.
  uint64_t (*strand_id)() = nullptr;

  // The happens-before edges. acquire: g's clock |= object's. release: object's clock = g's (what was there is
  // forgotten). release_merge: object's clock |= g's. release_acquire: both take the join (Go's racereleaseacquire).
  void (*acquire)(G* g, const void* object) = nullptr;
  void (*release)(G* g, const void* object) = nullptr;
  void (*release_merge)(G* g, const void* object) = nullptr;
  void (*release_acquire)(G* g, const void* object) = nullptr;
  // exchange: what either did before happens before what the other does next (an unbuffered send and its receive).
  // `parked` is a goroutine that the caller, g, has dequeued.
  void (*exchange)(G* g, G* parked) = nullptr;

  // lock_wanted: g reads the lock and is about to wait for it, where `place` says. Not for attempts that give up.
  void (*lock_wanted)(G* g, const void* lock, CallPlace place) = nullptr;
  // lock_taken: g holds the lock from now on (`shared`: for reading). lock_dropped: it is about to give it back. For
  // reports; the edges are acquire and release.
  void (*lock_taken)(G* g, const void* lock, bool shared) = nullptr;
  void (*lock_dropped)(G* g, const void* lock) = nullptr;

  // access: the runtime itself reads or writes `bytes` at `address` on the user's behalf, in a way that races with
  // other such accesses (close against send, WaitGroup misuse). `place`, when known, spares the observer a walk of the
  // stack.
  void (*access)(G* g, const void* address, size_t bytes, bool is_write, CallPlace place) = nullptr;
  // concurrent_write: a write that races with other accesses, but not with writes of this kind.
  void (*concurrent_write)(G* g, const void* address, size_t bytes) = nullptr;

  // object_dead: [address, address + bytes) no longer holds runtime objects; clocks kept for it are forgotten.
  void (*object_dead)(const void* address, size_t bytes) = nullptr;
};

// subscribe adds a table, which must live for ever. At most 4. Not thread safe: call from a static initialiser.
void subscribe(const Hooks* hooks);

// Internal: the subscribers, and the cheap test in front of them.
inline constexpr int kMaxObservers = 4;
extern const Hooks* g_observers[kMaxObservers];
extern int g_observer_count;

// observe calls `event` of every subscriber that has it.
template <auto Event, class... Args>
inline void observe(Args... args) {
  if (__builtin_expect(g_observer_count == 0, 1)) return;
  for (int i = 0; i < g_observer_count; ++i) {
    if (auto* callback = g_observers[i]->*Event) callback(args...);
  }
}

// observed_strand_id asks the observers for strand_id.
inline uint64_t observed_strand_id() {
  for (int i = 0; i < g_observer_count; ++i) {
    if (g_observers[i]->strand_id == nullptr) continue;
    if (const uint64_t id = g_observers[i]->strand_id(); id != 0) return id;
  }
  return 0;
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_HOOKS_H_
