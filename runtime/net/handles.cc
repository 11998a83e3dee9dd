// Conn, Listener and Deadline: what net.h declares, over Socket.
#include <gorace/net.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>

#include "runtime/net/error.h"
#include "runtime/net/socket.h"

namespace gorace::net {
namespace {

Error null_handle(const char* op) {
  return internal::op_error(op, "", "", internal::system_cause("null handle", EINVAL));
}

}  // namespace

int64_t Deadline::after(int64_t nanoseconds) noexcept {
  int64_t when;
  return __builtin_add_overflow(runtime::now_ns(), nanoseconds, &when) ? kNever : when;
}

Io Conn::read(void* buffer, size_t bytes) const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? Io{0, null_handle("read")} : socket->read(buffer, bytes);
}

Io Conn::write(const void* data, size_t bytes) const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? Io{0, null_handle("write")} : socket->write(data, bytes);
}

Error Conn::close() const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? null_handle("close") : socket->close();
}

Error Conn::close_write() const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? null_handle("close") : socket->shut_down_write();
}

Addr Conn::local_addr() const { return socket_.get() == nullptr ? Addr() : socket_.get()->local(); }
Addr Conn::remote_addr() const { return socket_.get() == nullptr ? Addr() : socket_.get()->remote(); }

Error Conn::set_deadline(Deadline deadline) const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? null_handle("set") : socket->set_deadline(deadline, true, true);
}

Error Conn::set_read_deadline(Deadline deadline) const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? null_handle("set") : socket->set_deadline(deadline, true, false);
}

Error Conn::set_write_deadline(Deadline deadline) const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? null_handle("set") : socket->set_deadline(deadline, false, true);
}

Error Conn::set_no_delay(bool on) const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? null_handle("set") : socket->set_option(IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0);
}

int Conn::native_handle() const noexcept { return socket_.get() == nullptr ? -1 : socket_.get()->descriptor(); }

ConnResult Listener::accept() const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? ConnResult{{}, null_handle("accept")} : socket->accept();
}

Error Listener::close() const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? null_handle("close") : socket->close();
}

Addr Listener::addr() const { return socket_.get() == nullptr ? Addr() : socket_.get()->local(); }

Error Listener::set_deadline(Deadline deadline) const {
  internal::Socket* socket = socket_.get();
  return socket == nullptr ? null_handle("set") : socket->set_deadline(deadline, true, false);
}

int Listener::native_handle() const noexcept { return socket_.get() == nullptr ? -1 : socket_.get()->descriptor(); }

}  // namespace gorace::net
