// dial and listen: contexts, names, limits of the system.
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "tests/unit/net/net_fixture.h"

namespace gorace {
namespace {

using namespace std::chrono_literals;

class DialTest : public NetTest {};

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

TEST_P(DialTest, LooksUpNames) {
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
