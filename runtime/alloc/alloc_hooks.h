// Allocation hooks: who wants to know about the program's heap blocks. Apart from runtime/hooks.h because malloc is
// hotter than anything there: with no observer an allocation costs one load and one branch more than libc's.
//
// malloc.cc and new_delete.cc interpose the C and C++ allocation functions on top of libc's own allocator, so block
// layout, malloc_usable_size and mallinfo stay libc's.
//
// Callbacks run inside the program's malloc and free, on any thread, in signal handlers of careless programs, and
// before main. They must not allocate from malloc (they would be called again) and must preserve errno. They may take
// locks that are never held while malloc is called.
#ifndef GORACE_RUNTIME_ALLOC_ALLOC_HOOKS_H_
#define GORACE_RUNTIME_ALLOC_ALLOC_HOOKS_H_

#include <cstddef>

namespace gorace::runtime {

struct AllocHooks {
  // allocated: `block` of `bytes` (what was asked for) was just handed out, before the caller has it. `caller_frame` is
  // the frame address of the interposed function: [caller_frame + 8] is the return address in the program,
  // [caller_frame] the program's frame pointer as it was (any value when the caller was compiled without frame
  // pointers).
  void (*allocated)(void* block, size_t bytes, const void* caller_frame) = nullptr;
  // freeing: `block` is about to be given back; it still is the caller's. Never null.
  void (*freeing)(void* block, const void* caller_frame) = nullptr;
};

// subscribe_allocations adds a table, which must live for ever. At most kMaxAllocObservers. Blocks allocated before are
// freed unannounced. Not thread safe: call before the program's threads exist.
inline constexpr int kMaxAllocObservers = 2;
void subscribe_allocations(const AllocHooks* hooks);

// allocator_is_interposed tells whether this program's malloc is gorace's. False when the program brings its own (a
// statically linked tcmalloc, say): heap blocks are unknown then.
bool allocator_is_interposed();

// Internal to this folder: the observers and the cheap test in front of them.
extern const AllocHooks* g_alloc_observers[kMaxAllocObservers];
extern int g_alloc_observer_count;

inline void observe_allocated(void* block, size_t bytes, const void* caller_frame) {
  if (__builtin_expect(g_alloc_observer_count == 0, 1) || block == nullptr) return;
  for (int i = 0; i < g_alloc_observer_count; ++i) {
    if (auto* callback = g_alloc_observers[i]->allocated) callback(block, bytes, caller_frame);
  }
}

inline void observe_freeing(void* block, const void* caller_frame) {
  if (__builtin_expect(g_alloc_observer_count == 0, 1) || block == nullptr) return;
  for (int i = 0; i < g_alloc_observer_count; ++i) {
    if (auto* callback = g_alloc_observers[i]->freeing) callback(block, caller_frame);
  }
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_ALLOC_ALLOC_HOOKS_H_
