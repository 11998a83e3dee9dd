// The network's works of tests/bench/compare.sh runtime: see runtime_works.cc.
#include <benchmark/benchmark.h>
#include <gorace/gorace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <vector>

namespace {

constexpr int kConnections = 1000;
constexpr int kRequestBytes = 64;

void raise_descriptor_limit() {
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void echo(const gorace::net::Conn& conn) {
  char buffer[512];
  for (;;) {
    const auto [bytes, error] = conn.read(buffer, sizeof buffer);
    if (error || bytes == 0 || conn.write(buffer, bytes).error) return;
  }
}

gorace::net::Listener serve_echoes() {
  auto [listener, error] = gorace::net::listen("tcp", "127.0.0.1:0");
  if (error) abort();
  gorace::go([listener = listener] {
    for (;;) {
      auto [conn, error] = listener.accept();
      if (error) return;
      gorace::go(echo, conn);
    }
  });
  return listener;
}

// request sends `rounds` messages and waits for the echo of each.
void request(const gorace::net::Conn& conn, int rounds) {
  char buffer[512] = {};
  for (int i = 0; i < rounds; ++i) {
    if (conn.write(buffer, kRequestBytes).error) abort();
    for (size_t got = 0; got < kRequestBytes;) {
      const auto [bytes, error] = conn.read(buffer, sizeof buffer);
      if (error || bytes == 0) abort();
      got += bytes;
    }
  }
}

// TcpEcho1000: time per request of 1000 connections over loopback, clients and server in this process.
void TcpEcho1000(benchmark::State& state) {
  raise_descriptor_limit();
  const gorace::net::Listener listener = serve_echoes();
  std::vector<gorace::net::Conn> connections;
  for (int i = 0; i < kConnections; ++i) {
    connections.push_back(gorace::net::dial("tcp", listener.addr().string()).conn);
    request(connections.back(), 1);
  }
  constexpr int kRounds = 20;
  while (state.KeepRunningBatch(kConnections * kRounds)) {
    gorace::WaitGroup all;
    for (const gorace::net::Conn& conn : connections) all.go([conn] { request(conn, kRounds); });
    all.wait();
  }
  listener.close();
}
BENCHMARK(TcpEcho1000)->UseRealTime();

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// IdleConns: connections that each made one request and wait for the next. Time and the server's memory for each of
// them; the clients are descriptors and no more.
void IdleConns(benchmark::State& state) {
  raise_descriptor_limit();
  const auto count = static_cast<int>(state.range(0));
  for (auto _ : state) {
    const gorace::net::Listener listener = serve_echoes();
    sockaddr_storage address{};
    socklen_t bytes = sizeof address;
    getsockname(listener.native_handle(), reinterpret_cast<sockaddr*>(&address), &bytes);
    std::vector<int> clients;
    const double before = resident_bytes();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
      char message[kRequestBytes] = {};
      clients.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const auto exchange = [&] {
        return connect(clients.back(), reinterpret_cast<sockaddr*>(&address), bytes) == 0 &&
               send(clients.back(), message, sizeof message, 0) == kRequestBytes &&
               recv(clients.back(), message, sizeof message, MSG_WAITALL) == kRequestBytes;
      };
      if (!gorace::blocking(exchange)) abort();
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    state.SetIterationTime(elapsed.count() / count);
    state.counters["bytes"] = (resident_bytes() - before) / count;
    for (const int client : clients) close(client);
    listener.close();
  }
}
BENCHMARK(IdleConns)->Arg(9000)->UseManualTime()->Iterations(1);

}  // namespace
