#include "detector/abi/call_stack.h"

#include <unwind.h>

#include <atomic>

#include "detector/context/thread_state.h"
#include "detector/origin/stack_walk.h"
#include "runtime/base/internal_allocator.h"

// Set by the linker: the executable's code.
extern "C" const char __executable_start;
extern "C" const char etext;

namespace gorace::detector {
namespace {

using runtime::internal_alloc;
using runtime::internal_free;

constexpr size_t kFirstCapacity = 32;
// An entry this far below the present frame is on another stack (a signal's alternate stack, a user's coroutine), not
// dead.
constexpr uintptr_t kSameStackBytes = uintptr_t{1} << 20;

// Origins of sites seen before: a direct-mapped cache, since interning hashes the whole stack and this only a key. A
// cell holds the key's upper 44 bits and the origin; the index takes 16 more bits of the key.
constexpr int kCacheBits = 16;
constinit std::atomic<uint64_t> g_cache[size_t{1} << kCacheBits] = {};

// combine adds a value to a key; intern_cached mixes what comes of it.
uint64_t combine(uint64_t key, uint64_t value) { return (key << 23 | key >> 41) + value * 0x9e3779b97f4a7c15u; }

// intern_common returns the origin of `key`, by the cache of all threads; on a miss collect(frames) writes the stack
// and returns its length.
template <class Collect>
[[gnu::noinline]] OriginId intern_common(uint64_t key, AccessKind kind, const HeldLocks* held, Collect collect) {
  // The product mixes upwards, so the halves change places in between: index and tag then depend on all of the key.
  key *= 0xff51afd7ed558ccdu;
  key = (key ^ (key >> 32)) * 0xc4ceb9fe1a85ec53u;
  key ^= key >> 47;
  const uint64_t tag = key >> GORACE_ORIGIN_BITS;
  std::atomic<uint64_t>& cell = g_cache[key % (size_t{1} << kCacheBits)];
  // relaxed: an origin's own data is published by whoever interned it, and read only for reports.
  const uint64_t cached = cell.load(std::memory_order_relaxed);
  if (cached >> GORACE_ORIGIN_BITS == tag && cached != 0) {
    return static_cast<OriginId>(cached & ((uint64_t{1} << GORACE_ORIGIN_BITS) - 1));
  }
  uintptr_t frames[kMaxFrames];
  const OriginId origin = intern_stack(frames, collect(frames), kind, held);
  cell.store(tag << GORACE_ORIGIN_BITS | origin, std::memory_order_relaxed);
  return origin;
}

// intern_cached is the same, by the thread's own cache first, where the place of the call tells the cell: to look there
// takes less than to mix the key, and the cell is near.
template <class Collect>
inline OriginId intern_cached(uint64_t key, uintptr_t pc, AccessKind kind, const HeldLocks* held, Collect collect) {
  constexpr uint64_t kOriginBits = (uint64_t{1} << GORACE_ORIGIN_BITS) - 1;
  // The kind is spread over the bits that are compared.
  key += (held != nullptr ? held->key() : 0) + (static_cast<uint64_t>(kind) + 1) * 0xd6e8feb86659fd93u;
  uint64_t& own = thread_state().call_origins[(pc ^ pc >> 8) % ThreadState::kCallOrigins];
  if (__builtin_expect(((own ^ key) & ~kOriginBits) == 0 && own != 0, 1)) {
    return static_cast<OriginId>(own & kOriginBits);
  }
  const OriginId origin = intern_common(key, kind, held, collect);
  own = (key & ~kOriginBits) | origin;
  return origin;
}

// Frames that a key is made of. An access is told apart by the calling context, which leaves out only the accessing
// function itself; malloc and the like are also called through libraries that keep no calling context.
constexpr int kMostKeyFrames = 12;
int key_frames(AccessKind kind) {
  const bool is_access = kind == AccessKind::kPlain || kind == AccessKind::kAtomic || kind == AccessKind::kVptr;
  return is_access ? 1 : kMostKeyFrames;
}

// Code outside the executable is a library's, mostly compiled without frame pointers and without instrumentation: only
// its unwind tables lead to its caller.
bool in_executable(uintptr_t pc) {
  return pc >= reinterpret_cast<uintptr_t>(&__executable_start) && pc < reinterpret_cast<uintptr_t>(&etext);
}

struct Unwinding {
  uintptr_t first_pc;  // where to begin
  uintptr_t* frames;
  int count = 0;
};

_Unwind_Reason_Code keep_frame(_Unwind_Context* frame, void* argument) {
  auto* unwinding = static_cast<Unwinding*>(argument);
  const uintptr_t pc = _Unwind_GetIP(frame);
  if (pc == 0 || unwinding->count == kMaxFrames) return _URC_END_OF_STACK;
  if (unwinding->count != 0 || pc == unwinding->first_pc) unwinding->frames[unwinding->count++] = pc;
  return _URC_NO_REASON;
}

int unwind_from(uintptr_t pc, uintptr_t* frames) {
  const DetectorScope scope;  // should the unwinder allocate: not the program's doing
  Unwinding unwinding{.first_pc = pc, .frames = frames};
  _Unwind_Backtrace(keep_frame, &unwinding);
  if (unwinding.count == 0) frames[unwinding.count++] = pc;
  return unwinding.count;
}

// is_on_own_stack: a frame record at this address lies above our own frame, and on our stack for certain, so that it
// can be read: in the same page, on the goroutine's stack, or on that which the thread was last found to have
// (origin/stack_walk.cc).
bool is_on_own_stack(const Context& context, uintptr_t frame_pointer) {
  constexpr uintptr_t kPageBytes = 4096;
  const auto own = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  if (frame_pointer <= own || frame_pointer % sizeof(uintptr_t) != 0) return false;
  const uintptr_t end = frame_pointer + 2 * sizeof(uintptr_t);
  if (((end - 1) ^ own) < kPageBytes) return true;
  if (own - context.own_stack_low < context.own_stack_bytes) {
    return end - context.own_stack_low <= context.own_stack_bytes;
  }
  const ThreadState& state = thread_state();
  return own >= state.stack_low && end <= state.stack_high;
}

// intern_frame_pointers is for callers that are not on the call stack. intern_access would do for those that surely
// have a frame pointer; these may not, so each frame's address is checked before it is read.
OriginId intern_frame_pointers(const Context& context, CallSite site, AccessKind kind, const HeldLocks* held) {
  uintptr_t peeked[kMostKeyFrames];
  int count = key_frames(kind);
  if (count == 1 && is_on_own_stack(context, site.frame_pointer)) {
    peeked[0] = reinterpret_cast<const uintptr_t*>(site.frame_pointer)[1];
  } else {
    count = peek_frames(site.frame_pointer, peeked, count);
  }
  uint64_t key = combine(__gorace_tls.calling_context, site.pc);
  for (int i = 0; i < count; ++i) key = combine(key, peeked[i]);
  return intern_cached(key, site.pc, kind, held, [site](uintptr_t* frames) {
    return in_executable(site.pc) ? walk_stack(site.pc, site.frame_pointer, frames) : unwind_from(site.pc, frames);
  });
}

}  // namespace

CallStack& CallStack::of(Context* context) {
  if (context->call_stack == nullptr) context->call_stack = runtime::internal_new<CallStack>();
  return *static_cast<CallStack*>(context->call_stack);
}

void CallStack::release(Context* context) {
  auto* stack = static_cast<CallStack*>(context->call_stack);
  if (stack == nullptr) return;
  context->call_stack = nullptr;
  internal_free(stack->calls_, stack->capacity_ * sizeof(Call));
  runtime::internal_delete(stack);
}

uint64_t CallStack::enter(uintptr_t return_address, uintptr_t frame, uint64_t caller_context, uintptr_t entry_pc) {
  while (depth_ != 0 && top().frame <= frame && frame - top().frame < kSameStackBytes) --depth_;
  if (depth_ == capacity_) grow();
  const uint64_t own_context = (caller_context + return_address) * GORACE_CONTEXT_MULTIPLIER;
  calls_[depth_++] = {return_address, frame, caller_context, own_context, entry_pc};
  return own_context;
}

uint64_t CallStack::leave() {
  if (depth_ == 0) return 0;
  return calls_[--depth_].caller_context;
}

int CallStack::copy_frames(uintptr_t pc, uintptr_t* frames, int max) const {
  int count = 0;
  frames[count++] = pc;
  for (size_t i = depth_; i-- > 0 && count < max;) frames[count++] = calls_[i].return_address;
  return count;
}

void CallStack::grow() {
  const size_t capacity = capacity_ == 0 ? kFirstCapacity : capacity_ * 2;
  auto* grown = static_cast<Call*>(internal_alloc(capacity * sizeof(Call)));
  if (depth_ != 0) __builtin_memcpy(grown, calls_, depth_ * sizeof(Call));
  if (calls_ != nullptr) internal_free(calls_, capacity_ * sizeof(Call));
  calls_ = grown;
  capacity_ = capacity;
}

OriginId origin_of_call(Context* context, CallSite site, AccessKind kind) {
  const uint64_t calling_context = __gorace_tls.calling_context;
  // Where a block comes from is the same whatever was held.
  const HeldLocks* held = kind == AccessKind::kAllocate ? nullptr : &context->held;
  if (held != nullptr) context->held.drop_handed_over();
  const auto* calls = static_cast<const CallStack*>(context->call_stack);
  if (calls != nullptr && calls->depth() != 0 && calls->top().own_context == calling_context &&
      in_executable(site.pc)) {
    return intern_cached(combine(calling_context, site.pc), site.pc, kind, held,
                         [=](uintptr_t* frames) { return calls->copy_frames(site.pc, frames, kMaxFrames); });
  }
  return intern_frame_pointers(*context, site, kind, held);
}

OriginId origin_of_creation(CallSite site) {
  uintptr_t frames[kMaxFrames];
  return intern_stack(frames, unwind_from(site.pc, frames), AccessKind::kPlain);
}

}  // namespace gorace::detector
