// NetTest: the shared fixture for tests of sockets, all of them on loopback.
#ifndef GORACE_TESTS_UNIT_NET_NET_FIXTURE_H_
#define GORACE_TESTS_UNIT_NET_NET_FIXTURE_H_

#include <gorace/gorace.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

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
