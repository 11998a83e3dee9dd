#include "detector/intercept/file_clocks.h"

#include <sys/signalfd.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "detector/context/losses.h"
#include "detector/intercept/clock_numbers.h"
#include "detector/intercept/socket_names.h"
#include "detector/intercept/sync_events.h"

namespace gorace::detector {
namespace {

constexpr unsigned kDescriptors = 1 << 16;
// A datagram socket: where what is sent goes is asked each time.
constexpr ClockNumber kByAddress = ~ClockNumber{0};

// A signalfd, to be read from: its order is that of the signals in g_signals.
constexpr ClockNumber kBySignals = kByAddress - 1;

struct Descriptor {
  // 0: not known (yet).
  std::atomic<ClockNumber> write_clock{0};
  std::atomic<ClockNumber> read_clock{0};
};

// Never touched but for the pages of descriptors in use.
constinit Descriptor g_descriptors[kDescriptors] = {};
// Of descriptors that are kBySignals: which they take.
constinit SignalNumbers g_signals[kDescriptors] = {};
// By clock: the clock of the epoll that watches it; 0: none does.
constinit uint32_t g_watchers[kClockNumbers + 1] = {};

Descriptor& descriptor(int fd) { return g_descriptors[static_cast<unsigned>(fd) % kDescriptors]; }

uint32_t watcher_of(ClockNumber clock) { return __atomic_load_n(&g_watchers[clock], __ATOMIC_RELAXED); }
void set_watcher(ClockNumber clock, uint32_t watcher) {
  __atomic_store_n(&g_watchers[clock], watcher, __ATOMIC_RELAXED);
}

SignalNumbers& signals_of(int fd) { return g_signals[static_cast<unsigned>(fd) % kDescriptors]; }

bool is_number(ClockNumber clock) { return clock != 0 && clock != kByAddress && clock != kBySignals; }

void set_clock(std::atomic<ClockNumber>& field, ClockNumber clock) {
  if (is_number(clock)) use_clock_number(clock);
  const ClockNumber old = field.exchange(clock, std::memory_order_relaxed);
  if (is_number(old)) drop_clock_number(old);
}

void set_clocks(int fd, ClockNumber write_clock, ClockNumber read_clock) {
  if (static_cast<unsigned>(fd) >= kDescriptors && write_clock != 0) count_loss(Loss::kFileShared);
  set_clock(descriptor(fd).write_clock, write_clock);
  set_clock(descriptor(fd).read_clock, read_clock);
}

// NewClock: a clock without a name, the caller's until it has been given to descriptors.
class NewClock {
 public:
  NewClock() : number_(new_clock_number()) {
    forget_sync_vars(address_of(clock_object(number_)), 1);
    set_watcher(number_, 0);
  }
  NewClock(const NewClock&) = delete;
  NewClock& operator=(const NewClock&) = delete;
  ~NewClock() { drop_clock_number(number_); }

  ClockNumber number() const { return number_; }

 private:
  const ClockNumber number_;
};

// look_at_file: files and named pipes are the same thing through whichever descriptor they are used; anything else has
// a clock of its own.
void look_at_file(int fd) {
  const int saved_errno = errno;
  struct stat status;
  const bool has_name = fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode));
  errno = saved_errno;
  if (!has_name) {
    const NewClock clock;
    set_clocks(fd, clock.number(), clock.number());
    return;
  }
  const ClockNumber clock = clock_of_key(
      hash_bytes(hash_bytes(0, &status.st_dev, sizeof status.st_dev), &status.st_ino, sizeof status.st_ino));
  set_clocks(fd, clock, clock);
}

// look_at finds the clocks of a descriptor that nobody has told us of. A stream that is not connected, and a datagram
// socket without a name, are left to be looked at again.
void look_at(int fd) {
  switch (socket_kind(fd)) {
    case SocketKind::kNoSocket:
    case SocketKind::kOther:
      look_at_file(fd);
      return;
    case SocketKind::kStream: {
      const Flow flow = flow_of(fd);
      if (flow.sent != kNoKey) set_clocks(fd, clock_of_key(flow.sent), clock_of_key(flow.received));
      return;
    }
    case SocketKind::kDatagram: {
      const Mailbox own = own_mailbox(fd);
      set_clocks(fd, kByAddress, own.exact == kNoKey ? 0 : clock_of_key(own.exact));
      return;
    }
  }
}

ClockNumber write_clock_of(int fd) {
  const ClockNumber known = descriptor(fd).write_clock.load(std::memory_order_relaxed);
  if (known != 0) return known;
  look_at(fd);
  return descriptor(fd).write_clock.load(std::memory_order_relaxed);
}

ClockNumber read_clock_of(int fd) {
  const ClockNumber known = descriptor(fd).read_clock.load(std::memory_order_relaxed);
  if (known != 0) return known;
  look_at(fd);
  return descriptor(fd).read_clock.load(std::memory_order_relaxed);
}

// What is written wakes who watches the file, who need not read it.
void release_to(ClockNumber clock) {
  on_release_merge(clock_object(clock));
  const uint32_t watcher = watcher_of(clock);
  if (watcher != 0) on_release_merge(clock_object(watcher));
}

void release_to(const Mailbox& mailbox) {
  if (mailbox.exact != kNoKey) release_to(clock_of_key(mailbox.exact));
  if (mailbox.any != kNoKey && mailbox.any != mailbox.exact) release_to(clock_of_key(mailbox.any));
}

}  // namespace

void on_file_release(int fd) { on_message_release(fd, nullptr, 0); }

void on_message_release(int fd, const void* address, unsigned address_bytes) {
  if (fd < 0 || watched_context() == nullptr) return;
  const ClockNumber clock = write_clock_of(fd);
  if (is_number(clock)) {
    release_to(clock);
  } else if (clock == kByAddress) {
    release_to(address != nullptr ? mailbox_of(address, address_bytes) : peer_mailbox(fd));
  }
}

void on_file_acquire(int fd) {
  if (fd < 0 || watched_context() == nullptr) return;
  const ClockNumber clock = read_clock_of(fd);
  if (clock == kBySignals) {
    on_signals_seen(std::atomic_ref(signals_of(fd)).load(std::memory_order_relaxed));
  } else if (clock != 0) {
    on_acquire(clock_object(clock));
  }
}

void on_file_read(int fd, const void* data, size_t bytes) {
  if (fd < 0 || descriptor(fd).read_clock.load(std::memory_order_relaxed) != kBySignals) {
    on_file_acquire(fd);
    return;
  }
  for (size_t offset = 0; offset + sizeof(signalfd_siginfo) <= bytes; offset += sizeof(signalfd_siginfo)) {
    signalfd_siginfo info;
    memcpy(&info, static_cast<const char*>(data) + offset, sizeof info);
    on_signal_taken(static_cast<int>(info.ssi_signo), info.ssi_code);
  }
}

void on_pipe(int read_end, int write_end) {
  const NewClock clock;
  set_clocks(read_end, clock.number(), clock.number());
  set_clocks(write_end, clock.number(), clock.number());
}

void on_socket_pair(int one, int other) {
  const NewClock there;
  const NewClock back;
  set_clocks(one, there.number(), back.number());
  set_clocks(other, back.number(), there.number());
}

void on_file_opened(int fd) {
  if (fd >= 0) set_clocks(fd, 0, 0);
}

void on_signal_file(int fd, SignalNumbers signals) {
  if (fd < 0) return;
  std::atomic_ref(signals_of(fd)).store(signals, std::memory_order_relaxed);
  set_clocks(fd, kBySignals, kBySignals);
}

void on_file_duplicated(int from, int to) {
  if (to < 0) return;
  std::atomic_ref(signals_of(to))
      .store(std::atomic_ref(signals_of(from)).load(std::memory_order_relaxed), std::memory_order_relaxed);
  const ClockNumber write_clock = write_clock_of(from);
  set_clocks(to, write_clock, descriptor(from).read_clock.load(std::memory_order_relaxed));
}

void on_file_watched(int epoll_fd, int fd) {
  if (fd < 0 || epoll_fd < 0) return;
  const ClockNumber watched = read_clock_of(fd);
  const ClockNumber watcher = read_clock_of(epoll_fd);
  if (is_number(watched)) set_watcher(watched, watcher);
}

void on_bound(int fd) {
  note_bound(fd);
  // A datagram socket's path may be gone when its first message comes.
  if (followed_context() != nullptr && socket_kind(fd) == SocketKind::kDatagram) look_at(fd);
}

void on_listening(int fd) { note_listener(fd); }

void on_file_closing(int fd) {
  if (fd < 0) return;
  // A descriptor that was never used has nobody waiting at its other end that we could know.
  const ClockNumber clock = descriptor(fd).write_clock.load(std::memory_order_relaxed);
  if (is_number(clock)) release_to(clock);
  set_clocks(fd, 0, 0);
}

}  // namespace gorace::detector
