// The kernel's side of netpoll: one epoll instance, and an eventfd that wakes who sleeps in it.
//
// System calls are made past the C library's functions, which the race detector intercepts: readiness orders nothing
// between goroutines, only the data that is read and written does (detector/intercept/file_clocks.h).
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "runtime/base/check.h"
#include "runtime/netpoll/netpoll.h"
#include "runtime/netpoll/poll_desc.h"
#include "runtime/sched/scheduler.h"

namespace gorace::runtime {
namespace {

constexpr int kTagShift =
    48;  // a user-space address has 47 bits unless a mapping asks for more, which internal_alloc does not
constexpr uint64_t kWakeEvent = 0;

SpinLock g_start_lock;
std::atomic<int> g_epoll_fd{-1};  // set under g_start_lock once everything is made
int g_wake_fd = -1;
std::atomic<uint32_t> g_registrations{0};  // see publish
std::atomic<bool> g_has_pwait2{true};      // Linux 5.11: timeouts below a millisecond

int fail(long result) { return result < 0 ? errno : 0; }

// The child of fork() is one thread with nobody else's goroutines: it must neither read its parent's events nor change
// what the parent waits for. Its next socket makes an instance of its own.
void forget_in_child() {
  const int epoll_fd = g_epoll_fd.exchange(-1, std::memory_order_relaxed);
  if (epoll_fd >= 0) {
    syscall(SYS_close, epoll_fd);
    syscall(SYS_close, g_wake_fd);
  }
  g_netpoll.poller.store(nullptr, std::memory_order_relaxed);
  g_start_lock.unlock();
}
void hold_start_lock() { g_start_lock.lock(); }
void drop_start_lock() { g_start_lock.unlock(); }

int start_locked() {
  if (g_epoll_fd.load(std::memory_order_relaxed) >= 0) return 0;
  const long epoll_fd = syscall(SYS_epoll_create1, EPOLL_CLOEXEC);
  if (epoll_fd < 0) return errno;
  const long wake_fd = syscall(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;  // level-triggered: a look that sees it in passing does not take it from the sleeper
  event.data.u64 = kWakeEvent;
  const int error = wake_fd < 0 ? errno : fail(syscall(SYS_epoll_ctl, epoll_fd, EPOLL_CTL_ADD, wake_fd, &event));
  if (error != 0) {
    if (wake_fd >= 0) syscall(SYS_close, wake_fd);
    syscall(SYS_close, epoll_fd);
    return error;
  }
  static bool handlers_registered = false;
  if (!handlers_registered) pthread_atfork(hold_start_lock, drop_start_lock, forget_in_child);
  handlers_registered = true;
  g_wake_fd = static_cast<int>(wake_fd);
  g_epoll_fd.store(static_cast<int>(epoll_fd), std::memory_order_release);  // pairs with epoll_fd()
  return 0;
}

int epoll_fd() { return g_epoll_fd.load(std::memory_order_acquire); }

void drain_wake_fd() {
  uint64_t count;
  syscall(SYS_read, g_wake_fd, &count, sizeof count);
}

long wait_for_events(epoll_event* events, int64_t timeout_ns) {
  if (timeout_ns > 0 && g_has_pwait2.load(std::memory_order_relaxed)) {
    const timespec timeout{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
    const long count =
        syscall(SYS_epoll_pwait2, epoll_fd(), events, ReadyGoroutines::kMaxEvents, &timeout, nullptr, sizeof(uint64_t));
    if (count >= 0 || errno != ENOSYS) return count;
    g_has_pwait2.store(false, std::memory_order_relaxed);
  }
  int milliseconds = timeout_ns < 0 ? -1 : 0;
  if (timeout_ns > 0) milliseconds = static_cast<int>(std::min<int64_t>((timeout_ns + 999'999) / 1'000'000, INT_MAX));
  return syscall(SYS_epoll_pwait, epoll_fd(), events, ReadyGoroutines::kMaxEvents, milliseconds, nullptr,
                 sizeof(uint64_t));
}

// publish and see_published: that epoll_wait returns what epoll_ctl was given orders the two for the kernel, but not
// for the memory model of C++ (nor for ThreadSanitizer).
void publish() { g_registrations.fetch_add(1, std::memory_order_release); }
void see_published() { g_registrations.load(std::memory_order_acquire); }

void take_event(const epoll_event& event, ReadyGoroutines* found) {
  constexpr uint32_t kRead = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  constexpr uint32_t kWrite = EPOLLOUT | EPOLLHUP | EPOLLERR;
  auto* desc = reinterpret_cast<PollDesc*>(event.data.u64 & ((uint64_t{1} << kTagShift) - 1));
  if (desc->tag() != event.data.u64 >> kTagShift) return;  // of a socket that is closed
  desc->on_events((event.events & kRead) != 0, (event.events & kWrite) != 0, (event.events & kRead & ~EPOLLIN) != 0,
                  found);
}

}  // namespace

void netpoll(int64_t timeout_ns, ReadyGoroutines* found) {
  epoll_event events[ReadyGoroutines::kMaxEvents];
  const long count = wait_for_events(events, timeout_ns);
  g_netpoll.last_poll_ns.store(g_sched.coarse_now.load(std::memory_order_relaxed), std::memory_order_relaxed);
  see_published();
  for (long i = 0; i < count; ++i) {
    if (events[i].data.u64 != kWakeEvent) {
      take_event(events[i], found);
    } else if (timeout_ns != 0) {
      drain_wake_fd();
    }
  }
}

void netpoll_wake() {
  const uint64_t one = 1;
  syscall(SYS_write, g_wake_fd, &one,
          sizeof one);  // cannot fail but for a counter that is full, and then it is readable
}

int netpoll_add(int fd, PollDesc* desc) {
  g_start_lock.lock();
  const int error = start_locked();
  g_start_lock.unlock();
  if (error != 0) return error;
  const auto address = reinterpret_cast<uint64_t>(desc);
  GORACE_CHECK_VALUE(address >> kTagShift == 0, address);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;
  event.data.u64 = address | uint64_t{desc->tag()} << kTagShift;
  publish();
  return fail(syscall(SYS_epoll_ctl, epoll_fd(), EPOLL_CTL_ADD, fd, &event));
}

void netpoll_remove(int fd) {
  // Needed although close() does the same: a descriptor that fork() or dup() copied keeps the registration alive.
  epoll_event event{};
  if (epoll_fd() >= 0) syscall(SYS_epoll_ctl, epoll_fd(), EPOLL_CTL_DEL, fd, &event);
}

}  // namespace gorace::runtime
