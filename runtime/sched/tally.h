// Numbers of which every processor keeps a part, so that counting costs no locked instruction. The parts of one may be
// negative: what was made on one processor may end on another.
#ifndef GORACE_RUNTIME_SCHED_TALLY_H_
#define GORACE_RUNTIME_SCHED_TALLY_H_

#include <atomic>
#include <cstdint>

#include "runtime/sched/scheduler.h"

namespace gorace::runtime {

// tally adds to the part of `p`, which the caller holds, or to `elsewhere` when it holds none (null).
template <class T>
void tally(P* p, std::atomic<T> P::* part, std::atomic<T>& elsewhere, T change) {
  if (p != nullptr) {
    (p->*part).store((p->*part).load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
  } else {
    elsewhere.fetch_add(change, std::memory_order_relaxed);
  }
}

// tally_sum is exact when nobody counts meanwhile.
template <class T>
T tally_sum(std::atomic<T> P::* part, const std::atomic<T>& elsewhere) {
  T sum = elsewhere.load(std::memory_order_relaxed);
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) {
    sum += (g_sched.all_ps[i].load(std::memory_order_relaxed)->*part).load(std::memory_order_relaxed);
  }
  return sum;
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_TALLY_H_
