// Signal handlers that do what they must not: call malloc or free, which the interrupted code may be inside of, or
// leave errno changed to the code that they interrupted. Only handlers of asynchronous signals: what the program raised
// by its own instruction interrupted nothing unknown.
//
// Thread safety: any thread; the state is the thread's.
#ifndef GORACE_DETECTOR_REPORT_SIGNAL_SAFETY_H_
#define GORACE_DETECTOR_REPORT_SIGNAL_SAFETY_H_

#include <cstdint>

#include "detector/abi/call_stack.h"

namespace gorace::detector {

// The frame of the innermost handler that runs on this thread; 0: none. A handler that leaves by longjmp clears it
// (leave_handlers), one that throws by HandlerScope.
extern __attribute__((tls_model("initial-exec"))) thread_local uintptr_t t_handler_frame;

class HandlerScope {
 public:
  explicit HandlerScope(uintptr_t frame) : outer_(t_handler_frame) { t_handler_frame = frame; }
  ~HandlerScope() { t_handler_frame = outer_; }
  HandlerScope(const HandlerScope&) = delete;
  HandlerScope& operator=(const HandlerScope&) = delete;

 private:
  const uintptr_t outer_;
};

inline void leave_handlers() { t_handler_frame = 0; }

void report_unsafe_call(Context* context, const char* function, OriginId place);

// note_unsafe_call: the thread is in `function`, called at `site`.
inline void note_unsafe_call(const char* function, CallSite site) {
  if (__builtin_expect(t_handler_frame == 0, 1)) return;
  if (Context* context = watched_context(); context != nullptr) {
    report_unsafe_call(context, function, origin_of_call(context, site, AccessKind::kPlain));
  }
}

// report_errno_changed: the signal handler at that address has changed errno.
void report_errno_changed(uintptr_t handler);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_REPORT_SIGNAL_SAFETY_H_
