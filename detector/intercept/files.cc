// System calls on file descriptors: the edges of file_clocks.h, and the program's buffers, which the kernel reads and
// writes on its behalf.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>

#include "detector/abi/access_check.h"
#include "detector/intercept/descriptors.h"
#include "detector/intercept/file_clocks.h"
#include "detector/intercept/real_function.h"

namespace gorace::detector {
namespace {

constinit RealFunction<decltype(read)> real_read("read");
constinit RealFunction<decltype(readv)> real_readv("readv");
constinit RealFunction<decltype(pread)> real_pread("pread");
constinit RealFunction<decltype(recv)> real_recv("recv");
constinit RealFunction<decltype(recvfrom)> real_recvfrom("recvfrom");
constinit RealFunction<decltype(pread64)> real_pread64("pread64");
constinit RealFunction<decltype(pwrite64)> real_pwrite64("pwrite64");
// Called in place of the others by code that was compiled with _FORTIFY_SOURCE.
constinit RealFunction<ssize_t(int, void*, size_t, size_t)> real_read_chk("__read_chk");
constinit RealFunction<ssize_t(int, void*, size_t, off_t, size_t)> real_pread_chk("__pread_chk");
constinit RealFunction<ssize_t(int, void*, size_t, size_t, int)> real_recv_chk("__recv_chk");
constinit RealFunction<ssize_t(int, void*, size_t, size_t, int, sockaddr*, socklen_t*)> real_recvfrom_chk(
    "__recvfrom_chk");
constinit RealFunction<decltype(recvmsg)> real_recvmsg("recvmsg");
constinit RealFunction<decltype(write)> real_write("write");
constinit RealFunction<decltype(writev)> real_writev("writev");
constinit RealFunction<decltype(pwrite)> real_pwrite("pwrite");
constinit RealFunction<decltype(send)> real_send("send");
constinit RealFunction<decltype(sendto)> real_sendto("sendto");
constinit RealFunction<decltype(sendmsg)> real_sendmsg("sendmsg");
constinit RealFunction<decltype(close)> real_close("close");
constinit RealFunction<decltype(shutdown)> real_shutdown("shutdown");
constinit RealFunction<decltype(pipe)> real_pipe("pipe");
constinit RealFunction<decltype(pipe2)> real_pipe2("pipe2");
constinit RealFunction<decltype(socket)> real_socket("socket");
constinit RealFunction<decltype(socketpair)> real_socketpair("socketpair");
constinit RealFunction<decltype(accept)> real_accept("accept");
constinit RealFunction<decltype(accept4)> real_accept4("accept4");
constinit RealFunction<decltype(connect)> real_connect("connect");
constinit RealFunction<decltype(eventfd)> real_eventfd("eventfd");
constinit RealFunction<decltype(eventfd_read)> real_eventfd_read("eventfd_read");
constinit RealFunction<decltype(eventfd_write)> real_eventfd_write("eventfd_write");
constinit RealFunction<decltype(dup)> real_dup("dup");
constinit RealFunction<decltype(dup2)> real_dup2("dup2");
constinit RealFunction<decltype(dup3)> real_dup3("dup3");
constinit RealFunction<decltype(epoll_ctl)> real_epoll_ctl("epoll_ctl");
constinit RealFunction<decltype(epoll_wait)> real_epoll_wait("epoll_wait");
constinit RealFunction<decltype(epoll_pwait)> real_epoll_pwait("epoll_pwait");

// The buffers in `vectors` that `bytes` bytes were read into or written from.
void check_vectors(const iovec* vectors, size_t count, size_t bytes, Direction direction, CallSite site) {
  for (size_t i = 0; i < count && bytes != 0; ++i) {
    const size_t part = std::min(bytes, vectors[i].iov_len);
    check_range(vectors[i].iov_base, part, direction, site);
    bytes -= part;
  }
}

constexpr size_t kWhole = static_cast<size_t>(-1);

// after_read: the kernel has written `bytes` (or an error) into the buffer.
ssize_t after_read(int fd, void* buffer, ssize_t bytes, CallSite site) {
  if (bytes < 0) return bytes;
  on_descriptor_used(fd, site);
  on_file_acquire(fd);
  check_range(buffer, static_cast<size_t>(bytes), Direction::kWrite, site);
  return bytes;
}

void before_write(int fd, const void* buffer, size_t bytes, CallSite site) {
  check_range(buffer, bytes, Direction::kRead, site);
  on_descriptor_used(fd, site);
  on_file_release(fd);
}

int opened(int fd, CallSite site) {
  on_file_opened(fd);
  on_descriptor_opened(fd, site);
  return fd;
}

void announce_pair(void (*edges)(int, int), const int ends[2], CallSite site) {
  edges(ends[0], ends[1]);
  on_descriptor_opened(ends[0], site);
  on_descriptor_opened(ends[1], site);
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

ssize_t recv(int fd, void* buffer, size_t bytes, int flags) {
  return after_read(fd, buffer, real_recv(fd, buffer, bytes, flags), CallSite::here());
}

ssize_t recvfrom(int fd, void* buffer, size_t bytes, int flags, sockaddr* from, socklen_t* from_bytes) {
  return after_read(fd, buffer, real_recvfrom(fd, buffer, bytes, flags, from, from_bytes), CallSite::here());
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

ssize_t __recv_chk(int fd, void* buffer, size_t bytes, size_t room, int flags) {
  return after_read(fd, buffer, real_recv_chk(fd, buffer, bytes, room, flags), CallSite::here());
}

ssize_t __recvfrom_chk(int fd, void* buffer, size_t bytes, size_t room, int flags, sockaddr* from,
                       socklen_t* from_bytes) {
  return after_read(fd, buffer, real_recvfrom_chk(fd, buffer, bytes, room, flags, from, from_bytes), CallSite::here());
}

ssize_t readv(int fd, const iovec* vectors, int count) {
  const ssize_t got = real_readv(fd, vectors, count);
  if (got < 0) return got;
  on_file_acquire(fd);
  check_vectors(vectors, static_cast<size_t>(count), static_cast<size_t>(got), Direction::kWrite, CallSite::here());
  return got;
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  const ssize_t got = real_recvmsg(fd, message, flags);
  if (got < 0) return got;
  on_file_acquire(fd);
  check_vectors(message->msg_iov, message->msg_iovlen, static_cast<size_t>(got), Direction::kWrite, CallSite::here());
  return got;
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

ssize_t send(int fd, const void* buffer, size_t bytes, int flags) {
  before_write(fd, buffer, bytes, CallSite::here());
  return real_send(fd, buffer, bytes, flags);
}

ssize_t sendto(int fd, const void* buffer, size_t bytes, int flags, const sockaddr* to, socklen_t to_bytes) {
  before_write(fd, buffer, bytes, CallSite::here());
  return real_sendto(fd, buffer, bytes, flags, to, to_bytes);
}

ssize_t writev(int fd, const iovec* vectors, int count) {
  check_vectors(vectors, static_cast<size_t>(count), kWhole, Direction::kRead, CallSite::here());
  on_file_release(fd);
  return real_writev(fd, vectors, count);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  check_vectors(message->msg_iov, message->msg_iovlen, kWhole, Direction::kRead, CallSite::here());
  on_file_release(fd);
  return real_sendmsg(fd, message, flags);
}

// --- Descriptors come and go ---

int close(int fd) {
  on_descriptor_closing(fd, CallSite::here());
  on_file_closing(fd);
  return real_close(fd);
}

int shutdown(int fd, int how) noexcept {
  if (how != SHUT_RD) on_file_release(fd);
  return real_shutdown(fd, how);
}

int pipe(int ends[2]) noexcept {
  const int result = real_pipe(ends);
  if (result == 0) announce_pair(on_pipe, ends, CallSite::here());
  return result;
}

int pipe2(int ends[2], int flags) noexcept {
  const int result = real_pipe2(ends, flags);
  if (result == 0) announce_pair(on_pipe, ends, CallSite::here());
  return result;
}

int socket(int domain, int type, int protocol) noexcept {
  return opened(real_socket(domain, type, protocol), CallSite::here());
}

int socketpair(int domain, int type, int protocol, int ends[2]) noexcept {
  const int result = real_socketpair(domain, type, protocol, ends);
  if (result == 0) announce_pair(on_socket_pair, ends, CallSite::here());
  return result;
}

int accept(int fd, sockaddr* from, socklen_t* from_bytes) {
  const int accepted = real_accept(fd, from, from_bytes);
  on_accepted(accepted);
  on_descriptor_opened(accepted, CallSite::here());
  return accepted;
}

int accept4(int fd, sockaddr* from, socklen_t* from_bytes, int flags) {
  const int accepted = real_accept4(fd, from, from_bytes, flags);
  on_accepted(accepted);
  on_descriptor_opened(accepted, CallSite::here());
  return accepted;
}

int connect(int fd, const sockaddr* to, socklen_t to_bytes) {
  on_connecting(to, to_bytes);
  const int result = real_connect(fd, to, to_bytes);
  on_file_opened(fd);  // only now it has its addresses, and with them its clocks
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
