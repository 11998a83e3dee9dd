// System calls on file descriptors: the edges of file_clocks.h, and the program's buffers, which the kernel reads and
// writes on its behalf. sockets.cc has those of sockets.
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "detector/intercept/file_buffers.h"
#include "detector/intercept/new_descriptors.h"
#include "detector/intercept/real_function.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(read)> real_read("read");
GORACE_REAL_FUNCTION RealFunction<decltype(readv)> real_readv("readv");
GORACE_REAL_FUNCTION RealFunction<decltype(pread)> real_pread("pread");
GORACE_REAL_FUNCTION RealFunction<decltype(pread64)> real_pread64("pread64");
GORACE_REAL_FUNCTION RealFunction<decltype(pwrite64)> real_pwrite64("pwrite64");
// Called in place of the others by code that was compiled with _FORTIFY_SOURCE.
GORACE_REAL_FUNCTION RealFunction<ssize_t(int, void*, size_t, size_t)> real_read_chk("__read_chk");
GORACE_REAL_FUNCTION RealFunction<ssize_t(int, void*, size_t, off_t, size_t)> real_pread_chk("__pread_chk");
GORACE_REAL_FUNCTION RealFunction<decltype(write)> real_write("write");
GORACE_REAL_FUNCTION RealFunction<decltype(writev)> real_writev("writev");
GORACE_REAL_FUNCTION RealFunction<decltype(pwrite)> real_pwrite("pwrite");
GORACE_REAL_FUNCTION RealFunction<decltype(preadv)> real_preadv("preadv");
GORACE_REAL_FUNCTION RealFunction<decltype(preadv2)> real_preadv2("preadv2");
GORACE_REAL_FUNCTION RealFunction<decltype(pwritev)> real_pwritev("pwritev");
GORACE_REAL_FUNCTION RealFunction<decltype(pwritev2)> real_pwritev2("pwritev2");
GORACE_REAL_FUNCTION RealFunction<decltype(sendfile)> real_sendfile("sendfile");
GORACE_REAL_FUNCTION RealFunction<decltype(splice)> real_splice("splice");
GORACE_REAL_FUNCTION RealFunction<decltype(tee)> real_tee("tee");
GORACE_REAL_FUNCTION RealFunction<decltype(copy_file_range)> real_copy_file_range("copy_file_range");
GORACE_REAL_FUNCTION RealFunction<decltype(poll)> real_poll("poll");
GORACE_REAL_FUNCTION RealFunction<decltype(close)> real_close("close");
GORACE_REAL_FUNCTION RealFunction<decltype(pipe)> real_pipe("pipe");
GORACE_REAL_FUNCTION RealFunction<decltype(pipe2)> real_pipe2("pipe2");
GORACE_REAL_FUNCTION RealFunction<decltype(eventfd)> real_eventfd("eventfd");
GORACE_REAL_FUNCTION RealFunction<decltype(eventfd_read)> real_eventfd_read("eventfd_read");
GORACE_REAL_FUNCTION RealFunction<decltype(eventfd_write)> real_eventfd_write("eventfd_write");
GORACE_REAL_FUNCTION RealFunction<decltype(dup)> real_dup("dup");
GORACE_REAL_FUNCTION RealFunction<decltype(dup2)> real_dup2("dup2");
GORACE_REAL_FUNCTION RealFunction<decltype(dup3)> real_dup3("dup3");
GORACE_REAL_FUNCTION RealFunction<decltype(epoll_ctl)> real_epoll_ctl("epoll_ctl");
GORACE_REAL_FUNCTION RealFunction<decltype(epoll_wait)> real_epoll_wait("epoll_wait");
GORACE_REAL_FUNCTION RealFunction<decltype(epoll_pwait)> real_epoll_pwait("epoll_pwait");

// hand_on: data are about to go from one file to the other inside the kernel. may_wait: the call itself would wait for
// them, so waiting here changes nothing for the program.
void hand_on(int in, int out, bool may_wait, CallSite site) {
  if (watched_context() == nullptr) return;
  if (may_wait && (fcntl(in, F_GETFL) & O_NONBLOCK) == 0) {
    pollfd ready{.fd = in, .events = POLLIN, .revents = 0};
    real_poll(&ready, 1, -1);
  }
  on_descriptor_used(in, site);
  on_descriptor_used(out, site);
  on_file_acquire(in);
  on_file_release(out);
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

// --- Input ---

ssize_t read(int fd, void* buffer, size_t bytes) {
  return after_read(fd, buffer, real_read(fd, buffer, bytes), CallSite::here());
}

ssize_t pread(int fd, void* buffer, size_t bytes, off_t offset) {
  return after_read(fd, buffer, real_pread(fd, buffer, bytes, offset), CallSite::here());
}

ssize_t pread64(int fd, void* buffer, size_t bytes, off64_t offset) {
  return after_read(fd, buffer, real_pread64(fd, buffer, bytes, offset), CallSite::here());
}

// `room`: how many bytes the buffer has; libc ends the program when they are too few.
ssize_t __read_chk(int fd, void* buffer, size_t bytes, size_t room) {
  return after_read(fd, buffer, real_read_chk(fd, buffer, bytes, room), CallSite::here());
}

ssize_t __pread_chk(int fd, void* buffer, size_t bytes, off_t offset, size_t room) {
  return after_read(fd, buffer, real_pread_chk(fd, buffer, bytes, offset, room), CallSite::here());
}

ssize_t __pread64_chk(int fd, void* buffer, size_t bytes, off_t offset, size_t room) {
  return after_read(fd, buffer, real_pread_chk(fd, buffer, bytes, offset, room), CallSite::here());
}

ssize_t readv(int fd, const iovec* vectors, int count) {
  const ssize_t got = real_readv(fd, vectors, count);
  return after_read(fd, vectors, static_cast<size_t>(count), got, CallSite::here());
}

ssize_t preadv(int fd, const iovec* vectors, int count, off_t offset) {
  const ssize_t got = real_preadv(fd, vectors, count, offset);
  return after_read(fd, vectors, static_cast<size_t>(count), got, CallSite::here());
}

ssize_t preadv64(int fd, const iovec* vectors, int count, off64_t offset) {
  const ssize_t got = real_preadv(fd, vectors, count, offset);
  return after_read(fd, vectors, static_cast<size_t>(count), got, CallSite::here());
}

ssize_t preadv2(int fd, const iovec* vectors, int count, off_t offset, int flags) {
  const ssize_t got = real_preadv2(fd, vectors, count, offset, flags);
  return after_read(fd, vectors, static_cast<size_t>(count), got, CallSite::here());
}

ssize_t preadv64v2(int fd, const iovec* vectors, int count, off64_t offset, int flags) {
  const ssize_t got = real_preadv2(fd, vectors, count, offset, flags);
  return after_read(fd, vectors, static_cast<size_t>(count), got, CallSite::here());
}

// --- Output ---

ssize_t write(int fd, const void* buffer, size_t bytes) {
  before_write(fd, buffer, bytes, CallSite::here());
  return real_write(fd, buffer, bytes);
}

ssize_t pwrite(int fd, const void* buffer, size_t bytes, off_t offset) {
  before_write(fd, buffer, bytes, CallSite::here());
  return real_pwrite(fd, buffer, bytes, offset);
}

ssize_t pwrite64(int fd, const void* buffer, size_t bytes, off64_t offset) {
  before_write(fd, buffer, bytes, CallSite::here());
  return real_pwrite64(fd, buffer, bytes, offset);
}

ssize_t writev(int fd, const iovec* vectors, int count) {
  before_write(fd, vectors, static_cast<size_t>(count), CallSite::here());
  return real_writev(fd, vectors, count);
}

ssize_t pwritev(int fd, const iovec* vectors, int count, off_t offset) {
  before_write(fd, vectors, static_cast<size_t>(count), CallSite::here());
  return real_pwritev(fd, vectors, count, offset);
}

ssize_t pwritev64(int fd, const iovec* vectors, int count, off64_t offset) {
  before_write(fd, vectors, static_cast<size_t>(count), CallSite::here());
  return real_pwritev(fd, vectors, count, offset);
}

ssize_t pwritev2(int fd, const iovec* vectors, int count, off_t offset, int flags) {
  before_write(fd, vectors, static_cast<size_t>(count), CallSite::here());
  return real_pwritev2(fd, vectors, count, offset, flags);
}

ssize_t pwritev64v2(int fd, const iovec* vectors, int count, off64_t offset, int flags) {
  before_write(fd, vectors, static_cast<size_t>(count), CallSite::here());
  return real_pwritev2(fd, vectors, count, offset, flags);
}

// --- From file to file: what was written to the first is handed on to whoever reads the second ---

// Waited for first, so that what the first file's writer did is known before the second file's reader may see it.
ssize_t sendfile(int out, int in, off_t* offset, size_t bytes) noexcept {
  hand_on(in, out, /*may_wait=*/false, CallSite::here());
  return real_sendfile(out, in, offset, bytes);
}

ssize_t sendfile64(int out, int in, off64_t* offset, size_t bytes) noexcept {
  hand_on(in, out, /*may_wait=*/false, CallSite::here());
  return real_sendfile(out, in, offset, bytes);
}

ssize_t splice(int in, off64_t* in_offset, int out, off64_t* out_offset, size_t bytes, unsigned flags) {
  hand_on(in, out, (flags & SPLICE_F_NONBLOCK) == 0, CallSite::here());
  return real_splice(in, in_offset, out, out_offset, bytes, flags);
}

ssize_t tee(int in, int out, size_t bytes, unsigned flags) {
  hand_on(in, out, (flags & SPLICE_F_NONBLOCK) == 0, CallSite::here());
  return real_tee(in, out, bytes, flags);
}

ssize_t copy_file_range(int in, off64_t* in_offset, int out, off64_t* out_offset, size_t bytes, unsigned flags) {
  hand_on(in, out, /*may_wait=*/false, CallSite::here());
  return real_copy_file_range(in, in_offset, out, out_offset, bytes, flags);
}

// --- Descriptors come and go ---

int close(int fd) {
  on_descriptor_closing(fd, CallSite::here());
  on_file_closing(fd);
  return real_close(fd);
}

int pipe(int ends[2]) noexcept {
  const int result = real_pipe(ends);
  if (result == 0) opened_pair(on_pipe, ends, CallSite::here());
  return result;
}

int pipe2(int ends[2], int flags) noexcept {
  const int result = real_pipe2(ends, flags);
  if (result == 0) opened_pair(on_pipe, ends, CallSite::here());
  return result;
}

int eventfd(unsigned count, int flags) noexcept { return opened(real_eventfd(count, flags), CallSite::here()); }

int eventfd_read(int fd, eventfd_t* value) {
  const int result = real_eventfd_read(fd, value);
  if (result == 0) after_read(fd, value, sizeof *value, CallSite::here());
  return result;
}

int eventfd_write(int fd, eventfd_t value) {
  on_file_release(fd);
  return real_eventfd_write(fd, value);
}

int dup(int fd) noexcept {
  const int copy = real_dup(fd);
  on_file_duplicated(fd, copy);
  on_descriptor_opened(copy, CallSite::here());
  return copy;
}

int dup2(int fd, int wanted) noexcept {
  on_descriptor_used(fd, CallSite::here());
  on_descriptor_closing(wanted, CallSite::here(), /*by_replacing=*/true);
  const int copy = real_dup2(fd, wanted);
  if (copy != fd) on_file_duplicated(fd, copy);
  return copy;
}

int dup3(int fd, int wanted, int flags) noexcept {
  on_descriptor_used(fd, CallSite::here());
  on_descriptor_closing(wanted, CallSite::here(), /*by_replacing=*/true);
  const int copy = real_dup3(fd, wanted, flags);
  on_file_duplicated(fd, copy);
  return copy;
}

// --- epoll: registering an interest happens before the wait that returns it, with the data that was registered ---

int epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event) noexcept {
  on_file_release(epoll_fd);
  if (operation == EPOLL_CTL_ADD) on_file_watched(epoll_fd, fd);
  return real_epoll_ctl(epoll_fd, operation, fd, event);
}

int epoll_wait(int epoll_fd, epoll_event* events, int max_events, int timeout) {
  const int ready = real_epoll_wait(epoll_fd, events, max_events, timeout);
  if (ready <= 0) return ready;
  on_file_acquire(epoll_fd);
  check_range(events, static_cast<size_t>(ready) * sizeof *events, Direction::kWrite, CallSite::here());
  return ready;
}

int epoll_pwait(int epoll_fd, epoll_event* events, int max_events, int timeout, const sigset_t* mask) {
  const int ready = real_epoll_pwait(epoll_fd, events, max_events, timeout, mask);
  if (ready <= 0) return ready;
  on_file_acquire(epoll_fd);
  check_range(events, static_cast<size_t>(ready) * sizeof *events, Direction::kWrite, CallSite::here());
  return ready;
}

}  // extern "C"
