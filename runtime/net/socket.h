// Socket: a non-blocking descriptor, its PollDesc, and who may use it when (Go's poll.FD and fdMutex).
//
// Two counts. Handles (Conn, Listener) keep the object. Operations in progress keep the descriptor: close() forbids new
// ones and wakes those that wait, and the last one to leave closes the descriptor, so that its number is never used for
// another file under an operation's hands.
//
// Thread safety: any goroutine or thread. Reads (and accepts) go one at a time, writes likewise.
#ifndef GORACE_RUNTIME_NET_SOCKET_H_
#define GORACE_RUNTIME_NET_SOCKET_H_

#include <gorace/internal/sema.h>
#include <gorace/net.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "runtime/net/error.h"
#include "runtime/net/resolve.h"
#include "runtime/netpoll/poll_desc.h"

namespace gorace::net::internal {

class Socket {
 public:
  // Adopts a non-blocking descriptor, which is not watched yet.
  Socket(int fd, std::string_view network) : fd_(fd), network_(network) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept;

  // Before anybody else has the socket. watch registers it with the poller: 0 or the errno value.
  int watch();
  void set_listening(bool removes_path);  // takes its address
  void set_connected();                   // takes its addresses, and sets Go's options for TCP

  Io read(void* buffer, size_t bytes);
  Io write(const void* data, size_t bytes);
  ConnResult accept();
  Error close();
  Error shut_down_write();
  Error set_deadline(Deadline deadline, bool read, bool write);
  void set_write_deadline(int64_t when_ns);  // the caller knows that the descriptor is open, or does not mind
  Error set_option(int level, int name, int value);

  // start_connect: 0, EINPROGRESS, or the errno value. After EINPROGRESS finish_connect waits for the end: 0 or the
  // errno value; or *status is not kOk: the write deadline passed, or the socket was closed.
  int start_connect(const Endpoint& endpoint);
  int finish_connect(runtime::IoStatus* status);

  int descriptor() const noexcept;
  const Addr& local() const { return local_; }
  const Addr& remote() const { return remote_; }
  std::string_view network() const { return network_; }

 private:
  class Operation;
  class Turn;
  ~Socket() = default;

  ConnResult adopt(int accepted);
  bool enter() noexcept;
  void leave() noexcept;
  Error fail(const char* op, const Cause& why) const;
  Error fail(const char* op, runtime::IoStatus status) const;

  // Bit 0: closed. The rest: operations in progress, and one for "open", times 2.
  static constexpr uint64_t kClosed = 1;
  static constexpr uint64_t kOne = 2;
  std::atomic<uint64_t> state_{kOne};
  std::atomic<uint32_t> references_{1};
  const int fd_;
  bool removes_path_ = false;  // constant once shared
  bool drained_ = false;       // under read_turn_; the last read took all there was
  runtime::PollDesc* desc_ = nullptr;
  gorace::internal::Sema read_turn_;
  gorace::internal::Sema write_turn_;
  // Constant once shared.
  std::string_view network_;  // static text
  Addr local_;
  Addr remote_;
};

// open_socket: a new non-blocking, close-on-exec descriptor, or -1.
int open_socket(int family);

}  // namespace gorace::net::internal

#endif  // GORACE_RUNTIME_NET_SOCKET_H_
