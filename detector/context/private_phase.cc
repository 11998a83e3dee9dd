#include "detector/context/private_phase.h"

#include "detector/context/context.h"

namespace gorace::detector {

constinit bool g_private_phase = false;

void begin_private_phase() {
  __atomic_store_n(&g_private_phase, true, __ATOMIC_RELAXED);
  __gorace_tls.current = 0;
}

void end_private_phase_slow() {
  __atomic_store_n(&g_private_phase, false, __ATOMIC_RELAXED);
  if (const Context* context = current_context(); context != nullptr) __gorace_tls.current = context->current;
}

}  // namespace gorace::detector
