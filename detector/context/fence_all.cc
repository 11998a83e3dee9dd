#include "detector/context/fence_all.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace gorace::detector {
namespace {

enum class Offer : uint8_t { kNotAsked, kNo, kYes };
constinit std::atomic<Offer> g_offer{Offer::kNotAsked};

bool membarrier(int command) { return syscall(SYS_membarrier, command, 0, 0) == 0; }

}  // namespace

bool can_fence_all_threads() {
  Offer offer = g_offer.load(std::memory_order_relaxed);
  if (offer == Offer::kNotAsked) {
    const int saved_errno = errno;
    offer = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) ? Offer::kYes : Offer::kNo;
    errno = saved_errno;
    // relaxed: two that ask at once get the same answer.
    g_offer.store(offer, std::memory_order_relaxed);
  }
  return offer == Offer::kYes;
}

void fence_all_threads() {
  const int saved_errno = errno;
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const bool done = can_fence_all_threads() && membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
  if (!done) {
    const timespec pause{0, 10'000'000};
    nanosleep(&pause, nullptr);
  }
  errno = saved_errno;
}

}  // namespace gorace::detector
