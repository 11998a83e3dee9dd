#include "detector/origin/stack_depot.h"

#include <cstring>

#include "detector/memory/region.h"
#include "detector/origin/key_map.h"

namespace gorace::detector {
namespace {

// Stacks lie one after the other in a region; their place in words is their id in the map.
constexpr size_t kArenaBytes = size_t{4} << 30;

constinit KeyMap g_stacks;
constinit std::atomic<uintptr_t*> g_arena{nullptr};
constinit size_t g_arena_used = 1;  // words; guarded by the map's lock

uint32_t append(const uintptr_t* frames, int count) {
  uintptr_t* arena = g_arena.load(std::memory_order_relaxed);
  if (arena == nullptr) {
    arena = static_cast<uintptr_t*>(reserve_region(kArenaBytes, "call stacks"));
    g_arena.store(arena, std::memory_order_release);
  }
  const size_t words = 1 + static_cast<size_t>(count);
  if ((g_arena_used + words) * sizeof(uintptr_t) > kArenaBytes) return 0;
  const auto place = static_cast<uint32_t>(g_arena_used);
  g_arena_used += words;
  arena[place] = static_cast<uintptr_t>(count);
  memcpy(arena + place + 1, frames, static_cast<size_t>(count) * sizeof(uintptr_t));
  return place;
}

}  // namespace

uint64_t hash_frames(const uintptr_t* frames, int count, uint64_t seed) {
  uint64_t hash = seed ^ (static_cast<uint64_t>(count) * 0xff51afd7ed558ccdu);
  for (int i = 0; i < count; ++i) {
    hash = (hash ^ frames[i]) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return hash * 0xbf58476d1ce4e5b9u;
}

const uintptr_t* store_stack(const uintptr_t* frames, int count) {
  const uint64_t key = hash_frames(frames, count, 0);
  uint32_t place = g_stacks.find(key);
  if (place == 0) place = g_stacks.insert_or_get(key, [&] { return append(frames, count); });
  return place == 0 ? nullptr : g_arena.load(std::memory_order_acquire) + place;
}

}  // namespace gorace::detector
