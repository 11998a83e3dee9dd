// ThreadSanitizer's fibers: stack switches that the program announces (Boost.Context, QEMU, Ruby ...). A fiber is a
// strand like a thread's; switching makes it the one that the thread runs.
#include "detector/abi/call_stack.h"
#include "detector/syncvar/sync_var.h"
#include "runtime/sched/sched.h"

#include <cstring>

using namespace gorace::detector;

namespace {

constexpr unsigned kNoSync = 1;  // flag of a switch: it orders nothing

}  // namespace

extern "C" {

void* __tsan_get_current_fiber() { return current_context(); }

// What the creator did happens before what the fiber does.
void* __tsan_create_fiber(unsigned) {
  Context* creator = current_context();
  if (creator == nullptr) return nullptr;
  const OriginId created_at = origin_of_call(creator, CallSite::here(), AccessKind::kPlain);
  return context_create(creator, StrandKind::kThread, gorace::runtime::next_id(), created_at);
}

// By any strand but the fiber itself. A strand ends on the thread that runs it, so this one stands in for a moment.
void __tsan_destroy_fiber(void* fiber) {
  auto* ended = static_cast<Context*>(fiber);
  Context* const self = current_context();
  if (ended == nullptr || ended == self) return;
  set_current_context(ended);
  CallStack::release(ended);
  context_end(ended);
  set_current_context(self);
  context_forget(ended);
}

// Right before the switch of stacks. Unless told otherwise, what was done before it happens before what the fiber does
// next.
void __tsan_switch_to_fiber(void* fiber, unsigned flags) {
  auto* to = static_cast<Context*>(fiber);
  Context* const from = current_context();
  if (to == nullptr || to == from) return;
  const auto edge = reinterpret_cast<uintptr_t>(fiber);
  const bool orders = (flags & kNoSync) == 0;
  if (orders && from != nullptr) release_merge(from, edge);
  set_current_context(to);
  if (orders) acquire(to, edge);
}

void __tsan_set_fiber_name(void* fiber, const char* name) {
  if (fiber == nullptr) return;
  auto* context = static_cast<Context*>(fiber);
  strncpy(context->name, name, sizeof context->name - 1);
}

}  // extern "C"
