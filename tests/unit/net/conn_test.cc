// Connections: data, ends of streams, close against operations that wait, many at once.
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "runtime/netpoll/netpoll.h"
#include "tests/unit/net/net_fixture.h"

namespace gorace {
namespace {

// TemporaryDirectory: for Unix sockets.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    char name[] = "/tmp/gorace_net_XXXXXX";
    path_ = mkdtemp(name);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::string operator/(const char* file) const { return path_ + "/" + file; }

 private:
  std::string path_;
};

TEST_P(NetTest, EchoesOverTcp) {
  const net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
  go([listener] {
    const net::Conn conn = must(listener.accept());
    for (;;) {
      char buffer[64];
      const auto [bytes, error] = conn.read(buffer, sizeof buffer);
      EXPECT_FALSE(error) << error.message();
      if (error || bytes == 0) return;
      EXPECT_FALSE(conn.write(buffer, bytes).error);
    }
  });
  const net::Conn conn = must(net::dial("tcp", listener.addr().string()));
  for (const char* text : {"one", "two", "three"}) {
    const auto [bytes, error] = conn.write(text);
    EXPECT_FALSE(error) << error.message();
    EXPECT_EQ(bytes, strlen(text));
    EXPECT_EQ(read_some(conn), text);
  }
  EXPECT_FALSE(conn.close());
}

TEST_P(NetTest, BothEndsKnowTheAddresses) {
  const auto [client, server] = connect_pair();
  EXPECT_EQ(client.local_addr(), server.remote_addr());
  EXPECT_EQ(client.remote_addr(), server.local_addr());
  EXPECT_EQ(client.remote_addr().network(), "tcp");
  EXPECT_EQ(client.remote_addr().ip(), "127.0.0.1");
  EXPECT_EQ(client.remote_addr().string(), "127.0.0.1:" + std::to_string(client.remote_addr().port()));
  client.close();
  EXPECT_NE(client.remote_addr().port(), 0);
}

TEST_P(NetTest, ReadsTheEndOfTheStreamAsNothing) {
  const auto [client, server] = connect_pair();
  ASSERT_FALSE(client.write("last words").error);
  ASSERT_FALSE(client.close_write());
  EXPECT_EQ(read_all(server), "last words");
  EXPECT_EQ(read_all(server), "");             // again and again
  ASSERT_FALSE(server.write("answer").error);  // the other direction is open
  server.close();
  EXPECT_EQ(read_all(client), "answer");
}

// A read that was not filled saves the next one's system call: data and ends that come at every point of that must be
// seen.
TEST_P(NetTest, SeesWhatComesAfterAShortRead) {
  const auto [client, server] = connect_pair();
  for (int i = 0; i < 100; ++i) {
    ASSERT_FALSE(client.write("x").error);
    EXPECT_EQ(read_some(server), "x");
  }
  // End of stream together with data, seen before the read.
  ASSERT_FALSE(client.write("y").error);
  ASSERT_FALSE(client.close_write());
  EXPECT_EQ(read_some(server), "y");
  EXPECT_EQ(read_some(server), "");
}

TEST_P(NetTest, SeesDataBehindUrgentData) {
  const auto [client, server] = connect_pair();
  ASSERT_FALSE(client.write("before").error);
  ASSERT_EQ(send(client.native_handle(), "!", 1, MSG_OOB), 1);
  ASSERT_FALSE(client.write("after").error);
  ASSERT_FALSE(client.close_write());
  EXPECT_EQ(read_all(server), "beforeafter");
}

TEST_P(NetTest, TransfersMoreThanTheBuffersHold) {
  const auto [client, server] = connect_pair();
  std::string text(16 << 20, '\0');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 2654435761u >> 24);
  WaitGroup done;
  done.go([&, client = client] {
    const auto [bytes, error] = client.write(text);
    EXPECT_FALSE(error) << error.message();
    EXPECT_EQ(bytes, text.size());
    client.close_write();
  });
  EXPECT_TRUE(read_all(server, 100'000) == text);
  done.wait();
}

TEST_P(NetTest, ReadsAndWritesAtTheSameTime) {
  const auto [client, server] = connect_pair();
  const std::string there(4 << 20, 'a');
  const std::string back(4 << 20, 'b');
  WaitGroup done;
  done.go([&, client = client] { EXPECT_FALSE(client.write(there).error) << (client.close_write(), ""); });
  done.go([&, server = server] {
    EXPECT_FALSE(server.write(back).error);
    server.close_write();
  });
  done.go([&, server = server] {
    std::string got(there.size(), '\0');
    for (size_t at = 0; at < got.size();) {
      const auto [bytes, error] = server.read(got.data() + at, got.size() - at);
      EXPECT_FALSE(error) << error.message();
      if (error || bytes == 0) break;  // got differs
      at += bytes;
    }
    EXPECT_TRUE(got == there);
  });
  EXPECT_TRUE(read_all(client, 65536) == back);
  done.wait();
}

TEST_P(NetTest, WritersDoNotMixTheirData) {
  const auto [client, server] = connect_pair();
  constexpr size_t kBytes = 1 << 20;
  WaitGroup done;
  for (const char letter : {'a', 'b', 'c'}) {
    done.go([letter, client = client] { EXPECT_FALSE(client.write(std::string(kBytes, letter)).error); });
  }
  std::string got(3 * kBytes, '\0');
  for (size_t at = 0; at < got.size();) at += server.read(got.data() + at, got.size() - at).bytes;
  done.wait();
  for (size_t at = 0; at < got.size(); at += kBytes) EXPECT_EQ(got.substr(at, kBytes), std::string(kBytes, got[at]));
}

TEST_P(NetTest, CloseEndsAReadThatWaits) {
  const auto [client, server] = connect_pair();
  WaitGroup done;
  for (int i = 0; i < 3; ++i) {  // one waits for data, the others for their turn
    done.go([server = server] {
      char byte;
      const auto [bytes, error] = server.read(&byte, 1);
      EXPECT_EQ(error.code(), net::Errc::kClosed);
      EXPECT_EQ(error.message(), "read tcp " + server.local_addr().string() + "->" + server.remote_addr().string() +
                                     ": use of closed network connection");
    });
  }
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 3; }));
  EXPECT_FALSE(server.close());
  done.wait();
  EXPECT_EQ(server.close().code(), net::Errc::kClosed);
  EXPECT_EQ(server.write("x").error.code(), net::Errc::kClosed);
  EXPECT_EQ(server.set_deadline(std::chrono::seconds(1)).code(), net::Errc::kClosed);
  EXPECT_EQ(server.native_handle(), -1);
}

TEST_P(NetTest, CloseEndsAWriteThatWaits) {
  const auto [client, server] = connect_pair();
  WaitGroup done;
  const std::string text(32 << 20, 'x');  // more than the system's buffers hold
  done.go([&, client = client] {
    const auto [bytes, error] = client.write(text);
    EXPECT_EQ(error.code(), net::Errc::kClosed);
    EXPECT_GT(bytes, 0u);
  });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  EXPECT_FALSE(client.close());
  done.wait();
}

TEST_P(NetTest, CloseEndsAnAcceptThatWaits) {
  const net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
  const std::string address = listener.addr().string();
  WaitGroup done;
  done.go([&] {
    EXPECT_EQ(listener.accept().error.message(), "accept tcp " + address + ": use of closed network connection");
  });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  EXPECT_FALSE(listener.close());
  done.wait();
  EXPECT_EQ(net::dial("tcp", address).error.message(), "dial tcp " + address + ": connect: connection refused");
}

TEST_P(NetTest, TheLastHandleClosesTheConnection) {
  auto [client, server] = connect_pair();
  {
    const net::Conn copy = client;
    client = net::Conn();
    ASSERT_FALSE(copy.write("x").error);
  }
  EXPECT_EQ(read_all(server), "x");
}

TEST_P(NetTest, ABrokenConnectionIsAnErrorAndNoSignal) {
  const auto [client, server] = connect_pair();
  const linger reset{1, 0};
  setsockopt(server.native_handle(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  server.close();
  char byte;
  const net::Error error = client.read(&byte, 1).error;
  EXPECT_EQ(error.code(), std::errc::connection_reset);
  EXPECT_TRUE(error.message().ends_with(": read: connection reset by peer")) << error.message();
  const net::Error broken = client.write("x").error;
  EXPECT_EQ(broken.code(), std::errc::broken_pipe);
  EXPECT_TRUE(broken.message().ends_with(": write: broken pipe")) << broken.message();
}

TEST_P(NetTest, ConnectsOverUnixSockets) {
  const TemporaryDirectory directory;
  const std::string path = directory / "socket";
  const net::Listener listener = must(net::listen("unix", path));
  EXPECT_EQ(listener.addr().string(), path);
  EXPECT_EQ(net::listen("unix", path).error.message(), "listen unix " + path + ": bind: address already in use");
  const net::Conn client = must(net::dial("unix", path));
  const net::Conn server = must(listener.accept());
  EXPECT_EQ(client.remote_addr().string(), path);
  EXPECT_EQ(client.remote_addr().network(), "unix");
  EXPECT_EQ(server.remote_addr().string(), "@");
  WaitGroup done;
  done.go([&] {
    EXPECT_FALSE(client.write(std::string(4 << 20, 'u')).error);
    client.close_write();
  });
  EXPECT_TRUE(read_all(server) == std::string(4 << 20, 'u'));
  done.wait();
  listener.close();
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(net::dial("unix", path).error.message(), "dial unix " + path + ": connect: no such file or directory");
}

TEST_P(NetTest, ConnectsOverAbstractUnixSockets) {
  const std::string name = "@gorace_net_test_" + std::to_string(getpid());
  const auto [client, server] = connect_pair("unix", name);
  EXPECT_EQ(client.remote_addr().string(), name);
  ASSERT_FALSE(client.write("x").error);
  EXPECT_EQ(read_some(server), "x");
}

TEST_P(NetTest, ForeignThreadsUseSocketsToo) {
  const net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
  std::thread server([&] {
    const net::Conn conn = must(listener.accept());
    EXPECT_EQ(read_all(conn), "from a thread");
    EXPECT_FALSE(conn.write("back").error);
  });
  std::thread client([&] {
    const net::Conn conn = must(net::dial("tcp", listener.addr().string()));
    EXPECT_FALSE(conn.write("from a thread").error);
    conn.close_write();
    EXPECT_EQ(read_all(conn), "back");
  });
  blocking([&] {
    server.join();
    client.join();
  });
}

TEST_P(NetTest, WaitsInsideBlockingAndOnLockedThreads) {
  const auto [client, server] = connect_pair();
  WaitGroup done;
  done.go([server = server] {
    lock_os_thread();
    EXPECT_EQ(read_some(server), "locked");
    EXPECT_FALSE(server.write("blocking").error);
    unlock_os_thread();
  });
  done.go([client = client] {
    EXPECT_TRUE(eventually([] { return waiting_for_io() == 1; }));
    EXPECT_FALSE(client.write("locked").error);
    EXPECT_EQ(blocking([&] { return read_some(client); }), "blocking");
  });
  done.wait();
}

TEST_P(NetTest, HoldsManyConnections) {
  constexpr int kConnections = 200;
  const net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
  go([listener] {
    for (;;) {
      auto [conn, error] = listener.accept();
      if (error) return;
      go([conn] {
        char buffer[16];
        for (;;) {
          const auto [bytes, error] = conn.read(buffer, sizeof buffer);
          if (error || bytes == 0) return;
          if (conn.write(buffer, bytes).error) return;
        }
      });
    }
  });
  WaitGroup done;
  for (int i = 0; i < kConnections; ++i) {
    done.go([&, i] {
      const net::Conn conn = must(net::dial("tcp", listener.addr().string()));
      for (int round = 0; round < 10; ++round) {
        const std::string text = std::to_string(i * 10 + round);
        EXPECT_FALSE(conn.write(text).error);
        if (const std::string got = read_some(conn); got != text) {
          ADD_FAILURE() << got << " instead of " << text;
          return;
        }
      }
    });
  }
  done.wait();
  listener.close();
}

// All processors compute: somebody else must look at the network.
TEST_P(NetTest, IsServedWhileEveryProcessorComputes) {
  const auto [client, server] = connect_pair();
  std::atomic<bool> answered{false};
  WaitGroup done;
  done.go([server = server, &answered] {
    EXPECT_EQ(read_some(server), "x");
    answered = true;
  });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  for (int i = 0; i < GetParam(); ++i) {
    done.go([&] {
      while (!answered) yield();
    });
  }
  std::thread peer([client = client] { EXPECT_EQ(send(client.native_handle(), "x", 1, MSG_NOSIGNAL), 1); });
  done.wait();
  peer.join();
}

TEST_P(NetTest, NobodyIsCountedAsWaitingAfterwards) {
  EXPECT_TRUE(eventually([] { return runtime::g_netpoll.waiters.load() == 0; }));
}

TEST(NetHandle, ANullHandleFails) {
  const net::Conn conn;
  char byte;
  EXPECT_FALSE(conn);
  EXPECT_EQ(conn.read(&byte, 1).error.code(), std::errc::invalid_argument);
  EXPECT_EQ(conn.write("x").error.code(), std::errc::invalid_argument);
  EXPECT_EQ(conn.close().code(), std::errc::invalid_argument);
  EXPECT_EQ(conn.remote_addr(), net::Addr());
  EXPECT_EQ(net::Listener().accept().error.code(), std::errc::invalid_argument);
}

GORACE_INSTANTIATE(NetTest);

}  // namespace
}  // namespace gorace
