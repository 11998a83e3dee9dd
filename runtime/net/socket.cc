// Operations on sockets. System calls go through the C library's functions, which the race detector intercepts: data
// that is sent orders its reader after its writer (detector/intercept/file_clocks.h).
//
// errno: each system call is in a function of its own that is never inlined, since the goroutine may have changed its
// thread after a wait, and compilers keep errno's address.
#include "runtime/net/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runtime/sync/sema.h"

namespace gorace::net::internal {
namespace {

using runtime::IoMode;
using runtime::IoStatus;

constexpr size_t kMaxTransfer = size_t{1} << 30;  // a call; as Go

// Each returns a negative errno value on failure.
[[gnu::noinline]] ssize_t try_read(int fd, void* buffer, size_t bytes) {
  const ssize_t got = recv(fd, buffer, std::min(bytes, kMaxTransfer), 0);
  return got < 0 ? -errno : got;
}

[[gnu::noinline]] ssize_t try_write(int fd, const void* data, size_t bytes) {
  const ssize_t sent = send(fd, data, std::min(bytes, kMaxTransfer), MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

[[gnu::noinline]] int try_accept(int fd) {
  const int accepted = accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return accepted < 0 ? -errno : accepted;
}

[[gnu::noinline]] int try_connect(int fd, const Endpoint& endpoint) {
  return ::connect(fd, endpoint.get(), endpoint.bytes) == 0 ? 0 : -errno;
}

[[gnu::noinline]] int pending_error(int fd) {
  int error = 0;
  socklen_t bytes = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &bytes) == 0 ? error : errno;
}

bool is_connected(int fd) {
  sockaddr_storage peer;
  socklen_t bytes = sizeof peer;
  return getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &bytes) == 0;
}

Addr name_of(int fd, decltype(getsockname) get_name) {
  sockaddr_storage name{};
  socklen_t bytes = sizeof name;
  if (get_name(fd, reinterpret_cast<sockaddr*>(&name), &bytes) != 0) return {};
  return Addr::from_system(&name, bytes);
}

// Go's defaults for connections: small writes leave at once, dead peers are noticed after 15 s + 9 * 15 s.
void set_tcp_defaults(int fd) {
  constexpr int kOn = 1;
  constexpr int kIdleSeconds = 15;
  constexpr int kProbes = 9;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &kOn, sizeof kOn);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &kIdleSeconds, sizeof kIdleSeconds);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &kIdleSeconds, sizeof kIdleSeconds);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &kProbes, sizeof kProbes);
}

bool is_passing(int error) { return error == -EINTR || error == -ECONNABORTED; }

}  // namespace

// Operation keeps the descriptor open; false when it is closed already.
class Socket::Operation {
 public:
  explicit Operation(Socket& socket) : socket_(socket), entered_(socket.enter()) {}
  ~Operation() {
    if (entered_) socket_.leave();
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  explicit operator bool() const { return entered_; }

 private:
  Socket& socket_;
  const bool entered_;
};

// Turn: one reader, one writer at a time. Not a gorace::Mutex: it would order them in the eyes of the race detector.
class Socket::Turn {
 public:
  explicit Turn(gorace::internal::Sema& sema) : sema_(sema) {
    gorace::internal::raw_lock(sema_, runtime::WaitReason::kIOWait, &sema_);
  }
  ~Turn() { gorace::internal::raw_unlock(sema_); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  gorace::internal::Sema& sema_;
};

bool Socket::enter() noexcept {
  uint64_t state = state_.load(std::memory_order_relaxed);
  do {
    if ((state & kClosed) != 0) return false;
  } while (!state_.compare_exchange_weak(state, state + kOne, std::memory_order_acquire, std::memory_order_relaxed));
  return true;
}

void Socket::leave() noexcept {
  // acq_rel: the last one sees what the others did with the descriptor.
  if (state_.fetch_sub(kOne, std::memory_order_acq_rel) - kOne != kClosed) return;
  if (desc_ != nullptr) runtime::netpoll_remove(fd_);
  ::close(fd_);
  if (desc_ != nullptr) runtime::PollDesc::release(desc_);
}

void Socket::release() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if ((state_.load(std::memory_order_relaxed) & kClosed) == 0) close();
  delete this;
}

int Socket::watch() {
  desc_ = runtime::PollDesc::acquire();
  const int error = runtime::netpoll_add(fd_, desc_);
  if (error == 0) return 0;
  desc_->close();
  runtime::PollDesc::release(desc_);
  desc_ = nullptr;
  return error;
}

void Socket::set_listening(bool removes_path) {
  local_ = name_of(fd_, getsockname);
  removes_path_ = removes_path;
}

void Socket::set_connected() {
  if (network_ != "unix") set_tcp_defaults(fd_);
  local_ = name_of(fd_, getsockname);
  remote_ = name_of(fd_, getpeername);
}

Error Socket::fail(const char* op, const Cause& why) const {
  std::string where = local_.string();
  if (remote_ != Addr()) where += "->" + remote_.string();
  return op_error(op, network_, where, why);
}

Error Socket::fail(const char* op, IoStatus status) const {
  return fail(op, cause(status == IoStatus::kClosing ? Errc::kClosed : Errc::kDeadlineExceeded));
}

Io Socket::read(void* buffer, size_t bytes) {
  const Operation operation(*this);
  if (!operation) return {0, fail("read", IoStatus::kClosing)};
  if (bytes == 0) return {};
  const Turn turn(read_turn_);
  for (;;) {
    if (drained_) {
      // The kernel would say EAGAIN: whatever comes after a read that was not filled makes the descriptor ready
      // (epoll(7)).
      drained_ = false;
      if (const IoStatus status = desc_->wait(IoMode::kRead); status != IoStatus::kOk) {
        drained_ = true;
        return {0, fail("read", status)};
      }
    }
    if (const IoStatus status = desc_->prepare(IoMode::kRead); status != IoStatus::kOk)
      return {0, fail("read", status)};
    const ssize_t got = try_read(fd_, buffer, bytes);
    if (got >= 0) {
      // Unix sockets stop reading at passed descriptors, and TCP at urgent data, whatever follows; and what made the
      // descriptor hung up is not told twice.
      drained_ = got > 0 && static_cast<size_t>(got) < std::min(bytes, kMaxTransfer) && network_ != "unix" &&
                 !desc_->hung_up();
      return {static_cast<size_t>(got), {}};
    }
    if (got == -EAGAIN) {
      if (const IoStatus status = desc_->wait(IoMode::kRead); status != IoStatus::kOk) return {0, fail("read", status)};
    } else if (got != -EINTR) {
      return {0, fail("read", system_cause("read", static_cast<int>(-got)))};
    }
  }
}

Io Socket::write(const void* data, size_t bytes) {
  const Operation operation(*this);
  if (!operation) return {0, fail("write", IoStatus::kClosing)};
  const Turn turn(write_turn_);
  const char* const text = static_cast<const char*>(data);
  size_t done = 0;
  while (done < bytes) {
    if (const IoStatus status = desc_->prepare(IoMode::kWrite); status != IoStatus::kOk)
      return {done, fail("write", status)};
    const ssize_t sent = try_write(fd_, text + done, bytes - done);
    if (sent >= 0) {
      done += static_cast<size_t>(sent);
    } else if (sent == -EAGAIN) {
      if (const IoStatus status = desc_->wait(IoMode::kWrite); status != IoStatus::kOk)
        return {done, fail("write", status)};
    } else if (sent != -EINTR) {
      return {done, fail("write", system_cause("write", static_cast<int>(-sent)))};
    }
  }
  return {done, {}};
}

ConnResult Socket::accept() {
  const Operation operation(*this);
  if (!operation) return {{}, fail("accept", IoStatus::kClosing)};
  const Turn turn(read_turn_);
  for (;;) {
    if (const IoStatus status = desc_->prepare(IoMode::kRead); status != IoStatus::kOk)
      return {{}, fail("accept", status)};
    const int accepted = try_accept(fd_);
    if (accepted >= 0) return adopt(accepted);
    if (accepted == -EAGAIN) {
      if (const IoStatus status = desc_->wait(IoMode::kRead); status != IoStatus::kOk)
        return {{}, fail("accept", status)};
    } else if (!is_passing(accepted)) {
      return {{}, fail("accept", system_cause("accept4", -accepted))};
    }
  }
}

ConnResult Socket::adopt(int accepted) {
  auto* socket = new Socket(accepted, network_);
  SocketHandle handle(socket);
  socket->set_connected();
  if (const int error = socket->watch(); error != 0) return {{}, fail("accept", system_cause("epoll", error))};
  return {Conn(std::move(handle)), {}};
}

int Socket::start_connect(const Endpoint& endpoint) {
  const int error = -try_connect(fd_, endpoint);
  const bool goes_on = error == EINPROGRESS || error == EINTR;  // an interrupted connect goes on by itself
  if (error != 0 && !goes_on) return error;
  // Not watched before: a socket that is not connected counts as hung up.
  if (const int refused = watch(); refused != 0) return refused;
  return goes_on ? EINPROGRESS : 0;
}

int Socket::finish_connect(IoStatus* status) {
  const Operation operation(*this);  // a close() must not give the PollDesc to another socket under the wait
  if (!operation) {
    *status = IoStatus::kClosing;
    return ECANCELED;
  }
  for (;;) {
    *status = desc_->wait(IoMode::kWrite);
    if (*status != IoStatus::kOk) return ECANCELED;
    const int error = pending_error(fd_);
    if (error != 0 && error != EINPROGRESS && error != EALREADY && error != EINTR) return error == EISCONN ? 0 : error;
    if (error == 0 && is_connected(fd_)) return 0;  // a wake-up may be about nothing
  }
}

Error Socket::close() {
  // acq_rel: pairs with enter's and leave's.
  if ((state_.fetch_or(kClosed, std::memory_order_acq_rel) & kClosed) != 0) return fail("close", IoStatus::kClosing);
  if (removes_path_) unlink(local_.string().c_str());
  if (desc_ != nullptr) desc_->close();
  leave();
  return {};
}

Error Socket::shut_down_write() {
  const Operation operation(*this);
  if (!operation) return fail("close", IoStatus::kClosing);
  if (shutdown(fd_, SHUT_WR) == 0) return {};
  return fail("close", system_cause("shutdown", errno));
}

Error Socket::set_deadline(Deadline deadline, bool read, bool write) {
  const Operation operation(*this);
  if (!operation) return fail("set", IoStatus::kClosing);
  if (read) desc_->set_deadline(IoMode::kRead, deadline.nanoseconds());
  if (write) desc_->set_deadline(IoMode::kWrite, deadline.nanoseconds());
  return {};
}

void Socket::set_write_deadline(int64_t when_ns) {
  const Operation operation(*this);
  if (operation) desc_->set_deadline(IoMode::kWrite, when_ns);
}

Error Socket::set_option(int level, int name, int value) {
  const Operation operation(*this);
  if (!operation) return fail("set", IoStatus::kClosing);
  if (setsockopt(fd_, level, name, &value, sizeof value) == 0) return {};
  return fail("set", system_cause("setsockopt", errno));
}

int Socket::descriptor() const noexcept { return (state_.load(std::memory_order_relaxed) & kClosed) != 0 ? -1 : fd_; }

int open_socket(int family) { return ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

void socket_retain(Socket* socket) noexcept { socket->retain(); }
void socket_release(Socket* socket) noexcept { socket->release(); }

}  // namespace gorace::net::internal
