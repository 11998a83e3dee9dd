#include "runtime/alloc/alloc_hooks.h"

#include "runtime/base/check.h"

namespace gorace::runtime {

constinit const AllocHooks* g_alloc_observers[kMaxAllocObservers] = {};
constinit int g_alloc_observer_count = 0;

void subscribe_allocations(const AllocHooks* hooks) {
  GORACE_CHECK_VALUE(g_alloc_observer_count < kMaxAllocObservers, g_alloc_observer_count);
  g_alloc_observers[g_alloc_observer_count] = hooks;
  ++g_alloc_observer_count;
}

}  // namespace gorace::runtime
