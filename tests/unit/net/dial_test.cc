// dial and listen: contexts, names, limits of the system.
#include <netdb.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "runtime/net/resolve.h"
#include "runtime/net/socket.h"
#include "tests/unit/net/net_fixture.h"

namespace gorace {
namespace {

using namespace std::chrono_literals;

class DialTest : public NetTest {};

TEST_P(DialTest, NamesWhoRefused) {
  net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
  const std::string address = listener.addr().string();
  listener.close();
  const net::Error error = net::dial("tcp", address).error;
  EXPECT_EQ(error.message(), "dial tcp " + address + ": connect: connection refused");
  EXPECT_EQ(error.code(), std::errc::connection_refused);
  EXPECT_FALSE(error.timeout());
}

TEST_P(DialTest, EndsWithItsContext) {
  const FullListener full;
  auto [ctx, cancel] = with_cancel(background());
  WaitGroup done;
  done.go([&, ctx = ctx] {
    const net::Error error = net::dial(ctx, "tcp", full.address()).error;
    EXPECT_EQ(error.code(), net::Errc::kCanceled);
    EXPECT_EQ(error.message(), "dial tcp " + full.address() + ": operation was canceled");
  });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  cancel();
  done.wait();
  EXPECT_EQ(net::dial(ctx, "tcp", full.address()).error.code(), net::Errc::kCanceled);
}

// Closing gives the poll record to the next socket: a connect that waits must be out of it by then, or it waits on for
// what happens to the other socket.
TEST_P(DialTest, AClosedConnectDoesNotWaitWithTheRecordOfTheNextSocket) {
  const FullListener full;
  net::internal::Cause wrong;
  const auto endpoints =
      resolve(background(), net::internal::Network::kTcp, full.address(), net::internal::Purpose::kDial, &wrong);
  ASSERT_EQ(endpoints.size(), 1u);
  auto* socket = new net::internal::Socket(net::internal::open_socket(AF_INET), "tcp");
  net::internal::SocketHandle handle(socket);
  ASSERT_EQ(socket->start_connect(endpoints[0]), EINPROGRESS);
  std::atomic<bool> ended{false};
  WaitGroup done;
  done.go([&] {
    runtime::IoStatus status;
    socket->finish_connect(&status);
    EXPECT_EQ(status, runtime::IoStatus::kClosing);
    ended = true;
  });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  socket->close();
  runtime::PollDesc* const next = runtime::PollDesc::acquire();  // with one processor, before the other goroutine runs
  EXPECT_TRUE(eventually([&] { return ended.load(); }));
  next->close();
  done.wait();
  runtime::PollDesc::release(next);
}

TEST_P(DialTest, EndsAtTheDeadlineOfItsContext) {
  const FullListener full;
  auto [ctx, cancel] = with_timeout(background(), 20ms);
  const net::Error error = net::dial(ctx, "tcp", full.address()).error;
  EXPECT_EQ(error.code(), net::Errc::kDeadlineExceeded);
  EXPECT_EQ(error.message(), "dial tcp " + full.address() + ": i/o timeout");
}

TEST_P(DialTest, TheContextDoesNotBoundTheConnection) {
  const net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
  net::Conn client;
  {
    auto [ctx, cancel] = with_timeout(background(), 1h);
    client = must(net::dial(ctx, "tcp", listener.addr().string()));
  }
  const net::Conn server = must(listener.accept());
  ASSERT_FALSE(client.write("x").error);
  EXPECT_EQ(read_some(server), "x");
}

// A bare chroot has no /etc/hosts.
bool knows_localhost() {
  addrinfo hints = {};
  hints.ai_family = AF_INET;
  addrinfo* found = nullptr;
  if (getaddrinfo("localhost", nullptr, &hints, &found) != 0) return false;
  freeaddrinfo(found);
  return true;
}

TEST_P(DialTest, LooksUpNames) {
  if (!knows_localhost()) GTEST_SKIP() << "this system has no address of localhost";
  const net::Listener listener = must(net::listen("tcp4", "localhost:0"));
  EXPECT_EQ(listener.addr().ip(), "127.0.0.1");
  const std::string port = std::to_string(listener.addr().port());
  EXPECT_FALSE(net::dial("tcp", "localhost:" + port).error);  // IPv6 may come first, and refuse
  auto [ctx, cancel] = with_timeout(background(), 1h);
  EXPECT_FALSE(net::dial(ctx, "tcp4", "localhost:" + port).error);
  EXPECT_FALSE(net::dial("tcp", ":" + port).error);  // no host: this machine
}

TEST_P(DialTest, NamesThatDoNotExist) {
  const net::Error error = net::dial("tcp", "name.invalid:80").error;
  EXPECT_TRUE(error.message().starts_with("dial tcp: lookup name.invalid: ")) << error.message();
  EXPECT_TRUE(error.code() == net::Errc::kNoSuchHost || error.code() == net::Errc::kLookupFailed) << error.message();
}

TEST_P(DialTest, ACanceledLookupDoesNotWait) {
  auto [ctx, cancel] = with_cancel(background());
  cancel();
  const net::Error error = net::dial(ctx, "tcp", "localhost:80").error;
  EXPECT_EQ(error.code(), net::Errc::kCanceled) << error.message();
}

TEST_P(DialTest, ListensToBothFamilies) {
  const net::Listener listener = must(net::listen("tcp", ":0"));
  const std::string port = std::to_string(listener.addr().port());
  EXPECT_FALSE(net::dial("tcp4", "127.0.0.1:" + port).error);
  EXPECT_EQ(must(listener.accept()).remote_addr().ip(), "127.0.0.1");
  if (listener.addr().ip() == "::") {
    EXPECT_EQ(net::dial("tcp6", "[::1]:" + port).error.message(), "");
    EXPECT_EQ(must(listener.accept()).remote_addr().ip(), "::1");
  }
}

TEST_P(DialTest, TheDescriptorLimitIsAnErrorThatPasses) {
  const net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
  const net::Conn client = must(net::dial("tcp", listener.addr().string()));
  rlimit former;
  getrlimit(RLIMIT_NOFILE, &former);
  const int lowest = dup(0);  // the next free number
  close(lowest);
  const rlimit none{static_cast<rlim_t>(lowest), former.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const net::Error accepting = listener.accept().error;
  const net::Error dialing = net::dial("tcp", listener.addr().string()).error;
  setrlimit(RLIMIT_NOFILE, &former);
  EXPECT_EQ(accepting.message(), "accept tcp " + listener.addr().string() + ": accept4: too many open files");
  EXPECT_EQ(accepting.code(), std::errc::too_many_files_open);
  EXPECT_EQ(dialing.message(), "dial tcp " + listener.addr().string() + ": socket: too many open files");
  EXPECT_FALSE(listener.accept().error);  // it waited in the queue
}

GORACE_INSTANTIATE(DialTest);

}  // namespace
}  // namespace gorace
