#include "runtime/hooks.h"

#include "runtime/base/check.h"

namespace gorace::runtime {

constinit const Hooks* g_observers[kMaxObservers] = {};
constinit int g_observer_count = 0;

void subscribe(const Hooks* hooks) {
  GORACE_CHECK_VALUE(g_observer_count < kMaxObservers, g_observer_count);
  g_observers[g_observer_count++] = hooks;
}

}  // namespace gorace::runtime
