// Exception objects are shared by reference counts that live inside libstdc++ (std::exception_ptr, and the catch blocks
// of rethrown ones), which is not instrumented: without the edges of those counts, freeing an exception would race with
// the reads of another thread that has dropped its reference before. Each drop is an acquire-release operation on the
// count; whoever drops the last sees all others.
//
// Weak: a program that links libstdc++ statically has these names from there, and goes without.
#include <exception>

#include "detector/intercept/real_function.h"
#include "detector/intercept/sync_events.h"

namespace gorace::detector {
namespace {

constexpr const char kReleaseName[] = "_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv";
GORACE_REAL_FUNCTION RealFunction<void(void*)> real_release(kReleaseName);
GORACE_REAL_FUNCTION RealFunction<void()> real_end_catch("__cxa_end_catch");

void on_reference_dropped(const void* exception_object) {
  // Outside of windows, too: asked before the count is changed, it cannot tell whether one opens by then.
  Context* context = followed_context();
  if (context != nullptr && exception_object != nullptr) release_acquire(context, address_of(exception_object));
}

// An exception_ptr is one pointer, to the exception object.
const void* object_of(const void* exception_pointer) { return *static_cast<const void* const*>(exception_pointer); }

const void* caught_object() {
  const std::exception_ptr current = std::current_exception();
  return object_of(&current);  // the handler keeps it alive
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

// std::exception_ptr::_M_release(), which its destructor calls.
[[gnu::weak]] void _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(void* self) noexcept {
  on_reference_dropped(object_of(self));
  real_release(self);
}

[[gnu::weak]] void __cxa_end_catch() {
  if (followed_context() != nullptr) on_reference_dropped(caught_object());
  real_end_catch();
}

}  // extern "C"
