// Alone in its file: its presence in a program says that the program has fences (fences.h).
#include "detector/abi/atomic_clocks.h"
#include "detector/abi/fences.h"

extern "C" void __tsan_atomic_thread_fence(int order) {
  using namespace gorace::detector;
  enable_fences();
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  if (Context* context = watched_context(); context != nullptr) fence_clocks(context, order);
}
