#include <gorace/once.h>

#include "runtime/sync/sema.h"

namespace gorace {

using internal::observed_g;
using runtime::Hooks;
using runtime::observe;

bool Once::begin() {
  // acquire: pairs with the release in end(): what the function did is seen.
  if (done_.load(std::memory_order_acquire) == 0) {
    internal::raw_lock(sema_, runtime::WaitReason::kOnceDo, this);
    if (done_.load(std::memory_order_relaxed) == 0) return true;
    internal::raw_unlock(sema_);
  }
  if (runtime::G* g = observed_g()) observe<&Hooks::acquire>(g, static_cast<const void*>(this));
  return false;
}

void Once::end() noexcept {
  if (runtime::G* g = observed_g()) observe<&Hooks::release>(g, static_cast<const void*>(this));
  done_.store(1, std::memory_order_release);
  internal::raw_unlock(sema_);
}

}  // namespace gorace
