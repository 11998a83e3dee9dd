// Signals that a thread waits for order what came before their sending before the wait's return; handlers are ordered
// after no sending.
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

int x;

void write_x() {
  x = x + 1;
  keep(x);
}

// Blocked: these signals wait for a taker, in this thread and those that it starts.
class Blocked {
 public:
  template <class... Numbers>
  explicit Blocked(Numbers... numbers) {
    sigemptyset(&set_);
    (sigaddset(&set_, numbers), ...);
    if (pthread_sigmask(SIG_BLOCK, &set_, nullptr) != 0) abort();
  }

  // Waits for one of them; another one than was expected ends the program.
  void take(int expected) const {
    int number = 0;
    if (sigwait(&set_, &number) != 0 || number != expected) abort();
  }
  const sigset_t& set() const { return set_; }

 private:
  sigset_t set_;
};

// Number of the signal that a read from a signalfd returns.
unsigned read_signal(int file) {
  signalfd_siginfo info;
  if (read(file, &info, sizeof info) != sizeof info) abort();
  return info.ssi_signo;
}

// Receiver: a thread that takes a signal and then writes x.
class Receiver {
 public:
  template <class Take>
  explicit Receiver(Take take)
      : thread_([this, take] {
          id_.store(static_cast<pid_t>(syscall(SYS_gettid)), std::memory_order_relaxed);
          take();
          write_x();
        }) {}
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver() { thread_.join(); }

  pthread_t handle() { return thread_.native_handle(); }
  pid_t id() const {
    while (id_.load(std::memory_order_relaxed) == 0) sched_yield();
    return id_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<pid_t> id_{0};
  std::thread thread_;
};

// One thread writes x and sends to the other, which writes it when it has taken.
template <class Send, class Take>
void send_over(Send send, Take take) {
  Receiver receiver(take);
  Threads sender;
  sender.run([&] {
    write_x();
    send(receiver);
  });
}

RACE_CASE(NoRaceSigwaitOfAKill) {
  const Blocked blocked(SIGUSR1);
  send_over([](Receiver&) { kill(getpid(), SIGUSR1); }, [&] { blocked.take(SIGUSR1); });
}
RACE_CASE(NoRaceSigwaitOfAPthreadKill) {
  const Blocked blocked(SIGUSR1);
  send_over([](Receiver& to) { pthread_kill(to.handle(), SIGUSR1); }, [&] { blocked.take(SIGUSR1); });
}
RACE_CASE(NoRaceSigwaitOfATgkill) {
  const Blocked blocked(SIGUSR1);
  send_over([](Receiver& to) { tgkill(getpid(), to.id(), SIGUSR1); }, [&] { blocked.take(SIGUSR1); });
}
RACE_CASE(NoRaceSigwaitinfoOfASigqueue) {
  const Blocked blocked(SIGRTMIN);
  send_over([](Receiver&) { sigqueue(getpid(), SIGRTMIN, {.sival_int = 7}); },
            [&] {
              siginfo_t info;
              if (sigwaitinfo(&blocked.set(), &info) != SIGRTMIN || info.si_value.sival_int != 7) abort();
            });
}
RACE_CASE(NoRaceSigtimedwaitOfAPthreadSigqueue) {
  const Blocked blocked(SIGRTMIN);
  send_over([](Receiver& to) { pthread_sigqueue(to.handle(), SIGRTMIN, {.sival_int = 7}); },
            [&] {
              const timespec long_time{.tv_sec = 3600, .tv_nsec = 0};
              if (sigtimedwait(&blocked.set(), nullptr, &long_time) != SIGRTMIN) abort();
            });
}
RACE_CASE(NoRaceSigwaitOfATimer) {
  const Blocked blocked(SIGALRM);
  send_over(
      [](Receiver&) {
        const itimerval soon{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 1}};
        setitimer(ITIMER_REAL, &soon, nullptr);
      },
      [&] { blocked.take(SIGALRM); });
}
RACE_CASE(NoRaceSignalfd) {
  const Blocked blocked(SIGUSR1);
  const int file = dup(signalfd(-1, &blocked.set(), SFD_CLOEXEC));
  send_over([](Receiver&) { kill(getpid(), SIGUSR1); }, [&] { use(read_signal(file)); });
}
RACE_CASE(NoRacePollOfASignalfd) {
  const Blocked blocked(SIGUSR1);
  const int file = signalfd(-1, &blocked.set(), SFD_CLOEXEC);
  send_over([](Receiver& to) { pthread_kill(to.handle(), SIGUSR1); },
            [&] {
              pollfd wanted{.fd = file, .events = POLLIN, .revents = 0};
              if (poll(&wanted, 1, -1) != 1) abort();
            });
}
// Who waits for a handler to have run is ordered, though the handler is not.
RACE_CASE(NoRaceSigsuspend) {
  const Blocked blocked(SIGUSR1);
  signal(SIGUSR1, [](int) {});
  send_over([](Receiver& to) { pthread_kill(to.handle(), SIGUSR1); },
            [] {
              sigset_t none;
              sigemptyset(&none);
              sigsuspend(&none);
            });
}

// Nothing in the C++ standard orders a handler that interrupts a thread after the sending of its signal.
int handed_to_handler;
RACE_CASE(RaceOfPthreadKillAndTheHandler) {
  static std::atomic<bool> handled{false};
  struct sigaction action{};
  action.sa_handler = [](int) {
    handed_to_handler = handed_to_handler + 1;
    keep(handed_to_handler);
    handled.store(true, std::memory_order_relaxed);
  };
  sigaction(SIGUSR1, &action, nullptr);
  static std::atomic<bool> sent{false};
  Threads threads;
  static std::atomic<bool> running{false};
  std::thread receiver([] {
    running.store(true, std::memory_order_relaxed);
    while (!handled.load(std::memory_order_relaxed)) sched_yield();
  });
  threads.run([target = receiver.native_handle()] {
    while (!running.load(std::memory_order_relaxed)) sched_yield();
    handed_to_handler = 1;
    keep(handed_to_handler);
    pthread_kill(target, SIGUSR1);
    sent.store(true, std::memory_order_relaxed);
  });
  while (!sent.load(std::memory_order_relaxed)) sched_yield();
  receiver.join();
}

// --- What a signal does not order ---

RACE_CASE(RaceOfAnAccessAfterTheKill) {
  const Blocked blocked(SIGUSR1);
  const Receiver receiver([&] { blocked.take(SIGUSR1); });
  Threads sender;
  sender.run([] {
    kill(getpid(), SIGUSR1);
    write_x();
  });
}
// Another signal was sent before, too, and waits for its taker.
RACE_CASE(RaceOfAKillWithAnotherSignal) {
  const Blocked others(SIGUSR2);
  const Blocked blocked(SIGUSR1);
  const Receiver receiver([&] { blocked.take(SIGUSR1); });
  after(
      [] {
        write_x();
        kill(getpid(), SIGUSR2);
      },
      [] { kill(getpid(), SIGUSR1); });
}
RACE_CASE(RaceOfAKillWithASignalThatStaysInASignalfd) {
  const Blocked blocked(SIGUSR1, SIGUSR2);
  const int file = signalfd(-1, &blocked.set(), SFD_CLOEXEC);
  Signal both_sent;
  const Receiver receiver([&] {
    both_sent.wait();
    if (read_signal(file) != SIGUSR1) abort();  // the lowest first
  });
  after(
      [] {
        write_x();
        kill(getpid(), SIGUSR2);
      },
      [&] {
        kill(getpid(), SIGUSR1);
        both_sent.give();
      });
}
// The same number was sent before, to another thread.
RACE_CASE(RaceOfAPthreadKillOfAnotherThread) {
  const Blocked blocked(SIGUSR1);
  const Receiver receiver([&] { blocked.take(SIGUSR1); });
  after(
      [] {
        write_x();
        raise(SIGUSR1);  // blocked: it ends with its thread
      },
      [&] { tgkill(getpid(), receiver.id(), SIGUSR1); });
}

}  // namespace
}  // namespace gorace::conformance
