#include "detector/origin/origin.h"

#include <atomic>

#include "detector/context/context.h"
#include "detector/context/losses.h"
#include "detector/context/thread_state.h"
#include "detector/memory/region.h"
#include "detector/origin/held_locks.h"
#include "detector/origin/key_map.h"
#include "detector/origin/origin_cache.h"
#include "detector/origin/stack_depot.h"
#include "detector/origin/stack_walk.h"

namespace gorace::detector {
namespace {

constexpr uint32_t kMaxOrigins = uint32_t{1} << GORACE_ORIGIN_BITS;
constexpr int kBytes = 8;
constexpr uint8_t kComposite = 0x7f;
// Frames that tell interceptor calls apart which the calling-context hash does not (made through libraries without it).
constexpr int kPeekedFrames = 12;
// The same for the runtime's own objects: its frames, at most six, and the program's two innermost.
constexpr int kPeekedFramesOfRuntime = 8;

struct Composite {
  OriginId origin[kBytes];  // plain; kUnknownOrigin where no byte was touched
};

struct OriginEntry {
  const uintptr_t* stack;      // stack_depot's words
  const Composite* composite;  // when kind is kComposite
  uint32_t lock_set : 24;
  uint32_t is_cut : 1;  // the stack lacks outer frames
  uint32_t kind : 7;
  OriginId without_locks;  // the same stack and kind with no locks held; 0: itself
};
static_assert(sizeof(OriginEntry) == 24);

constinit KeyMap g_origins;
constinit std::atomic<OriginEntry*> g_entries{nullptr};
// Next free ids of the two ranges; written under g_origins' lock.
constinit std::atomic<OriginId> g_next_plain{kUnknownOrigin + 1};
constinit std::atomic<OriginId> g_next_atomic{kUnknownAtomicOrigin + 1};
// Keys that lead to an origin with kUnknownLockSet, so that their stacks are not walked again; guarded by g_origins'
// lock.
constexpr uint32_t kMostWithoutLocks = uint32_t{1} << 20;
constinit uint32_t g_keys_without_locks = 0;

const OriginEntry& entry_of(OriginId origin) { return g_entries.load(std::memory_order_acquire)[origin]; }

OriginEntry* entries() {
  OriginEntry* table = g_entries.load(std::memory_order_relaxed);
  if (table == nullptr) {
    table = static_cast<OriginEntry*>(reserve_region(kMaxOrigins * sizeof(OriginEntry), "origins"));
    g_entries.store(table, std::memory_order_release);
  }
  return table;
}

constexpr OriginId first_id(bool is_atomic) { return is_atomic ? kUnknownAtomicOrigin : kUnknownOrigin; }
constexpr OriginId end_of_ids(bool is_atomic) { return is_atomic ? kMaxOrigins : kUnknownAtomicOrigin; }
std::atomic<OriginId>& next_of(bool is_atomic) { return is_atomic ? g_next_atomic : g_next_plain; }

// next_id is called under g_origins' lock.
OriginId next_id(bool is_atomic) {
  const OriginId id = next_of(is_atomic).load(std::memory_order_relaxed);
  if (id == end_of_ids(is_atomic)) return kUnknownOrigin;
  next_of(is_atomic).store(id + 1, std::memory_order_relaxed);
  return id;
}

// Room: what is kept of a new stack. It shrinks as the range's ids are used up: a recursion that goes either of two
// ways has a stack for each path, but the places in code are few, so the last ids are enough for those.
enum class Room { kPlenty, kNoLocks, kFewFrames, kOneFrame };

Room room_for(bool is_atomic) {
  const OriginId first = first_id(is_atomic);
  const OriginId used = next_of(is_atomic).load(std::memory_order_relaxed) - first;
  const OriginId sixteenth = (end_of_ids(is_atomic) - first) / 16;
  if (used < 12 * sixteenth) return Room::kPlenty;
  if (used < 14 * sixteenth) return Room::kNoLocks;
  return used < 15 * sixteenth ? Room::kFewFrames : Room::kOneFrame;
}

int frames_kept(Room room) {
  constexpr int kFewFrames = 4;
  if (room < Room::kFewFrames) return kMaxFrames;
  return room == Room::kFewFrames ? kFewFrames : 1;
}

OriginId unknown(bool is_atomic) {
  count_loss(Loss::kOriginDropped);
  return is_atomic ? kUnknownAtomicOrigin : kUnknownOrigin;
}

uint64_t mix(uint64_t key) {
  key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9u;
  return (key ^ (key >> 27)) * 0x94d049bb133111ebu;
}

OriginCacheEntry& cache_entry(uint64_t key) { return origin_cache_entry(thread_state(), key); }

// The locks of the running strand.
const HeldLocks* held_now() {
  Context* context = current_context();
  if (context == nullptr) return nullptr;
  context->held.drop_handed_over();
  return &context->held;
}

// insert returns the origin of `key`, made from `entry` if it is new; kUnknownOrigin when there is no id for it.
OriginId insert(uint64_t key, const OriginEntry& entry) {
  return g_origins.insert_or_get(key, [&] {
    OriginEntry* table = entries();
    const OriginId id = next_id(entry.kind == static_cast<uint32_t>(AccessKind::kAtomic));
    if (id != kUnknownOrigin) table[id] = entry;
    return id;
  });
}

uint64_t kind_seed(AccessKind kind) { return (static_cast<uint64_t>(kind) + 1) * 0xd6e8feb86659fd93u; }

// add_without_locks is for a key whose locks cannot be kept: the stack stays, and that they are not known.
OriginId add_without_locks(uint64_t key, uint64_t stack_key, OriginEntry entry) {
  count_loss(Loss::kLockSetDropped);
  entry.lock_set = kUnknownLockSet;
  const OriginId origin = insert(mix(stack_key), entry);
  if (origin == kUnknownOrigin) return kUnknownOrigin;
  g_origins.insert_or_get(key, [&] {
    if (g_keys_without_locks == kMostWithoutLocks) return kUnknownOrigin;
    ++g_keys_without_locks;
    return origin;
  });
  return origin;
}

// add_cut_stack is for a stack of which only the innermost frames, here `count`, can be kept.
OriginId add_cut_stack(const uintptr_t* frames, int count, AccessKind kind) {
  constexpr uint64_t kCutSeed = 0xa0761d6478bd642fu;  // a whole stack of the same frames is another origin
  const uint64_t key = hash_frames(frames, count, kind_seed(kind) ^ kCutSeed);
  if (const OriginId known = g_origins.find(key); known != kUnknownOrigin) return known;
  const uintptr_t* stack = store_stack(frames, count);
  if (stack == nullptr) return kUnknownOrigin;
  count_loss(Loss::kStackCut);
  return insert(key, {stack, nullptr, kUnknownLockSet, 1, static_cast<uint8_t>(kind), kUnknownOrigin});
}

OriginId add_stack(uint64_t key, const uintptr_t* frames, int count, AccessKind kind, const HeldLocks* held) {
  const bool is_atomic = kind == AccessKind::kAtomic;
  const Room room = room_for(is_atomic);
  if (count > frames_kept(room)) {
    const OriginId cut = add_cut_stack(frames, frames_kept(room), kind);
    return cut != kUnknownOrigin ? cut : unknown(is_atomic);
  }
  const uintptr_t* stack = store_stack(frames, count);
  if (stack == nullptr) return unknown(is_atomic);
  OriginEntry entry = {stack, nullptr, 0, 0, static_cast<uint8_t>(kind), kUnknownOrigin};
  OriginId origin = kUnknownOrigin;
  if (held == nullptr || held->count() == 0) {
    origin = insert(key, entry);
  } else {
    const uint64_t stack_key = hash_frames(frames, count, kind_seed(kind));
    entry.without_locks = insert(stack_key, entry);
    entry.lock_set = room >= Room::kNoLocks ? 0 : store_lock_set(*held);
    origin = entry.lock_set == 0 ? add_without_locks(key, stack_key, entry) : insert(key, entry);
  }
  return origin != kUnknownOrigin ? origin : unknown(is_atomic);
}

// intern_key: cache of the thread, then the common map, then make().
template <class Make>
OriginId intern_key(uint64_t key, Make&& make) {
  OriginCacheEntry& cached = cache_entry(key);
  if (cached.key == key) return cached.origin;
  OriginId origin = g_origins.find(key);
  if (origin == kUnknownOrigin) {
    const DetectorScope scope;  // locks the tables: a signal's handler that interns too must wait
    origin = make();
  }
  cached = {key, origin};
  return origin;
}

// --- Composites ---

uint8_t valid_mask(uint32_t mask) { return static_cast<uint8_t>(mask); }

OriginId component_at(OriginId origin, int byte) {
  const OriginEntry& entry = entry_of(origin);
  return entry.kind == kComposite ? entry.composite->origin[byte] : origin;
}

OriginId add_composite(uint64_t key, const Composite& composite) {
  const OriginId origin = g_origins.insert_or_get(key, [&] {
    OriginEntry* table = entries();
    const OriginId id = next_id(false);
    if (id != kUnknownOrigin) {
      table[id] = {nullptr, runtime::internal_new<Composite>(composite), 0, 0, kComposite, kUnknownOrigin};
    }
    return id;
  });
  return origin != kUnknownOrigin ? origin : unknown(false);
}

OriginId intern_composite(const Composite& composite) {
  uint64_t key = kind_seed(static_cast<AccessKind>(kComposite));
  for (OriginId origin : composite.origin) key = mix(key * 0x9e3779b97f4a7c15u + origin);
  return intern_key(key, [&] { return add_composite(key, composite); });
}

// cut_to_place is the origin that keeps the innermost frame only.
OriginId cut_to_place(OriginId origin) {
  const OriginEntry& entry = entry_of(origin);
  if (origin == kUnknownOrigin || entry.stack == nullptr) return origin;
  const DetectorScope scope;
  return add_cut_stack(entry.stack + 1, 1, static_cast<AccessKind>(entry.kind));
}

OriginId compose_slow(OriginId older, uint8_t older_mask, OriginId newer, uint8_t newer_mask) {
  Composite result;
  OriginId first = kUnknownOrigin;
  bool uniform = true;
  for (int byte = 0; byte < kBytes; ++byte) {
    const uint8_t bit = valid_mask(1u << byte);
    OriginId origin = kUnknownOrigin;
    if ((newer_mask & bit) != 0) {
      origin = component_at(newer, byte);
    } else if ((older_mask & bit) != 0) {
      origin = component_at(older, byte);
    }
    result.origin[byte] = origin;
    if (((newer_mask | older_mask) & bit) == 0) continue;
    if (first == kUnknownOrigin) first = origin;
    uniform &= origin == first;
  }
  if (uniform) return first;
  // Pairs of stacks would use up what is left for places in code; pairs of places do not.
  if (room_for(false) >= Room::kFewFrames) {
    for (OriginId& origin : result.origin) origin = cut_to_place(origin);
  }
  return intern_composite(result);
}

}  // namespace

[[gnu::noinline]] OriginId intern_missed(uint64_t key, uintptr_t pc, uintptr_t frame_pointer, AccessKind kind) {
  return intern_key(key, [&] {
    uintptr_t frames[kMaxFrames];
    const int kept = frames_kept(room_for(kind == AccessKind::kAtomic));
    int count = 0;
    if (kept == kMaxFrames) {
      count = walk_stack(pc, frame_pointer, frames);
    } else {  // one more than is kept: then it is a stack that is cut
      frames[0] = pc;
      count = 1 + peek_frames(frame_pointer, frames + 1, kept);
    }
    return add_stack(key, frames, count, kind, held_now());
  });
}

OriginId intern_access(uint64_t calling_context, uintptr_t pc, uintptr_t frame_pointer, AccessKind kind) {
  return intern_missed(access_key(calling_context, pc, frame_pointer, kind), pc, frame_pointer, kind);
}

[[gnu::noinline]] OriginId intern_here(int skip_frames, AccessKind kind) {
  // Frame 0 is the place of our caller: its return address lies in our own frame.
  const auto own_frame = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  constexpr int kMaxSkipped = 8;
  uintptr_t peeked[kMaxSkipped + kPeekedFrames];
  if (skip_frames > kMaxSkipped) skip_frames = kMaxSkipped;
  const int wanted = kind == AccessKind::kRuntime ? kPeekedFramesOfRuntime : kPeekedFrames;
  int count = peek_frames(own_frame, peeked, skip_frames + wanted);
  if (count <= skip_frames) skip_frames = count > 0 ? count - 1 : 0;
  count -= skip_frames;
  const HeldLocks* held = held_now();
  const uint64_t seed = (__gorace_tls.calling_context ^ kind_seed(kind)) + (held == nullptr ? 0 : held->key());
  const uint64_t key = hash_frames(peeked + skip_frames, count, seed);
  return intern_key(key, [&] {
    uintptr_t frames[kMaxFrames];
    const auto own_pc = reinterpret_cast<uintptr_t>(__builtin_return_address(0));
    // own_pc is frame 0 itself: begin with it, and go on in our caller's frame.
    uintptr_t caller_frame;
    __builtin_memcpy(&caller_frame, reinterpret_cast<const void*>(own_frame), sizeof(caller_frame));
    const int walked = walk_stack(own_pc, caller_frame, frames);
    const int skipped = skip_frames < walked ? skip_frames : walked - 1;
    return add_stack(key, frames + skipped, walked - skipped, kind, held);
  });
}

OriginId intern_call(uintptr_t pc, uintptr_t frame_pointer, AccessKind kind) {
  Context* context = current_context();
  const uint64_t calls = __gorace_tls.calling_context + (context == nullptr ? 0 : context->held.present_key());
  if (is_frame_here(frame_pointer)) return intern_access(calls, pc, frame_pointer, kind);
  return intern_here(/*skip_frames=*/1, kind);
}

OriginId intern_stack(const uintptr_t* frames, int count, AccessKind kind, const HeldLocks* held) {
  if (count > kMaxFrames) count = kMaxFrames;
  const uint64_t key = hash_frames(frames, count, kind_seed(kind) + (held == nullptr ? 0 : held->key()));
  return intern_key(key, [&] { return add_stack(key, frames, count, kind, held); });
}

OriginId compose(OriginId older, uint8_t older_mask, OriginId newer, uint8_t newer_mask) {
  if (older == newer || (older_mask & ~newer_mask) == 0) return newer;
  const uint64_t masks = uint64_t{older_mask} << 8 | newer_mask;
  const uint64_t key = mix((uint64_t{older} << 40 | uint64_t{newer} << 16 | masks) + 1);
  OriginCacheEntry& cached = cache_entry(key);
  if (cached.key == key) return cached.origin;
  const OriginId origin = compose_slow(older, older_mask, newer, newer_mask);
  cached = {key, origin};
  return origin;
}

OriginId component(OriginId origin, uint8_t bytes) {
  if (origin == kUnknownOrigin || origin == kUnknownAtomicOrigin || bytes == 0) return origin;
  return component_at(origin, __builtin_ctz(bytes));
}

OriginId without_locks(OriginId plain_origin) {
  const OriginEntry* table = g_entries.load(std::memory_order_acquire);
  if (table == nullptr || table[plain_origin].without_locks == kUnknownOrigin) return plain_origin;
  return table[plain_origin].without_locks;
}

OriginInfo origin_info(OriginId plain_origin) {
  if (plain_origin == kUnknownOrigin) return {AccessKind::kPlain, 0, nullptr};
  if (plain_origin == kUnknownAtomicOrigin) return {AccessKind::kAtomic, 0, nullptr};
  const OriginEntry& entry = entry_of(plain_origin);
  if (entry.stack == nullptr) return {AccessKind::kPlain, 0, nullptr};
  return {static_cast<AccessKind>(entry.kind), static_cast<int>(entry.stack[0]), entry.stack + 1, entry.lock_set,
          entry.is_cut != 0};
}

}  // namespace gorace::detector
