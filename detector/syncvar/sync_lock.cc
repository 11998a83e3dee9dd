#include "detector/syncvar/sync_lock.h"

#include <sched.h>

#include "detector/context/fence_all.h"

namespace gorace::detector {

bool SyncLock::is_in_by(uint8_t owner) const {
  // acquire: pairs with the owner's unlock().
  const OwnAtomics& owners = own_atomics_of(number_of_mark(owner));
  return owners.owned_lock.load(std::memory_order_acquire) == this;
}

[[gnu::noinline]] void SyncLock::become_owner(const ThreadState& state) {
  if (state.owner_mark != ThreadState::kOwner && can_fence_all_threads())
    owner_.store(state.owner_mark, std::memory_order_relaxed);
}

[[gnu::noinline]] void SyncLock::change_user(const ThreadState& state, uint8_t last_user) {
  // release: whoever sees that the owner is none any more sees that the lock is held.
  owner_.store(state.owner_mark & ~ThreadState::kOwner, std::memory_order_release);
  if ((last_user & ThreadState::kOwner) == 0) return;
  fence_all_threads();
  for (int spins = 0; is_in_by(last_user); ++spins) {
    if (spins < 100) {
      runtime::cpu_relax();
    } else {
      sched_yield();
    }
  }
}

}  // namespace gorace::detector
