#include "detector/abi/fences.h"

extern "C" __attribute__((weak)) void __tsan_atomic_thread_fence(int order);

namespace gorace::detector {

constinit std::atomic<bool> g_fences_in_use{false};

void enable_fences_if_linked() {
  if (&__tsan_atomic_thread_fence != nullptr) enable_fences();
}

}  // namespace gorace::detector
