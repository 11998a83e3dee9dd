#include "runtime/stack/stack_pool.h"

#include <gorace/panic.h>
#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>

#include "runtime/base/check.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/base/no_destructor.h"
#include "runtime/base/spin_lock.h"
#include "runtime/hooks.h"
#include "runtime/stack/arena.h"
#include "runtime/stack/guard.h"

namespace gorace::runtime {
namespace {

// A batch of new or cold stacks: so many at most, and of those that the newest arena has handed out this part.
constexpr int kMaxBatch = kMaxGuards;
constexpr uint32_t kBatchShare = 16;

constexpr int kClasses = std::countr_zero(kMaxStackBytes) - std::countr_zero(kMinStackBytes) + 1;

// StackList: free slots, newest last. Pointers in an array, not links in the G: taking one must not wait for the cache
// and page-table misses of its page. No destructor: goroutines may end while the process exits.
struct StackList {
  G** stacks = nullptr;
  size_t count = 0;
  size_t capacity = 0;

  void push(G* g) {
    if (count == capacity) grow();
    stacks[count++] = g;
  }
  G* pop() { return count == 0 ? nullptr : stacks[--count]; }

 private:
  void grow() {
    const size_t grown = capacity == 0 ? 512 : capacity * 2;
    G** larger = static_cast<G**>(internal_alloc(grown * sizeof(G*)));
    if (count != 0) memcpy(larger, stacks, count * sizeof(G*));
    internal_free(stacks, capacity * sizeof(G*));
    stacks = larger;
    capacity = grown;
  }
};

struct SizeClass {
  SpinLock lock;
  // Everything below: under lock.
  StackList hot;
  size_t hot_low_water = 0;  // smallest hot.count since the last release_idle_stacks()
  size_t cold_count = 0;
  StackArena* newest = nullptr;       // where new slots come from; arenas behind it are unused
  StackArena* last_unused = nullptr;  // the end of that list
  size_t new_count = 0;               // slots that were never used, of newest and those behind it
  size_t reserved = 0;                // of the free ones: for goroutines that wait for their first run

  size_t free_count() const { return hot.count + cold_count + new_count; }
  // surplus: the slots that are free for all. Negative for a moment while sysmon makes some cold.
  std::ptrdiff_t surplus() const { return static_cast<std::ptrdiff_t>(free_count() - reserved); }
};

struct SizeClasses {
  SizeClass of[kClasses];
};
// sysmon trims it while the process exits.
constinit NoDestructor<SizeClasses> g_stacks;
SizeClass (&g_classes)[kClasses] = g_stacks.value.of;

int class_of(size_t slot_bytes) { return std::countr_zero(slot_bytes) - std::countr_zero(kMinStackBytes); }

StackArena* arena_of(const G* g) { return static_cast<StackArena*>(g->rare.arena); }
SizeClass& class_of(const G* g) { return g_classes[arena_of(g)->size_class]; }

// construct_control_block writes a G on a page that reads as zero: a new slot's, or a cold one's.
G* construct_control_block(StackArena& arena, uint32_t slot) {
  G* g = new (control_block(arena, slot)) G(OnZeroPage{});
  g->rare.arena = &arena;
  g->rare.slot = slot;
  g->default_stack = arena.slot_bytes == kDefaultStackBytes;
  g->stack_low = arena.base + slot * arena.slot_bytes + guard_bytes(arena.slot_bytes);
  g->stack_high = reinterpret_cast<uintptr_t>(g);
  observe<&Hooks::stack_made>(g);
  return g;
}

G* pop_hot(SizeClass& size_class) {
  G* g = size_class.hot.pop();
  size_class.hot_low_water = std::min(size_class.hot_low_water, size_class.hot.count);
  return g;
}

// pop_cold finds a returned slot, the lowest arena first, so that a shrunken program stays compact. False when there is
// none.
bool pop_cold(SizeClass& size_class, int class_index, StackArena** arena, uint32_t* slot) {
  if (size_class.cold_count == 0) return false;
  for (int i = 0;; ++i) {
    StackArena* candidate = arena_at(i);
    if (candidate->size_class != class_index || candidate->cold_count == 0) continue;
    *arena = candidate;
    *slot = candidate->cold[--candidate->cold_count];
    --size_class.cold_count;
    return true;
  }
}

[[noreturn]] void panic_no_stack(size_t slot_bytes, int error) {
  const StackStats stats = stack_stats();
  throw Panic("cannot create a goroutine: the system refused memory for a stack of " + std::to_string(slot_bytes) +
              " bytes (" + std::string(strerror(error)) + ") with " + std::to_string(stats.slots) +
              " stacks mapped; see ulimit -v, sysctl vm.max_map_count and vm.overcommit_memory");
}

// ensure_surplus makes an arena when all free slots are spoken for; false when the system refuses. With the lock held:
// two threads that map at once would waste an arena.
bool ensure_surplus(SizeClass& size_class, size_t slot_bytes) {
  if (size_class.surplus() > 0) return true;
  StackArena* made = make_arena(slot_bytes, class_of(slot_bytes));
  if (made == nullptr) return false;
  (size_class.newest == nullptr ? size_class.newest : size_class.last_unused->next_unused) = made;
  size_class.last_unused = made;
  size_class.new_count += made->slots;
  return true;
}

// take_new_slots hands out up to `max` neighbouring slots that were never used; 0 when there are none.
int take_new_slots(SizeClass& size_class, StackArena** arena, uint32_t* first, int max) {
  if (size_class.new_count == 0) return 0;
  StackArena* newest = size_class.newest;
  uint32_t used = newest->used.load(std::memory_order_relaxed);
  if (used == newest->slots) {
    newest = size_class.newest = newest->next_unused;
    used = 0;
  }
  const uint32_t count = std::min(static_cast<uint32_t>(max), newest->slots - used);
  *arena = newest;
  *first = used;
  // From now on for_each_stack looks at them, and reads zero pages: dead G.
  newest->used.store(used + count, std::memory_order_release);
  size_class.new_count -= count;
  return static_cast<int>(count);
}

// pop_cold_batch takes up to `max` cold slots of one arena of the default size.
int pop_cold_batch(SizeClass& size_class, StackArena** arena, uint32_t* slots, int max) {
  const int class_index = class_of(kDefaultStackBytes);
  if (!pop_cold(size_class, class_index, arena, &slots[0])) return 0;
  int count = 1;
  for (; count < max && (*arena)->cold_count != 0; ++count) {
    slots[count] = (*arena)->cold[--(*arena)->cold_count];
    --size_class.cold_count;
  }
  return count;
}

}  // namespace

size_t stack_slot_bytes(size_t wanted_bytes) {
  if (wanted_bytes == 0) return kDefaultStackBytes;
  if (wanted_bytes > kMaxStackBytes) {
    throw Panic("go: stack size of " + std::to_string(wanted_bytes) + " bytes is out of range; the most is " +
                std::to_string(kMaxStackBytes) + " (64 MiB)");
  }
  return std::max(kMinStackBytes, std::bit_ceil(wanted_bytes));
}

G* stack_acquire(size_t slot_bytes) {
  const int class_index = class_of(slot_bytes);
  SizeClass& size_class = g_classes[class_index];
  size_class.lock.lock();
  if (!ensure_surplus(size_class, slot_bytes)) {
    const int error = errno;
    size_class.lock.unlock();
    panic_no_stack(slot_bytes, error);
  }
  if (G* g = pop_hot(size_class); g != nullptr) {
    size_class.lock.unlock();
    return g;
  }
  StackArena* arena = nullptr;
  uint32_t slot = 0;
  const bool cold = pop_cold(size_class, class_index, &arena, &slot);
  if (!cold) take_new_slots(size_class, &arena, &slot, 1);
  size_class.lock.unlock();
  // A cold slot's guard is still there: MADV_DONTNEED keeps both kinds.
  if (!cold) install_guard(arena->base + slot * slot_bytes, guard_bytes(slot_bytes));
  return construct_control_block(*arena, slot);
}

namespace {

// acquire_batch_locked releases the lock.
int acquire_batch_locked(SizeClass& size_class, G** stacks, int max) {
  int count = 0;
  while (count < max) {
    G* g = pop_hot(size_class);
    if (g == nullptr) break;
    stacks[count++] = g;
  }
  if (count != 0) {
    size_class.lock.unlock();
    return count;
  }
  StackArena* arena = nullptr;
  uint32_t slots[kMaxBatch];
  // What is taken here becomes resident at once, so a small program takes few.
  if (size_class.newest != nullptr) {
    const auto share = static_cast<int>(size_class.newest->used.load(std::memory_order_relaxed) / kBatchShare);
    max = std::min({max, kMaxBatch, std::max(share, 1)});
    count = pop_cold_batch(size_class, &arena, slots, max);
  }
  const bool fresh = count == 0;
  if (fresh) {
    count = take_new_slots(size_class, &arena, &slots[0], std::min(max, kMaxBatch));
    for (int i = 1; i < count; ++i) slots[i] = slots[0] + static_cast<uint32_t>(i);
  }
  size_class.lock.unlock();
  if (fresh && count != 0) {
    install_guards(arena->base + slots[0] * arena->slot_bytes, arena->slot_bytes, guard_bytes(arena->slot_bytes),
                   count);
  }
  // The last one is the first to be used.
  for (int i = 0; i < count; ++i) stacks[count - 1 - i] = construct_control_block(*arena, slots[i]);
  return count;
}

}  // namespace

int stack_acquire_batch(G** stacks, int max) {
  SizeClass& size_class = g_classes[class_of(kDefaultStackBytes)];
  size_class.lock.lock();
  const std::ptrdiff_t surplus = size_class.surplus();
  if (surplus <= 0) {
    size_class.lock.unlock();
    return 0;
  }
  return acquire_batch_locked(size_class, stacks, static_cast<int>(std::min<std::ptrdiff_t>(max, surplus)));
}

int stack_acquire_reserved(G** stacks, int max, bool* last) {
  SizeClass& size_class = g_classes[class_of(kDefaultStackBytes)];
  size_class.lock.lock();
  while (size_class.free_count() == 0) {  // sysmon has the last ones in its hands, on their way from hot to cold
    size_class.lock.unlock();
    sched_yield();
    size_class.lock.lock();
  }
  const std::ptrdiff_t surplus = size_class.surplus();
  *last = surplus <= 0;
  if (*last) --size_class.reserved;
  return acquire_batch_locked(size_class, stacks, static_cast<int>(std::clamp<std::ptrdiff_t>(surplus, 1, max)));
}

bool stack_reserve(int count) {
  SizeClass& size_class = g_classes[class_of(kDefaultStackBytes)];
  size_class.lock.lock();
  const bool granted = size_class.surplus() >= count;
  if (granted) size_class.reserved += static_cast<size_t>(count);
  size_class.lock.unlock();
  return granted;
}

void stack_unreserve(int count) {
  SizeClass& size_class = g_classes[class_of(kDefaultStackBytes)];
  size_class.lock.lock();
  size_class.reserved -= static_cast<size_t>(count);
  size_class.lock.unlock();
}

void stack_release_batch(G* const* stacks, int count) {
  SizeClass& size_class = g_classes[class_of(kDefaultStackBytes)];
  size_class.lock.lock();
  for (int i = 0; i < count; ++i) size_class.hot.push(stacks[i]);
  size_class.lock.unlock();
}

void stack_release(G* g) {
  SizeClass& size_class = class_of(g);
  size_class.lock.lock();
  size_class.hot.push(g);
  size_class.lock.unlock();
}

size_t stack_bytes(const G* g) {
  return g->rare.arena != nullptr ? arena_of(g)->slot_bytes : g->stack_high - g->stack_low;
}

namespace {

// make_cold returns one slot's pages. The caller owns the slot; nothing of its G may be read afterwards.
void make_cold(SizeClass& size_class, G* g) {
  StackArena* const arena = arena_of(g);
  const uint32_t slot = g->rare.slot;
  const uintptr_t low = g->stack_low;
  const uintptr_t high = arena->base + (slot + size_t{1}) * arena->slot_bytes;
  // Not MADV_FREE: resident memory would not fall until the machine runs short, and people read that as a leak.
  madvise(reinterpret_cast<void*>(low), high - low, MADV_DONTNEED);
  size_class.lock.lock();
  arena->cold[arena->cold_count++] = slot;
  ++size_class.cold_count;
  size_class.lock.unlock();
}

// take_idle removes one hot slot; null when no more than `keep` are left.
G* take_idle(SizeClass& size_class, size_t keep) {
  size_class.lock.lock();
  G* g = size_class.hot.count > keep ? size_class.hot.pop() : nullptr;
  size_class.lock.unlock();
  return g;
}

// begin_release returns how many hot slots to keep, and starts a new measurement of the low-water mark.
size_t begin_release(SizeClass& size_class, bool release_all) {
  size_class.lock.lock();
  const size_t hot = size_class.hot.count;
  const size_t idle = release_all ? hot : std::min(size_class.hot_low_water, hot);
  size_class.hot_low_water = hot - idle;
  size_class.lock.unlock();
  return hot - idle;
}

}  // namespace

size_t release_idle_stacks(bool release_all) {
  size_t released = 0;
  for (SizeClass& size_class : g_classes) {
    const size_t keep = begin_release(size_class, release_all);
    while (G* g = take_idle(size_class, keep)) {
      make_cold(size_class, g);
      ++released;
    }
  }
  return released;
}

void for_each_stack(void (*visit)(G*, void*), void* argument) {
  const int arenas = arena_count();
  for (int i = 0; i < arenas; ++i) {
    StackArena& arena = *arena_at(i);
    const uint32_t used = arena.used.load(std::memory_order_acquire);
    for (uint32_t slot = 0; slot < used; ++slot) visit(control_block(arena, slot), argument);
  }
}

G* stack_of_guard(uintptr_t address) {
  const int arenas = arena_count();
  for (int i = 0; i < arenas; ++i) {
    StackArena& arena = *arena_at(i);
    if (address < arena.base || address >= arena.base + arena.slots * arena.slot_bytes) continue;
    const size_t offset = address - arena.base;
    const auto slot = static_cast<uint32_t>(offset / arena.slot_bytes);
    const bool in_guard = offset % arena.slot_bytes < guard_bytes(arena.slot_bytes);
    return in_guard && slot < arena.used.load(std::memory_order_acquire) ? control_block(arena, slot) : nullptr;
  }
  return nullptr;
}

void lock_stack_pool() {
  for (SizeClass& size_class : g_classes) size_class.lock.lock();
}

void unlock_stack_pool() {
  for (SizeClass& size_class : g_classes) size_class.lock.unlock();
}

StackStats stack_stats() {
  StackStats stats{};
  const int arenas = arena_count();
  for (int i = 0; i < arenas; ++i) stats.slots += arena_at(i)->used.load(std::memory_order_relaxed);
  for (SizeClass& size_class : g_classes) {
    size_class.lock.lock();
    stats.hot += size_class.hot.count;
    stats.cold += size_class.cold_count;
    size_class.lock.unlock();
  }
  return stats;
}

}  // namespace gorace::runtime
