// The detector's side of runtime/hooks.h: goroutines are strands, and what the runtime's primitives order is ordered.
#ifndef GORACE_DETECTOR_INTERCEPT_RUNTIME_HOOKS_H_
#define GORACE_DETECTOR_INTERCEPT_RUNTIME_HOOKS_H_

#include "runtime/hooks.h"

namespace gorace::detector {

extern const runtime::Hooks kRuntimeHooks;

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_RUNTIME_HOOKS_H_
