#include "detector/intercept/file_clocks.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "detector/intercept/sync_events.h"

namespace gorace::detector {
namespace {

constexpr uint32_t kClocks = uint32_t{1} << 20;
constexpr uint32_t kFlowClocks = kClocks / 2;  // the lower half, by hash of the flow; the upper half in turn
constexpr int kDescriptors = 1 << 16;

struct Descriptor {
  // Index + 1 of the clock; 0: not looked at yet.
  std::atomic<uint32_t> write_clock{0};
  std::atomic<uint32_t> read_clock{0};
};

// Never touched but for the pages of descriptors in use; g_clock_range not at all, its addresses are names.
constinit Descriptor g_descriptors[kDescriptors] = {};
constinit char g_clock_range[size_t{kClocks} * 8] = {};
constinit std::atomic<uint32_t> g_next_clock{0};
// By clock: the clock of the epoll that watches it; 0: none does.
constinit uint32_t g_watchers[kClocks + 1] = {};

Descriptor& descriptor(int fd) { return g_descriptors[static_cast<unsigned>(fd) % kDescriptors]; }
const char* clock_object(uint32_t clock) { return &g_clock_range[size_t{clock - 1} * 8]; }

uint32_t watcher_of(uint32_t clock) { return __atomic_load_n(&g_watchers[clock], __ATOMIC_RELAXED); }
void set_watcher(uint32_t clock, uint32_t watcher) { __atomic_store_n(&g_watchers[clock], watcher, __ATOMIC_RELAXED); }

void set_clocks(int fd, uint32_t write_clock, uint32_t read_clock) {
  descriptor(fd).write_clock.store(write_clock, std::memory_order_relaxed);
  descriptor(fd).read_clock.store(read_clock, std::memory_order_relaxed);
}

uint32_t new_clock() {
  const uint32_t clock =
      kFlowClocks + g_next_clock.fetch_add(1, std::memory_order_relaxed) % (kClocks - kFlowClocks) + 1;
  forget_sync_vars(address_of(clock_object(clock)), 1);  // should the numbers have come round
  set_watcher(clock, 0);
  return clock;
}

struct SocketName {
  sockaddr_storage address{};
  socklen_t bytes = sizeof(sockaddr_storage);
};

uint64_t hash_name(uint64_t hash, const SocketName& name) {
  const auto* text = reinterpret_cast<const unsigned char*>(&name.address);
  for (socklen_t i = 0; i < name.bytes && i < sizeof name.address; ++i) hash = (hash ^ text[i]) * 0x100000001b3u;
  return hash;
}

uint32_t flow_clock(const SocketName& from, const SocketName& to) {
  uint64_t hash = hash_name(hash_name(0xcbf29ce484222325u, from) * 31, to);
  hash ^= hash >> 32;
  return static_cast<uint32_t>(hash % kFlowClocks) + 1;
}

// clock_of_file: files and named pipes are the same thing through whichever descriptor they are used; anything else has
// a clock of its own.
uint32_t clock_of_file(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0 || (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))) return new_clock();
  uint64_t hash = (status.st_dev * 0x9e3779b97f4a7c15u + status.st_ino) * 0x9e3779b97f4a7c15u;
  hash ^= hash >> 32;
  return static_cast<uint32_t>(hash % kFlowClocks) + 1;
}

// look_at fills in the clocks of a descriptor that nobody has told us of.
void look_at(int fd) {
  const int saved_errno = errno;
  SocketName own;
  SocketName peer;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&own.address), &own.bytes) == 0 &&
      getpeername(fd, reinterpret_cast<sockaddr*>(&peer.address), &peer.bytes) == 0) {
    set_clocks(fd, flow_clock(own, peer), flow_clock(peer, own));
  } else {
    const uint32_t clock = clock_of_file(fd);
    set_clocks(fd, clock, clock);
  }
  errno = saved_errno;
}

// What is written wakes who watches the file, who need not read it.
void release_to(uint32_t clock) {
  on_release_merge(clock_object(clock));
  const uint32_t watcher = watcher_of(clock);
  if (watcher != 0) on_release_merge(clock_object(watcher));
}

}  // namespace

void on_file_release(int fd) {
  if (fd < 0 || watched_context() == nullptr) return;
  if (descriptor(fd).write_clock.load(std::memory_order_relaxed) == 0) look_at(fd);
  release_to(descriptor(fd).write_clock.load(std::memory_order_relaxed));
}

void on_file_acquire(int fd) {
  if (fd < 0 || watched_context() == nullptr) return;
  if (descriptor(fd).read_clock.load(std::memory_order_relaxed) == 0) look_at(fd);
  on_acquire(clock_object(descriptor(fd).read_clock.load(std::memory_order_relaxed)));
}

void on_pipe(int read_end, int write_end) {
  const uint32_t clock = new_clock();
  set_clocks(read_end, clock, clock);
  set_clocks(write_end, clock, clock);
}

void on_socket_pair(int one, int other) {
  const uint32_t there = new_clock();
  const uint32_t back = new_clock();
  set_clocks(one, there, back);
  set_clocks(other, back, there);
}

void on_file_opened(int fd) {
  if (fd >= 0) set_clocks(fd, 0, 0);
}

void on_file_duplicated(int from, int to) {
  if (to < 0) return;
  if (descriptor(from).write_clock.load(std::memory_order_relaxed) == 0) look_at(from);
  set_clocks(to, descriptor(from).write_clock.load(std::memory_order_relaxed),
             descriptor(from).read_clock.load(std::memory_order_relaxed));
}

void on_file_watched(int epoll_fd, int fd) {
  if (fd < 0 || epoll_fd < 0) return;
  if (descriptor(fd).read_clock.load(std::memory_order_relaxed) == 0) look_at(fd);
  if (descriptor(epoll_fd).read_clock.load(std::memory_order_relaxed) == 0) look_at(epoll_fd);
  set_watcher(descriptor(fd).read_clock.load(std::memory_order_relaxed),
              descriptor(epoll_fd).read_clock.load(std::memory_order_relaxed));
}

void on_connecting(const void* address, unsigned address_bytes) {
  SocketName to;
  to.bytes = std::min<socklen_t>(address_bytes, sizeof to.address);
  memcpy(&to.address, address, to.bytes);
  on_release_merge(clock_object(flow_clock(SocketName{.bytes = 0}, to)));
}

void on_accepted(int accepted) {
  if (accepted < 0 || watched_context() == nullptr) return;
  on_file_opened(accepted);
  const int saved_errno = errno;
  SocketName own;
  if (getsockname(accepted, reinterpret_cast<sockaddr*>(&own.address), &own.bytes) == 0) {
    on_acquire(clock_object(flow_clock(SocketName{.bytes = 0}, own)));
  }
  errno = saved_errno;
}

void on_file_closing(int fd) {
  if (fd < 0) return;
  // A descriptor that was never used has nobody waiting at its other end that we could know.
  const uint32_t clock = descriptor(fd).write_clock.load(std::memory_order_relaxed);
  if (clock != 0) release_to(clock);
  set_clocks(fd, 0, 0);
}

}  // namespace gorace::detector
