// Sockets and the process: deadlock, fork, dumps.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "runtime/netpoll/netpoll.h"
#include "runtime/sched/sanitizer.h"
#include "tests/unit/net/net_fixture.h"

namespace gorace {
namespace {

class NetProcess : public NetTest {};

// Every thread sleeps and no timer runs, but the peer, another process, will connect. A deadlock would end the test's
// process.
TEST(NetDeadlock, NoneWhileAGoroutineWaitsForASocket) {
  const net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
  const std::string command = "sleep 0.1; exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(listener.addr().port());
  const pid_t peer = fork();
  if (peer == 0) {
    execl("/bin/bash", "bash", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  auto accepted = make_chan<bool>();
  go([=] { accepted.send(!listener.accept().error); });
  EXPECT_EQ(accepted.recv(), true);
  int status = 0;
  waitpid(peer, &status, 0);
}

// The same program, but nobody waits for the socket.
TEST(NetDeadlockDeathTest, AnOpenSocketAloneDoesNotHideOne) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
        const net::Conn conn = must(net::dial("tcp", listener.addr().string()));
        make_chan<bool>().recv();
      },
      ::testing::ExitedWithCode(2), "all goroutines are asleep - deadlock!");
}

// listen_with_few_descriptors tries to listen with 0, 1, 2 ... descriptors left, beside a goroutine that counts.
[[noreturn]] void listen_with_few_descriptors() {
  auto numbers = make_chan<int>();
  go([=] {
    for (int i = 0;; ++i) numbers << i;
  });
  rlimit former;
  getrlimit(RLIMIT_NOFILE, &former);
  // Nothing is free below the first; what is just above may be in use now and free in a moment.
  constexpr rlim_t kFirst = 3;
  net::Error error;
  for (rlim_t limit = kFirst; limit == kFirst || error; ++limit) {
    const rlimit few{limit, former.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    error = net::listen("tcp", "127.0.0.1:0").error;
    dprintf(2, "%s; ", error.message().c_str());
    numbers.recv();
  }
  setrlimit(RLIMIT_NOFILE, &former);
  const auto [client, server] = connect_pair();
  dprintf(2, "%s %d\n", client.write("went on").error ? "stuck" : read_some(server).c_str(), *numbers.recv());
  _exit(7);
}

// The network's own descriptors are refused: the error names the cause, the other goroutines go on, and the next
// attempt succeeds when there are descriptors again.
TEST(NetDescriptorLimit, AtTheFirstSocketIsAnErrorThatPasses) {
  if (runtime::kAddressSanitizer) GTEST_SKIP() << "UBSan opens a pipe to look at an error's category";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(listen_with_few_descriptors(), ::testing::ExitedWithCode(7),
              "(listen tcp 127.0.0.1:0: socket: too many open files; )+"
              "(listen tcp 127.0.0.1:[0-9]+: epoll: too many open files; )+; went on [0-9]+");
}

TEST_P(NetProcess, AForkedChildDoesNotDisturbItsParent) {
  const auto [client, server] = connect_pair();
  WaitGroup done;
  done.go([server = server] { EXPECT_EQ(read_some(server), "after the fork"); });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  const pid_t child = fork();
  if (child == 0) {
    client.close();
    runtime::netpoll_remove(server.native_handle());  // the first half of close(), which would also wake the waiter
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ASSERT_FALSE(client.write("after the fork").error);
  done.wait();
}

TEST_P(NetProcess, WaitersShowAsIOWait) {
  const auto [client, server] = connect_pair();
  WaitGroup done;
  done.go([server = server] { EXPECT_EQ(read_some(server), "x"); });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  EXPECT_STREQ(runtime::wait_reason_text(runtime::WaitReason::kIOWait), "IO wait");
  ASSERT_FALSE(client.write("x").error);
  done.wait();
}

GORACE_INSTANTIATE(NetProcess);

}  // namespace
}  // namespace gorace
