// Function entry and exit, and stretches that are not watched, of -fsanitize=thread code.
#include "detector/abi/abi.h"
#include "detector/abi/call_stack.h"

using gorace::detector::CallStack;
using gorace::detector::Context;

namespace {

Context* running_context() { return static_cast<Context*>(__gorace_tls.context); }

}  // namespace

extern "C" {

void __tsan_func_entry(void* return_address) {
  Context* context = running_context();
  if (context == nullptr) return;
  const auto frame = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  __gorace_tls.calling_context =
      CallStack::of(context).enter(reinterpret_cast<uintptr_t>(return_address), frame, __gorace_tls.calling_context,
                                   reinterpret_cast<uintptr_t>(__builtin_return_address(0)));
}

void __tsan_func_exit() {
  Context* context = running_context();
  if (context == nullptr || context->call_stack == nullptr) return;
  __gorace_tls.calling_context = static_cast<CallStack*>(context->call_stack)->leave();
}

void __tsan_ignore_thread_begin() {
  if (Context* context = running_context(); context != nullptr) ++context->access_ignore_depth;
}

void __tsan_ignore_thread_end() {
  if (Context* context = running_context(); context != nullptr && context->access_ignore_depth > 0)
    --context->access_ignore_depth;
}

}  // extern "C"
