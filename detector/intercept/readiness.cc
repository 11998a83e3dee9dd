// Waiting for descriptors: what was written to one happens before the wait that says it can be read, as before the read
// itself. Which descriptors those are the kernel says, so no other order is made.
#include <poll.h>
#include <sys/select.h>

#include "detector/intercept/file_buffers.h"
#include "detector/intercept/real_function.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(poll)> real_poll("poll");
GORACE_REAL_FUNCTION RealFunction<decltype(ppoll)> real_ppoll("ppoll");
// Called in place of the others by code that was compiled with _FORTIFY_SOURCE.
GORACE_REAL_FUNCTION RealFunction<int(pollfd*, nfds_t, int, size_t)> real_poll_chk("__poll_chk");
GORACE_REAL_FUNCTION RealFunction<int(pollfd*, nfds_t, const timespec*, const sigset_t*, size_t)> real_ppoll_chk(
    "__ppoll_chk");
GORACE_REAL_FUNCTION RealFunction<decltype(select)> real_select("select");
GORACE_REAL_FUNCTION RealFunction<decltype(pselect)> real_pselect("pselect");

constexpr short kReadable = POLLIN | POLLPRI | POLLRDHUP | POLLHUP | POLLERR;

void before_poll(const pollfd* wanted, nfds_t count, CallSite site) {
  for (nfds_t i = 0; i < count; ++i) {
    check_range(&wanted[i].fd, sizeof wanted[i].fd, Direction::kRead, site);
    check_range(&wanted[i].events, sizeof wanted[i].events, Direction::kRead, site);
  }
}

int after_poll(const pollfd* found, nfds_t count, int ready, CallSite site) {
  if (ready < 0) return ready;
  for (nfds_t i = 0; i < count; ++i) {
    check_range(&found[i].revents, sizeof found[i].revents, Direction::kWrite, site);
    if ((found[i].revents & kReadable) != 0) on_file_acquire(found[i].fd);
  }
  return ready;
}

// The kernel looks at whole words of a set.
size_t set_bytes(int count) { return (static_cast<size_t>(count) + NFDBITS - 1) / NFDBITS * sizeof(fd_mask); }

void check_set(const fd_set* set, int count, Direction direction, CallSite site) {
  if (set != nullptr && count > 0) check_range(set, set_bytes(count), direction, site);
}

void before_select(int count, const fd_set* read, const fd_set* write, const fd_set* except, CallSite site) {
  check_set(read, count, Direction::kRead, site);
  check_set(write, count, Direction::kRead, site);
  check_set(except, count, Direction::kRead, site);
}

// FD_ISSET refuses, when it is fortified, what does not fit into an fd_set: programs have larger ones.
bool is_set(const fd_set* set, int fd) {
  return set != nullptr && (__FDS_BITS(set)[fd / NFDBITS] >> (fd % NFDBITS) & 1) != 0;
}

int after_select(int count, int ready, const fd_set* read, const fd_set* write, const fd_set* except, CallSite site) {
  if (ready < 0) return ready;
  check_set(read, count, Direction::kWrite, site);
  check_set(write, count, Direction::kWrite, site);
  check_set(except, count, Direction::kWrite, site);
  for (int fd = 0; fd < count; ++fd) {
    if (is_set(read, fd) || is_set(except, fd)) on_file_acquire(fd);
  }
  return ready;
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

// Under other names in C++: by the headers' attributes these only write to the array, and gcc takes that for granted.
int libc_poll(pollfd* files, nfds_t count, int timeout) __asm__("poll");
int libc_poll(pollfd* files, nfds_t count, int timeout) {
  before_poll(files, count, CallSite::here());
  return after_poll(files, count, real_poll(files, count, timeout), CallSite::here());
}

int libc_ppoll(pollfd* files, nfds_t count, const timespec* timeout, const sigset_t* mask) __asm__("ppoll");
int libc_ppoll(pollfd* files, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  before_poll(files, count, CallSite::here());
  return after_poll(files, count, real_ppoll(files, count, timeout, mask), CallSite::here());
}

int __poll_chk(pollfd* files, nfds_t count, int timeout, size_t room) {
  before_poll(files, count, CallSite::here());
  return after_poll(files, count, real_poll_chk(files, count, timeout, room), CallSite::here());
}

int __ppoll_chk(pollfd* files, nfds_t count, const timespec* timeout, const sigset_t* mask, size_t room) {
  before_poll(files, count, CallSite::here());
  return after_poll(files, count, real_ppoll_chk(files, count, timeout, mask, room), CallSite::here());
}

int select(int count, fd_set* read, fd_set* write, fd_set* except, timeval* timeout) {
  before_select(count, read, write, except, CallSite::here());
  return after_select(count, real_select(count, read, write, except, timeout), read, write, except, CallSite::here());
}

int pselect(int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout, const sigset_t* mask) {
  before_select(count, read, write, except, CallSite::here());
  return after_select(count, real_pselect(count, read, write, except, timeout, mask), read, write, except,
                      CallSite::here());
}

}  // extern "C"
