#include "detector/report/signal_safety.h"

#include "detector/report/finding.h"
#include "runtime/base/options.h"

namespace gorace::detector {

constinit thread_local uintptr_t t_handler_frame = 0;

void report_unsafe_call(Context* context, const char* function, OriginId place) {
  if (!runtime::options().report_signal_unsafe) return;
  // What the report itself calls is none of the handler's doing.
  const HandlerScope outside(0);
  const FindingStack stacks[] = {{.what = function, .link = " called by ", .strand = context, .origin = place}};
  report_finding({.headline = "SIGNAL-UNSAFE CALL: a signal handler calls a function that is not async-signal-safe",
                  .suppression = SuppressionType::kSignal,
                  .stacks = stacks,
                  .stack_count = 1});
}

void report_errno_changed(uintptr_t handler) {
  const Context* context = watched_context();
  if (context == nullptr || !runtime::options().report_signal_unsafe) return;
  // As a return address: one past what is to be named.
  const uintptr_t frame = handler + 1;
  const FindingStack stacks[] = {{.what = "Signal handler run",
                                  .strand = context,
                                  .tail = ":\n",
                                  .origin = intern_stack(&frame, 1, AccessKind::kPlain)}};
  report_finding({.headline = "ERRNO CHANGED: a signal handler has changed errno",
                  .suppression = SuppressionType::kSignal,
                  .stacks = stacks,
                  .stack_count = 1});
}

}  // namespace gorace::detector
