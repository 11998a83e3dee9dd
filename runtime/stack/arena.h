// Arena: one mapping cut into stack slots. Made and looked up here; who uses a slot is the pool's business
// (stack_pool.cc).
#ifndef GORACE_RUNTIME_STACK_ARENA_H_
#define GORACE_RUNTIME_STACK_ARENA_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/sched/goroutine.h"

namespace gorace::runtime {

struct StackArena {
  uintptr_t base = 0;
  size_t slot_bytes = 0;
  uint32_t slots = 0;
  int size_class = 0;
  std::atomic<uint32_t> used{0};  // slots [0, used) were handed out once; grows under the pool's lock
  // Under the pool's lock: the slots whose pages were returned. Kept outside the slots: touching them would bring a
  // page back.
  uint32_t* cold = nullptr;
  uint32_t cold_count = 0;
  StackArena* next_unused = nullptr;  // after SizeClass::newest
};

inline constexpr int kMaxArenas = 1 << 16;

// make_arena maps a new arena; null when the kernel refuses even one slot (errno says why). Thread safe.
StackArena* make_arena(size_t slot_bytes, int size_class);

// arena_count and arena_at list all arenas, oldest first. Async-signal-safe.
int arena_count();
StackArena* arena_at(int index);

// guard_bytes is the size of the guard at a slot's low end: several pages where the slot has room, so that a function
// with a frame of more than one page does not step over it.
size_t guard_bytes(size_t slot_bytes);

// control_block is where the G of a slot lives.
G* control_block(const StackArena& arena, uint32_t slot);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_STACK_ARENA_H_
