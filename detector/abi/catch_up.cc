// Where code compiled for sampling arrives after an atomic operation that it did by itself
// (instrument/pass/sampling.h).
#include "detector/abi/atomic_clocks.h"
#include "detector/sampling/sampling.h"

using namespace gorace::detector;

extern "C" void __gorace_sampling_catch_up(const volatile void* object, int order) {
  if (Context* context = watched_context(); context != nullptr) {
    clocks_after_unseen(context, reinterpret_cast<uintptr_t>(object), MemoryOrder(order));
  }
}
