#include <gorace/once.h>

#include "runtime/sync/sema.h"

namespace gorace {

bool Once::begin() {
  // acquire: pairs with the release in end(): what the function did is seen.
  if (done_.load(std::memory_order_acquire) == 0) {
    internal::raw_lock(sema_, runtime::WaitReason::kOnceDo, this);
    if (done_.load(std::memory_order_relaxed) == 0) return true;
    internal::raw_unlock(sema_);
  }
  internal::note_acquire(this);
  return false;
}

void Once::end() noexcept {
  internal::note_release(this);
  done_.store(1, std::memory_order_release);
  internal::raw_unlock(sema_);
}

}  // namespace gorace
