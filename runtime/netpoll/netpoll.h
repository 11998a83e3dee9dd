// Netpoll: goroutines that wait for sockets, made ready by whichever M looks at epoll. This is the part that the
// scheduler knows: how to look, how an idle M sleeps in epoll_wait, how it is woken from there. README.md tells the
// protocol.
//
// Dormant until the first socket: then `waiters` is never anything but 0, and no descriptor of epoll exists.
#ifndef GORACE_RUNTIME_NETPOLL_NETPOLL_H_
#define GORACE_RUNTIME_NETPOLL_NETPOLL_H_

#include <atomic>
#include <cstdint>

namespace gorace::runtime {

struct G;
struct M;
class PollDesc;

struct NetPoll {
  // Goroutines that are parked in PollDesc::wait, at least: counted before they can be woken, until after they are
  // ready.
  alignas(64) std::atomic<int64_t> waiters{0};
  std::atomic<int64_t> last_poll_ns{0};         // the coarse clock at the last look, for sysmon
  alignas(64) std::atomic<M*> poller{nullptr};  // the idle M that sleeps in epoll_wait, or is about to
};
extern NetPoll g_netpoll;

// netpoll_wanted: goroutines wait for sockets and no idle M sleeps in epoll_wait for them, so somebody should look.
inline bool netpoll_wanted() {
  return g_netpoll.waiters.load(std::memory_order_relaxed) != 0 &&
         g_netpoll.poller.load(std::memory_order_relaxed) == nullptr;
}

// ReadyGoroutines: what one look found, each to be made ready once.
struct ReadyGoroutines {
  static constexpr int kMaxEvents = 128;  // as Go
  int count = 0;
  G* list[2 * kMaxEvents];  // a reader and a writer each

  ReadyGoroutines() {}  // the list is not initialised: a look is on the way of every idle processor
  void add(G* g) {
    if (g != nullptr) list[count++] = g;
  }
};

// netpoll waits for events up to `timeout_ns` (0: only looks; negative: without end), or until netpoll_wake() when it
// waits, and collects the goroutines that can go on. The caller passes them to ready_goroutines. Returns early on
// signals.
void netpoll(int64_t timeout_ns, ReadyGoroutines* found);

// ready_goroutines makes them runnable and empties the list: into the queue of the caller's P, else into the global
// one.
void ready_goroutines(ReadyGoroutines* found);

// look_at_network is both, without waiting. True when something was found.
bool look_at_network();

// netpoll_wake makes the poller's epoll_wait return.
void netpoll_wake();

// become_poller: the idle M is the one that sleeps in epoll_wait from now on; false when nobody waits for a socket or
// another M does it. The caller then looks at M::wake once more before it sleeps, and calls stop_polling after.
bool become_poller(M* m);
void stop_polling();

// netpoll_add and netpoll_remove register a socket, edge-triggered for both directions. 0 or the errno value.
int netpoll_add(int fd, PollDesc* desc);
void netpoll_remove(int fd);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_NETPOLL_NETPOLL_H_
