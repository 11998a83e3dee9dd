// Random operations on few connections: closes and deadlines against reads and writes. Nothing may hang, and no byte be
// lost or doubled that was said to be transferred.
#include <atomic>
#include <chrono>
#include <random>
#include <vector>

#include "tests/unit/net/net_fixture.h"

namespace gorace {
namespace {

class NetStressTest : public NetTest {};

// A stream of bytes that count: the receiver knows what comes next.
void send_counting(const net::Conn& conn, uint64_t seed, size_t total) {
  std::mt19937_64 random(seed);
  std::string chunk;
  for (size_t at = 0; at < total;) {
    chunk.resize(std::min<size_t>(total - at, 1 + random() % 50'000));
    for (size_t i = 0; i < chunk.size(); ++i) chunk[i] = static_cast<char>((at + i) % 251);
    size_t done = 0;
    while (done < chunk.size()) {
      if (random() % 4 == 0) conn.set_write_deadline(std::chrono::microseconds(random() % 200));
      const auto [bytes, error] = conn.write(chunk.data() + done, chunk.size() - done);
      done += bytes;
      if (!error) continue;
      ASSERT_EQ(error.code(), net::Errc::kDeadlineExceeded) << error.message();
      conn.set_write_deadline(net::kNoDeadline);
    }
    at += chunk.size();
  }
  conn.close_write();
}

void receive_counting(const net::Conn& conn, uint64_t seed, size_t total) {
  std::mt19937_64 random(seed);
  std::string chunk;
  for (size_t at = 0;;) {
    chunk.resize(1 + random() % 50'000);
    if (random() % 4 == 0) conn.set_read_deadline(std::chrono::microseconds(random() % 200));
    const auto [bytes, error] = conn.read(chunk.data(), chunk.size());
    if (error) {
      ASSERT_EQ(error.code(), net::Errc::kDeadlineExceeded) << error.message();
      conn.set_read_deadline(net::kNoDeadline);
      continue;
    }
    if (bytes == 0) {
      EXPECT_EQ(at, total);
      return;
    }
    for (size_t i = 0; i < bytes; ++i) ASSERT_EQ(chunk[i], static_cast<char>((at + i) % 251));
    at += bytes;
  }
}

TEST_P(NetStressTest, StreamsSurviveDeadlines) {
  constexpr int kConnections = 4;
  constexpr size_t kTotal = 1 << 20;
  std::vector<Pair> pairs;
  WaitGroup done;
  for (int i = 0; i < kConnections; ++i) {
    pairs.push_back(connect_pair());
    const auto [client, server] = pairs.back();
    const uint64_t seed = this->seed() + static_cast<uint64_t>(i) * 4;
    done.go([=, client = client] { send_counting(client, seed, kTotal); });
    done.go([=, client = client] { receive_counting(client, seed + 1, kTotal); });
    done.go([=, server = server] { send_counting(server, seed + 2, kTotal); });
    done.go([=, server = server] { receive_counting(server, seed + 3, kTotal); });
  }
  done.wait();
}

TEST_P(NetStressTest, ClosesAtAnyMoment) {
  std::mt19937_64 random(seed());
  const net::Listener listener = must(net::listen("tcp", "127.0.0.1:0"));
  const std::string address = listener.addr().string();
  WaitGroup done;
  done.go([&] {
    for (;;) {
      auto [conn, error] = listener.accept();
      if (error) return;
      done.go([conn] {
        char buffer[100];
        for (;;) {
          const auto [bytes, error] = conn.read(buffer, sizeof buffer);
          if (error || bytes == 0 || conn.write(buffer, bytes).error) return;
        }
      });
    }
  });
  WaitGroup clients;
  for (int i = 0; i < 150; ++i) {
    const uint64_t choice = random();
    clients.go([=, &address] {
      const net::Conn conn = must(net::dial("tcp", address));
      WaitGroup users;
      users.go([=] {
        char byte;
        while (conn.read(&byte, 1).bytes != 0) {
        }
      });
      users.go([=] {
        while (!conn.write("some bytes").error) yield();
      });
      for (uint64_t turns = choice % 50; turns != 0; --turns) yield();
      if ((choice >> 8) % 2 == 0) conn.set_deadline(std::chrono::microseconds(choice >> 10 & 255));
      for (uint64_t turns = (choice >> 20) % 50; turns != 0; --turns) yield();
      conn.close();
      users.wait();
    });
  }
  clients.wait();
  listener.close();
  done.wait();
}

GORACE_INSTANTIATE(NetStressTest);

}  // namespace
}  // namespace gorace
