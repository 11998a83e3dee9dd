// net: TCP and Unix sockets for goroutines, after Go's package net. An operation that has to wait parks the goroutine;
// its OS thread goes on with others.
//
//   auto [listener, error] = gorace::net::listen("tcp", "127.0.0.1:8080");
//   if (error) return fail(error.message());       // "listen tcp 127.0.0.1:8080: bind: address already in use"
//   for (;;) {
//     auto [conn, error] = listener.accept();
//     if (error) break;
//     gorace::go([conn] {
//       char buffer[4096];
//       for (;;) {
//         auto [bytes, error] = conn.read(buffer, sizeof buffer);
//         if (error || bytes == 0) break;              // 0 without an error: the peer has ended its side (Go's io.EOF)
//         if (conn.write(buffer, bytes).error) break;  // writes all of it
//       }
//     });
//   }
//
// Networks: "tcp", "tcp4", "tcp6" and "unix". Addresses are Go's: "host:port", "[::1]:80", ":0" (every interface, a
// free port), port names such as "localhost:http"; for "unix" a path, or "@name" for the abstract name space.
//
// Conn and Listener are handles: copies share one socket, which is closed by close() or by the end of the last copy.
//
// Thread safety: everything may be called from any goroutine or thread at any time. One read and one write go on at
// once; a second read waits for the first (so does a write). close() ends them all.
//
// Ordering: what was done before a write happens before the read, at the other end in this process, that returns the
// data.
//
// Errors are values: functions return an Error, or a struct with one, and throw only std::bad_alloc. A broken
// connection is an error (EPIPE), never the signal SIGPIPE.
#ifndef GORACE_NET_H_
#define GORACE_NET_H_

#include <gorace/internal/language.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <gorace/context.h>
#include <gorace/time.h>

namespace gorace::net {

// Errc: what is no error of the system. Error codes of net_category(); those in brackets also compare equal to the
// std::errc.
enum class Errc {
  kClosed = 1,        // "use of closed network connection" [bad_file_descriptor]
  kDeadlineExceeded,  // "i/o timeout" [timed_out]
  kCanceled,          // "operation was canceled", by a Context [operation_canceled]
  kUnknownNetwork,    // "unknown network x"
  kBadAddress,        // "missing port in address" and the like [invalid_argument]
  kNoSuchHost,        // "no such host"
  kLookupFailed,      // the name servers could not say; trying again may help
};
const std::error_category& net_category() noexcept;
std::error_code make_error_code(Errc error) noexcept;

// Error: why an operation failed. False when it did not. Copies are cheap.
class Error {
 public:
  Error() noexcept = default;
  explicit operator bool() const noexcept { return detail_ != nullptr; }

  // message returns Go's text: operation, network, addresses, cause. Empty when there is no error.
  std::string message() const;
  // code returns the cause alone: an Errc, or an errno value in the system's category.
  std::error_code code() const noexcept;
  // timeout: a deadline has passed, of the connection, a Context or the system (ETIMEDOUT).
  bool timeout() const noexcept;

  // For the library.
  struct Detail;
  explicit Error(std::shared_ptr<const Detail> detail) noexcept : detail_(std::move(detail)) {}

 private:
  std::shared_ptr<const Detail> detail_;
};

// Addr: an end of a connection.
class Addr {
 public:
  Addr() noexcept = default;

  // network returns "tcp" or "unix"; empty for no address.
  std::string_view network() const noexcept;
  // string returns the address as dial takes it: "127.0.0.1:80", "[::1]:80", "/path", "@name".
  std::string string() const;
  // ip and port: of TCP addresses, else empty and 0.
  std::string ip() const;
  uint16_t port() const noexcept { return port_; }

  friend bool operator==(const Addr& a, const Addr& b) = default;

  // For the library: from what the system calls a sockaddr.
  static Addr from_system(const void* address, size_t bytes);

 private:
  enum class Kind : uint8_t { kNone, kTcp4, kTcp6, kUnix };
  Kind kind_ = Kind::kNone;
  uint16_t port_ = 0;
  uint32_t scope_ = 0;
  std::array<unsigned char, 16> ip_{};
  std::string path_;
};

// Deadline: a point in time, or a duration from now on; kNoDeadline: never.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  Deadline(Clock::time_point when) noexcept  // NOLINT(google-explicit-constructor)
      : ns_(when == Clock::time_point::max()
                ? kNever
                : std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count()) {}
  template <class Rep, class Period>
  Deadline(std::chrono::duration<Rep, Period> from_now) noexcept  // NOLINT(google-explicit-constructor)
      : ns_(after(gorace::internal::to_nanoseconds(from_now))) {}

  int64_t nanoseconds() const noexcept { return ns_; }  // of CLOCK_MONOTONIC; kNever: none
  static constexpr int64_t kNever = INT64_MAX;

 private:
  static int64_t after(int64_t nanoseconds) noexcept;

  int64_t ns_;
};
inline constexpr Deadline::Clock::time_point kNoDeadline = Deadline::Clock::time_point::max();

namespace internal {
class Socket;  // runtime/net/socket.h
void socket_retain(Socket* socket) noexcept;
void socket_release(Socket* socket) noexcept;

// SocketHandle: a counted reference to a socket, or null.
class SocketHandle {
 public:
  SocketHandle() noexcept = default;
  explicit SocketHandle(Socket* adopted) noexcept : socket_(adopted) {}
  SocketHandle(const SocketHandle& other) noexcept : socket_(other.socket_) {
    if (socket_ != nullptr) socket_retain(socket_);
  }
  SocketHandle(SocketHandle&& other) noexcept : socket_(std::exchange(other.socket_, nullptr)) {}
  SocketHandle& operator=(SocketHandle other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  ~SocketHandle() {
    if (socket_ != nullptr) socket_release(socket_);
  }
  Socket* get() const noexcept { return socket_; }

 private:
  Socket* socket_ = nullptr;
};
}  // namespace internal

// Io: how many bytes were read or written, and why it ended early if it did.
struct [[nodiscard]] Io {
  size_t bytes = 0;
  Error error;
};

// Conn: a connection. The null handle's operations fail with EINVAL.
class Conn {
 public:
  Conn() noexcept = default;
  explicit operator bool() const noexcept { return socket_.get() != nullptr; }

  // read waits for data and reads at most `bytes` of it. No bytes and no error: the end of the stream.
  Io read(void* buffer, size_t bytes) const;
  // write writes everything, in as many parts as it takes. On an error Io::bytes says how much went out.
  Io write(const void* data, size_t bytes) const;
  Io write(std::string_view text) const { return write(text.data(), text.size()); }

  // close ends the connection: operations in progress, here or in other goroutines, fail with Errc::kClosed, as does a
  // second close. Data that was written is still sent.
  Error close() const;
  // close_write tells the peer that no more data comes; reading goes on.
  Error close_write() const;

  // local_addr and remote_addr: also after close.
  Addr local_addr() const;
  Addr remote_addr() const;

  // From the deadline on reads and writes, also those that wait already, fail with Errc::kDeadlineExceeded, until it is
  // set anew.
  Error set_deadline(Deadline deadline) const;
  Error set_read_deadline(Deadline deadline) const;
  Error set_write_deadline(Deadline deadline) const;

  // set_no_delay(false) lets the system gather small writes (Nagle's algorithm). TCP; the default is true, as in Go.
  Error set_no_delay(bool on) const;
  // native_handle returns the descriptor, for options that have no function here: non-blocking, not to be closed or
  // read, valid until close. -1 when closed.
  int native_handle() const noexcept;

  // For the library.
  explicit Conn(internal::SocketHandle socket) noexcept : socket_(std::move(socket)) {}

 private:
  internal::SocketHandle socket_;
};

struct [[nodiscard]] ConnResult {
  Conn conn;
  Error error;
};

// Listener: waits for connections. The null handle's operations fail with EINVAL.
class Listener {
 public:
  Listener() noexcept = default;
  explicit operator bool() const noexcept { return socket_.get() != nullptr; }

  // accept waits for the next connection. An error that is not Errc::kClosed may pass: with EMFILE ("too many open
  // files") connections wait in the system's queue until some are closed.
  ConnResult accept() const;
  // close ends accept calls in progress with Errc::kClosed. A Unix socket's file is removed.
  Error close() const;
  // addr: with the port that the system chose.
  Addr addr() const;
  // set_deadline is for accept.
  Error set_deadline(Deadline deadline) const;
  int native_handle() const noexcept;

  explicit Listener(internal::SocketHandle socket) noexcept : socket_(std::move(socket)) {}

 private:
  internal::SocketHandle socket_;
};

struct [[nodiscard]] ListenerResult {
  Listener listener;
  Error error;
};

// listen announces on a local address. "tcp" without a host takes IPv6 and IPv4.
ListenerResult listen(std::string_view network, std::string_view address);

// dial connects. A name with several addresses: one after the other; the error is the first one's. The context bounds
// name lookup and connecting, not the connection.
ConnResult dial(std::string_view network, std::string_view address);
ConnResult dial(const Context& ctx, std::string_view network, std::string_view address);

}  // namespace gorace::net

template <>
struct std::is_error_code_enum<gorace::net::Errc> : std::true_type {};

#endif  // GORACE_NET_H_
