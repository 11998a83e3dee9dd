// NetTest: the shared fixture for tests of sockets, all of them on loopback.
#ifndef GORACE_TESTS_UNIT_NET_NET_FIXTURE_H_
#define GORACE_TESTS_UNIT_NET_NET_FIXTURE_H_

#include <gorace/gorace.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/chan/goroutine_test.h"

namespace gorace {

class NetTest : public GoroutineTest {};

// must unwraps what cannot fail here.
inline net::Conn must(net::ConnResult result) {
  if (result.error) throw std::runtime_error(result.error.message());
  return std::move(result.conn);
}
inline net::Listener must(net::ListenerResult result) {
  if (result.error) throw std::runtime_error(result.error.message());
  return std::move(result.listener);
}

// Pair: the two ends of a connection.
struct Pair {
  net::Conn client;
  net::Conn server;
};

inline Pair connect_pair(const char* network = "tcp", const std::string& address = "127.0.0.1:0") {
  const net::Listener listener = must(net::listen(network, address));
  net::Conn client = must(net::dial(network, listener.addr().string()));
  return {std::move(client), must(listener.accept())};
}

// read_all reads until the end of the stream; an error's message ends up in the text.
inline std::string read_all(const net::Conn& conn, size_t chunk = 4096) {
  std::string text;
  std::string buffer(chunk, '\0');
  for (;;) {
    const auto [bytes, error] = conn.read(buffer.data(), buffer.size());
    if (error) return text + "<" + error.message() + ">";
    if (bytes == 0) return text;
    text.append(buffer, 0, bytes);
  }
}

inline std::string read_some(const net::Conn& conn, size_t limit = 4096) {
  std::string buffer(limit, '\0');
  const auto [bytes, error] = conn.read(buffer.data(), buffer.size());
  if (error) return "<" + error.message() + ">";
  buffer.resize(bytes);
  return buffer;
}

// FullListener: a socket whose queue is full, so that connecting to it takes for ever.
class FullListener {
 public:
  FullListener() {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof address;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), bytes) != 0 || listen(fd_, 0) != 0) abort();
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &bytes);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    for (int i = 0; i < 4; ++i) {
      const int filler = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      connect(filler, reinterpret_cast<sockaddr*>(&address), bytes);
      fillers_.push_back(filler);
    }
  }
  ~FullListener() {
    for (const int filler : fillers_) close(filler);
    close(fd_);
  }
  const std::string& address() const { return address_; }

 private:
  int fd_;
  std::vector<int> fillers_;
  std::string address_;
};

// waiting_for_io returns how many goroutines are parked for sockets.
inline int64_t waiting_for_io() {
  int64_t count = 0;
  runtime::for_each_goroutine(
      [](runtime::G* g, void* count) {
        if (g->status == runtime::GStatus::kWaiting && g->wait_reason == runtime::WaitReason::kIOWait) {
          ++*static_cast<int64_t*>(count);
        }
      },
      &count, /*stop_the_world=*/true);
  return count;
}

}  // namespace gorace

#endif  // GORACE_TESTS_UNIT_NET_NET_FIXTURE_H_
