#include "detector/intercept/park_checks.h"

#include "detector/report/finding.h"
#include "runtime/base/options.h"

namespace gorace::detector {
namespace {

FindingStack wait_of(const Context& context, runtime::WaitReason reason) {
  return {.what = "Waits",
          .strand = &context,
          .origin = intern_here(/*skip_frames=*/3, AccessKind::kRuntime),
          .detail = runtime::wait_reason_text(reason)};
}

void report_locks(const Context& context, const FindingStack& wait) {
  FindingStack stacks[1 + HeldLocks::kMost] = {wait};
  int count = 1;
  for (int i = 0; i < context.held.count(); ++i) {
    const HeldLock& lock = context.held[i];
    if (lock.thread_bound == 0) continue;
    stacks[count++] = {.what = "Lock",
                       .lock = lock.address,
                       .link = " held by ",
                       .strand = &context,
                       .tail = ", taken at:\n",
                       .origin = lock.place};
  }
  if (count == 1) return;
  report_finding({.headline = kParkWithLock,
                  .suppression = SuppressionType::kMutex,
                  .stacks = stacks,
                  .stack_count = count,
                  .hint = "the goroutine may go on in another thread, which must not unlock it; whoever wants the lock "
                          "meanwhile blocks a whole thread. Unlock before the wait, or use gorace::Mutex."});
}

void report_initialiser(const Context& context, const FindingStack& wait) {
  report_finding({.headline = kParkInInitialiser,
                  .suppression = SuppressionType::kMutex,
                  .stacks = &wait,
                  .stack_count = 1,
                  .object = context.initialisers.innermost(),
                  .hint = "whoever needs the variable meanwhile blocks a whole thread. Wait before or after, or use "
                          "gorace::Once or gorace::once_value."});
}

}  // namespace

void report_park(const Context& context, runtime::WaitReason reason) {
  if (!runtime::options().report_mutex_bugs) return;
  const FindingStack wait = wait_of(context, reason);
  if (context.held.count() != 0) report_locks(context, wait);
  if (context.initialisers.depth != 0) report_initialiser(context, wait);
}

}  // namespace gorace::detector
