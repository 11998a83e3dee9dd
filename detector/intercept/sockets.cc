// System calls on sockets: the edges of file_clocks.h, the program's buffers, and the names that the kernel writes.
#include <sys/socket.h>

#include <algorithm>

#include "detector/intercept/connects.h"
#include "detector/intercept/file_buffers.h"
#include "detector/intercept/new_descriptors.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/socket_names.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(recv)> real_recv("recv");
GORACE_REAL_FUNCTION RealFunction<decltype(recvfrom)> real_recvfrom("recvfrom");
// Called in place of the others by code that was compiled with _FORTIFY_SOURCE.
GORACE_REAL_FUNCTION RealFunction<ssize_t(int, void*, size_t, size_t, int)> real_recv_chk("__recv_chk");
GORACE_REAL_FUNCTION RealFunction<ssize_t(int, void*, size_t, size_t, int, sockaddr*, socklen_t*)> real_recvfrom_chk(
    "__recvfrom_chk");
GORACE_REAL_FUNCTION RealFunction<decltype(recvmsg)> real_recvmsg("recvmsg");
GORACE_REAL_FUNCTION RealFunction<decltype(recvmmsg)> real_recvmmsg("recvmmsg");
GORACE_REAL_FUNCTION RealFunction<decltype(send)> real_send("send");
GORACE_REAL_FUNCTION RealFunction<decltype(sendto)> real_sendto("sendto");
GORACE_REAL_FUNCTION RealFunction<decltype(sendmsg)> real_sendmsg("sendmsg");
GORACE_REAL_FUNCTION RealFunction<decltype(sendmmsg)> real_sendmmsg("sendmmsg");
GORACE_REAL_FUNCTION RealFunction<decltype(shutdown)> real_shutdown("shutdown");
GORACE_REAL_FUNCTION RealFunction<decltype(socket)> real_socket("socket");
GORACE_REAL_FUNCTION RealFunction<decltype(socketpair)> real_socketpair("socketpair");
GORACE_REAL_FUNCTION RealFunction<decltype(bind)> real_bind("bind");
GORACE_REAL_FUNCTION RealFunction<decltype(listen)> real_listen("listen");
GORACE_REAL_FUNCTION RealFunction<decltype(accept)> real_accept("accept");
GORACE_REAL_FUNCTION RealFunction<decltype(accept4)> real_accept4("accept4");
GORACE_REAL_FUNCTION RealFunction<decltype(connect)> real_connect("connect");
GORACE_REAL_FUNCTION RealFunction<decltype(getsockname)> real_getsockname("getsockname");
GORACE_REAL_FUNCTION RealFunction<decltype(getpeername)> real_getpeername("getpeername");
GORACE_REAL_FUNCTION RealFunction<decltype(getsockopt)> real_getsockopt("getsockopt");

// NameBuffer: where the program wants a name, and how much room it has there.
class NameBuffer {
 public:
  NameBuffer(sockaddr* name, socklen_t* bytes)
      : name_(name), bytes_(bytes), room_(name != nullptr && bytes != nullptr ? *bytes : 0) {}

  // filled: the kernel has written a name.
  void filled(socklen_t unnamed_bytes, CallSite site) const {
    if (name_ == nullptr || bytes_ == nullptr) return;
    check_range(name_, std::min(*bytes_, room_), Direction::kWrite, site);
    check_range(bytes_, sizeof *bytes_, Direction::kWrite, site);
    if (*bytes_ <= room_) hide_name(name_, bytes_, unnamed_bytes);
  }

 private:
  sockaddr* const name_;
  socklen_t* const bytes_;
  const socklen_t room_;
};

// What the kernel says of an unnamed socket: as the sender of a message nothing, else its family.
constexpr socklen_t kUnnamedSender = 0;
constexpr socklen_t kUnnamedSocket = sizeof(sa_family_t);

int accepted(int fd, const NameBuffer& name, CallSite site) {
  if (fd < 0) return fd;
  on_file_opened(fd);
  if (watched_context() != nullptr) on_connection_accepted(fd);
  on_descriptor_opened(fd, site);
  name.filled(kUnnamedSocket, site);
  return fd;
}

void check_name(const sockaddr* name, socklen_t bytes, CallSite site) {
  if (name != nullptr) check_range(name, bytes, Direction::kRead, site);
}

void before_message(int fd, const msghdr& message, CallSite site) {
  check_name(static_cast<const sockaddr*>(message.msg_name), message.msg_namelen, site);
  check_vectors(message.msg_iov, message.msg_iovlen, kWholeVectors, Direction::kRead, site);
  on_descriptor_used(fd, site);
  on_message_release(fd, message.msg_name, message.msg_namelen);
}

void after_message(int fd, msghdr* message, ssize_t bytes, CallSite site) {
  after_read(fd, message->msg_iov, message->msg_iovlen, bytes, site);
  if (message->msg_name != nullptr) check_range(message->msg_name, message->msg_namelen, Direction::kWrite, site);
  if (message->msg_control != nullptr) {
    check_range(message->msg_control, message->msg_controllen, Direction::kWrite, site);
  }
  hide_name(static_cast<sockaddr*>(message->msg_name), &message->msg_namelen, kUnnamedSender);
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

// --- Input ---

ssize_t recv(int fd, void* buffer, size_t bytes, int flags) {
  return after_read(fd, buffer, real_recv(fd, buffer, bytes, flags), CallSite::here());
}

ssize_t recvfrom(int fd, void* buffer, size_t bytes, int flags, sockaddr* from, socklen_t* from_bytes) {
  const NameBuffer name(from, from_bytes);
  const ssize_t got = real_recvfrom(fd, buffer, bytes, flags, from, from_bytes);
  if (got >= 0) name.filled(kUnnamedSender, CallSite::here());
  return after_read(fd, buffer, got, CallSite::here());
}

// `room`: how many bytes the buffer has; libc ends the program when they are too few.
ssize_t __recv_chk(int fd, void* buffer, size_t bytes, size_t room, int flags) {
  return after_read(fd, buffer, real_recv_chk(fd, buffer, bytes, room, flags), CallSite::here());
}

ssize_t __recvfrom_chk(int fd, void* buffer, size_t bytes, size_t room, int flags, sockaddr* from,
                       socklen_t* from_bytes) {
  const NameBuffer name(from, from_bytes);
  const ssize_t got = real_recvfrom_chk(fd, buffer, bytes, room, flags, from, from_bytes);
  if (got >= 0) name.filled(kUnnamedSender, CallSite::here());
  return after_read(fd, buffer, got, CallSite::here());
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  const ssize_t got = real_recvmsg(fd, message, flags);
  if (got >= 0) after_message(fd, message, got, CallSite::here());
  return got;
}

int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  const int got = real_recvmmsg(fd, messages, count, flags, timeout);
  for (int i = 0; i < got; ++i) {
    after_message(fd, &messages[i].msg_hdr, static_cast<ssize_t>(messages[i].msg_len), CallSite::here());
    check_range(&messages[i].msg_len, sizeof messages[i].msg_len, Direction::kWrite, CallSite::here());
  }
  return got;
}

// --- Output ---

ssize_t send(int fd, const void* buffer, size_t bytes, int flags) {
  before_write(fd, buffer, bytes, CallSite::here());
  return real_send(fd, buffer, bytes, flags);
}

ssize_t sendto(int fd, const void* buffer, size_t bytes, int flags, const sockaddr* to, socklen_t to_bytes) {
  check_name(to, to_bytes, CallSite::here());
  check_range(buffer, bytes, Direction::kRead, CallSite::here());
  on_descriptor_used(fd, CallSite::here());
  on_message_release(fd, to, to_bytes);
  return real_sendto(fd, buffer, bytes, flags, to, to_bytes);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  before_message(fd, *message, CallSite::here());
  return real_sendmsg(fd, message, flags);
}

int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  for (unsigned i = 0; i < count; ++i) before_message(fd, messages[i].msg_hdr, CallSite::here());
  const int sent = real_sendmmsg(fd, messages, count, flags);
  for (int i = 0; i < sent; ++i) {
    check_range(&messages[i].msg_len, sizeof messages[i].msg_len, Direction::kWrite, CallSite::here());
  }
  return sent;
}

// --- Sockets come and go ---

int socket(int domain, int type, int protocol) noexcept {
  return opened(real_socket(domain, type, protocol), CallSite::here());
}

int socketpair(int domain, int type, int protocol, int ends[2]) noexcept {
  const int result = real_socketpair(domain, type, protocol, ends);
  if (result != 0) return result;
  check_range(ends, 2 * sizeof ends[0], Direction::kWrite, CallSite::here());
  opened_pair(on_socket_pair, ends, CallSite::here());
  return result;
}

int bind(int fd, const sockaddr* name, socklen_t bytes) noexcept {
  check_name(name, bytes, CallSite::here());
  const int result = real_bind(fd, name, bytes);
  if (result == 0) on_bound(fd);
  return result;
}

// Announced before, since the first client may connect before the real one returns.
int listen(int fd, int backlog) noexcept {
  on_listening(fd);
  return real_listen(fd, backlog);
}

int accept(int fd, sockaddr* from, socklen_t* from_bytes) {
  const NameBuffer name(from, from_bytes);
  return accepted(real_accept(fd, from, from_bytes), name, CallSite::here());
}

int accept4(int fd, sockaddr* from, socklen_t* from_bytes, int flags) {
  const NameBuffer name(from, from_bytes);
  return accepted(real_accept4(fd, from, from_bytes, flags), name, CallSite::here());
}

int connect(int fd, const sockaddr* to, socklen_t to_bytes) {
  check_name(to, to_bytes, CallSite::here());
  Connect under_way(fd, to, to_bytes);
  const int result = real_connect(fd, to, to_bytes);
  under_way.returned(result);
  on_file_opened(fd);  // only now it has its addresses, and with them its clocks
  return result;
}

int shutdown(int fd, int how) noexcept {
  if (how != SHUT_RD) on_file_release(fd);
  return real_shutdown(fd, how);
}

// --- What a socket is called ---

int getsockname(int fd, sockaddr* name, socklen_t* bytes) noexcept {
  const NameBuffer buffer(name, bytes);
  const int result = real_getsockname(fd, name, bytes);
  if (result == 0) buffer.filled(kUnnamedSocket, CallSite::here());
  return result;
}

int getpeername(int fd, sockaddr* name, socklen_t* bytes) noexcept {
  const NameBuffer buffer(name, bytes);
  const int result = real_getpeername(fd, name, bytes);
  if (result == 0) buffer.filled(kUnnamedSocket, CallSite::here());
  return result;
}

int getsockopt(int fd, int level, int option, void* value, socklen_t* bytes) noexcept {
  const int result = real_getsockopt(fd, level, option, value, bytes);
  if (result != 0 || value == nullptr || bytes == nullptr) return result;
  check_range(value, *bytes, Direction::kWrite, CallSite::here());
  check_range(bytes, sizeof *bytes, Direction::kWrite, CallSite::here());
  return result;
}

}  // extern "C"
