// Losses: counters of what a limit made the detector drop. Each is printed at exit (context.h, losses()).
//
// Thread safety: any thread; relaxed counters, read when the program ends.
#ifndef GORACE_DETECTOR_CONTEXT_LOSSES_H_
#define GORACE_DETECTOR_CONTEXT_LOSSES_H_

namespace gorace::detector {

enum class Loss {
  kSlotReusedEarly,
  kEpochsExhausted,
  kOriginDropped,
  kStackCut,
  kStrandDropped,
  kHistoryDropped,
  kLockSetDropped,
  kNestedAccess,
  kFileShared,
  kLockOrderDropped,
  kCount
};

void count_loss(Loss loss);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CONTEXT_LOSSES_H_
