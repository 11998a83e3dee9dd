// Stack pool: goroutine stacks, each with its goroutine's control block (G) at its top.
//
//   slot low                                                                         slot high
//   | guard | <- stack grows down ............................ closure | G | colour pad |
//
// Slots of one power-of-two size are cut from arenas, large MAP_NORESERVE mappings: only touched pages are resident,
// and an arena is one kernel mapping however many stacks it holds. The G shares its page with the first stack frames,
// so a goroutine that uses little stack costs one page. The colour pad varies by slot: otherwise all control blocks
// would lie on the same cache sets (equal page offset).
//
// Life of a slot: new -> in use <-> hot (free, pages resident) -> cold (free, pages returned) -> in use. Arenas are
// never unmapped, so a stale G* may always be read: it then shows another life (G::id) or a dead one.
//
// Thread safety: all functions, any thread; one spin lock a size class.
#ifndef GORACE_RUNTIME_STACK_STACK_POOL_H_
#define GORACE_RUNTIME_STACK_STACK_POOL_H_

#include <cstddef>
#include <cstdint>

#include "runtime/sched/goroutine.h"

namespace gorace::runtime {

inline constexpr size_t kDefaultStackBytes = size_t{256} << 10;
inline constexpr size_t kMinStackBytes = size_t{16} << 10;
inline constexpr size_t kMaxStackBytes = size_t{64} << 20;

// stack_slot_bytes rounds a wanted size up to a slot size (0: the default). Throws gorace::Panic above kMaxStackBytes.
size_t stack_slot_bytes(size_t wanted_bytes);

// stack_acquire returns the dead G of a free slot, with its stack limits set. Throws gorace::Panic when the system has
// no more memory for it.
G* stack_acquire(size_t slot_bytes);

// stack_acquire_batch takes up to `max` slots of the default size, hot ones if there are any, and returns how many (0:
// stack_acquire tells why); stack_release_batch gives some back. For the per-P caches.
int stack_acquire_batch(G** stacks, int max);
void stack_release_batch(G* const* stacks, int count);

// Reservations: slots of the default size that are free and promised. stack_reserve(count) promises that many more, if
// that needs no new memory; stack_unreserve takes promises back. stack_acquire_reserved is stack_acquire_batch for who
// holds a promise, and never fails: it takes one slot at least. *last: there was none to spare, and the promise is used
// up.
bool stack_reserve(int count);
void stack_unreserve(int count);
int stack_acquire_reserved(G** stacks, int max, bool* last);

// stack_release gives back the slot of an ended goroutine whose stack nobody runs on any more.
void stack_release(G* g);

// stack_bytes is the size of g's slot: the limit that an overflow message names.
size_t stack_bytes(const G* g);

// release_idle_stacks returns to the kernel the pages of hot slots that were not needed since the call before (the
// low-water mark of each size). release_all: of every hot slot. Returns how many slots were made cold; half a
// microsecond each.
size_t release_idle_stacks(bool release_all);

// for_each_stack visits every G that was ever handed out, dead ones too. Async-signal-safe but for what visit does.
void for_each_stack(void (*visit)(G*, void*), void* argument);

// stack_of_guard returns the goroutine whose guard pages contain `address`, or null. Async-signal-safe.
G* stack_of_guard(uintptr_t address);

// lock_stack_pool and unlock_stack_pool: around fork(), so that the child finds the pool whole.
void lock_stack_pool();
void unlock_stack_pool();

struct StackStats {
  size_t slots;  // ever handed out
  size_t hot;
  size_t cold;
};
StackStats stack_stats();

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_STACK_STACK_POOL_H_
