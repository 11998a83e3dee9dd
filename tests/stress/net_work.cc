#include "tests/stress/net_work.h"

#include <gorace/context.h>
#include <gorace/go.h>
#include <gorace/net.h>
#include <gorace/wait_group.h>
#include <sys/socket.h>

#include <chrono>
#include <string>

namespace gorace::stress {
namespace {

using std::chrono::microseconds;

// Longer than the watchdog waits: a deadline that ends a round hides no lost wake-up.
constexpr std::chrono::minutes kFar{10};

net::Listener g_listener;
WaitGroup g_server;

void echo(const net::Conn& conn) {
  char buffer[512];
  for (;;) {
    const auto [bytes, error] = conn.read(buffer, sizeof buffer);
    if (error || bytes == 0 || conn.write(buffer, bytes).error) return;
  }
}

void accept_all() {
  for (;;) {
    auto [conn, error] = g_listener.accept();
    if (error.code() == net::Errc::kClosed) return;
    if (!error) g_server.go([conn] { echo(conn); });
  }
}

// connect leaves no TIME_WAIT behind when the connection ends: an hour of rounds would use up the ports.
net::Conn connect() {
  auto [conn, error] = net::dial("tcp", g_listener.addr().string());
  if (error) violated(("dial: " + error.message()).c_str());
  const linger reset{1, 0};
  setsockopt(conn.native_handle(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  return conn;
}

}  // namespace

void start_echo_server() {
  auto [listener, error] = net::listen("tcp", "127.0.0.1:0");
  if (error) violated(error.message().c_str());
  g_listener = listener;
  g_server.go(accept_all);
}

void stop_echo_server() {
  g_listener.close();
  g_server.wait();
}

void echo_round(Random& random) {
  const net::Conn conn = connect();
  conn.set_deadline(kFar);
  for (int i = 0; i < 10; ++i) {
    const std::string sent(1 + random() % 2000, static_cast<char>('a' + i));
    WaitGroup writer;
    writer.go([&] {
      if (conn.write(sent).error) violated("an echo was not sent");
    });
    std::string got(sent.size(), '\0');
    for (size_t at = 0; at < got.size();) {
      const auto [bytes, error] = conn.read(got.data() + at, got.size() - at);
      if (error || bytes == 0) violated("an echo ended early");
      at += bytes;
    }
    if (got != sent) violated("an echo differs");
    writer.wait();
  }
}

void late_echo_round(Random& random) {
  const net::Conn conn = connect();
  const uint64_t how = random() % 3;
  conn.set_read_deadline(how == 0 ? net::Deadline(microseconds(random() % 1000)) : net::Deadline(kFar));
  WaitGroup others;
  const microseconds pause(random() % 300);
  others.go([=] {
    sleep(pause);
    if (how == 1) conn.close();
    if (how == 2) conn.set_read_deadline(microseconds(0));
  });
  char byte;
  const auto [bytes, error] = conn.read(&byte, 1);
  if (error.code() != (how == 1 ? net::Errc::kClosed : net::Errc::kDeadlineExceeded)) {
    violated(("a read without data: " + error.message()).c_str());
  }
  others.wait();
}

void dial_round(Random& random) {
  auto [ctx, cancel] =
      random() % 2 == 0 ? with_timeout(background(), microseconds(random() % 300)) : with_cancel(background());
  WaitGroup canceler;
  const microseconds pause(random() % 200);
  canceler.go([&cancel = cancel, pause] {
    if (pause.count() > 20) sleep(pause);
    cancel();
  });
  const auto [conn, error] = net::dial(ctx, "tcp", g_listener.addr().string());
  if (!error) {
    const linger reset{1, 0};
    setsockopt(conn.native_handle(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  } else if (error.code() != net::Errc::kCanceled && error.code() != net::Errc::kDeadlineExceeded) {
    violated(("a dial under a context: " + error.message()).c_str());
  }
  canceler.wait();
}

}  // namespace gorace::stress
