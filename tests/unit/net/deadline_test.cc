// Deadlines: passed, moved and taken away, before and while an operation waits.
#include <chrono>

#include "runtime/netpoll/poll_desc.h"
#include "tests/unit/net/net_fixture.h"

namespace gorace {
namespace {

using namespace std::chrono_literals;

class DeadlineTest : public NetTest {};

TEST_P(DeadlineTest, EndsAReadThatWaits) {
  const auto [client, server] = connect_pair();
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_FALSE(client.set_read_deadline(20ms));
  char byte;
  const net::Error error = client.read(&byte, 1).error;
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
  EXPECT_EQ(error.code(), net::Errc::kDeadlineExceeded);
  EXPECT_TRUE(error.timeout());
  EXPECT_EQ(error.code(), std::errc::timed_out);
  EXPECT_EQ(error.message(),
            "read tcp " + client.local_addr().string() + "->" + client.remote_addr().string() + ": i/o timeout");
  EXPECT_EQ(client.read(&byte, 1).error.code(), net::Errc::kDeadlineExceeded);  // until it is moved
  EXPECT_FALSE(client.write("x").error);                                        // the other direction has none
}

TEST_P(DeadlineTest, EndsAWriteThatWaits) {
  const auto [client, server] = connect_pair();
  const std::string text(32 << 20, 'x');  // more than the system's buffers hold
  ASSERT_FALSE(client.set_write_deadline(50ms));
  const auto [bytes, error] = client.write(text);
  EXPECT_EQ(error.code(), net::Errc::kDeadlineExceeded);
  EXPECT_GT(bytes, 0u);
  EXPECT_LT(bytes, text.size());
}

TEST_P(DeadlineTest, EndsAnAcceptThatWaits) {
  const net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
  ASSERT_FALSE(listener.set_deadline(5ms));
  EXPECT_EQ(listener.accept().error.message(), "accept tcp " + listener.addr().string() + ": i/o timeout");
  ASSERT_FALSE(listener.set_deadline(net::kNoDeadline));
  const net::Conn client = must(net::dial("tcp", listener.addr().string()));
  EXPECT_FALSE(listener.accept().error);
}

TEST_P(DeadlineTest, InThePastFailsAtOnceEvenWithData) {
  const auto [client, server] = connect_pair();
  ASSERT_FALSE(server.write("here").error);
  EXPECT_EQ(read_some(client), "here");
  ASSERT_FALSE(server.write("more").error);
  for (const net::Deadline past :
       {net::Deadline(-1s), net::Deadline(0s), net::Deadline(std::chrono::steady_clock::time_point())}) {
    ASSERT_FALSE(client.set_deadline(past));
    char byte;
    EXPECT_EQ(client.read(&byte, 1).error.code(), net::Errc::kDeadlineExceeded);
    EXPECT_EQ(client.write("x").error.code(), net::Errc::kDeadlineExceeded);
  }
  ASSERT_FALSE(client.set_deadline(net::kNoDeadline));
  EXPECT_EQ(read_some(client), "more");  // nothing was lost
  EXPECT_FALSE(client.write("x").error);
}

TEST_P(DeadlineTest, SetInThePastWhileAReadWaits) {
  const auto [client, server] = connect_pair();
  WaitGroup done;
  done.go([client = client] {
    char byte;
    EXPECT_EQ(client.read(&byte, 1).error.code(), net::Errc::kDeadlineExceeded);
  });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  ASSERT_FALSE(client.set_read_deadline(-1s));
  done.wait();
}

TEST_P(DeadlineTest, SetWhileAReadWaits) {
  const auto [client, server] = connect_pair();
  WaitGroup done;
  done.go([client = client] {
    char byte;
    EXPECT_EQ(client.read(&byte, 1).error.code(), net::Errc::kDeadlineExceeded);
  });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  ASSERT_FALSE(client.set_read_deadline(1h));  // moved nearer next
  ASSERT_FALSE(client.set_read_deadline(5ms));
  done.wait();
}

TEST_P(DeadlineTest, MovedAwayWhileAReadWaits) {
  const auto [client, server] = connect_pair();
  ASSERT_FALSE(client.set_read_deadline(10ms));
  WaitGroup done;
  done.go([client = client] { EXPECT_EQ(read_some(client), "late"); });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  const bool in_time = !client.set_read_deadline(1h) && waiting_for_io() == 1;
  if (!in_time) GTEST_SKIP() << "the machine was too slow";
  sleep(20ms);  // the timer of the first deadline fires, and finds it moved
  ASSERT_FALSE(server.write("late").error);
  done.wait();
}

TEST_P(DeadlineTest, TakenAwayLeavesNoTimer) {
  const auto [client, server] = connect_pair();
  ASSERT_FALSE(client.set_deadline(1h));
  EXPECT_NE(runtime::earliest_timer(), runtime::kNever);
  ASSERT_FALSE(client.set_deadline(net::kNoDeadline));
  EXPECT_EQ(runtime::earliest_timer(), runtime::kNever);
  ASSERT_FALSE(client.set_deadline(1h));
  client.close();
  EXPECT_EQ(runtime::earliest_timer(), runtime::kNever);
}

TEST_P(DeadlineTest, AContextEndsAReadByADeadline) {  // the idiom of docs/network.md
  const auto [client, server] = connect_pair();
  auto [ctx, cancel] = with_cancel(background());
  auto stop = after_func(ctx, [client = client] { client.set_read_deadline(-1s); });
  WaitGroup done;
  done.go([client = client] {
    char byte;
    EXPECT_EQ(client.read(&byte, 1).error.code(), net::Errc::kDeadlineExceeded);
  });
  ASSERT_TRUE(eventually([] { return waiting_for_io() == 1; }));
  cancel();
  done.wait();
}

TEST(DeadlineValue, DoesNotOverflow) {
  EXPECT_EQ(net::Deadline(std::chrono::hours::max()).nanoseconds(), net::Deadline::kNever);
  EXPECT_EQ(net::Deadline(net::kNoDeadline).nanoseconds(), net::Deadline::kNever);
  const net::Deadline past(std::chrono::hours::min());
  EXPECT_LE(past.nanoseconds(), runtime::now_ns());
}

GORACE_INSTANTIATE(DeadlineTest);

}  // namespace
}  // namespace gorace
