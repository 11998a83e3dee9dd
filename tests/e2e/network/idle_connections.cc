// idle_connections SERVER COUNT: starts samples/http_server, holds COUNT keep-alive connections that each made one
// request, says what one costs the server, makes another request on each, and stops the server by SIGTERM while all are
// open.
#include <gorace/gorace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace net = gorace::net;

namespace {

constexpr int kAtOnce = 100;  // goroutines that make requests

[[noreturn]] void fail(const std::string& what) {
  std::printf("FAILED: %s\n", what.c_str());
  std::fflush(stdout);
  _exit(1);
}

struct Server {
  pid_t pid = 0;
  std::string address;

  explicit Server(const char* program) {
    int out[2];
    if (pipe(out) != 0) fail("pipe");
    pid = fork();
    if (pid == 0) {
      dup2(out[1], 1);
      execl(program, program, "127.0.0.1:0", nullptr);
      _exit(127);
    }
    close(out[1]);
    FILE* text = fdopen(out[0], "r");
    char line[100] = "";
    if (fscanf(text, "listening on %99s", line) != 1) fail("the server says no address");
    address = line;
  }

  long resident_bytes() const {
    std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
    long total = 0;
    long resident = 0;
    statm >> total >> resident;
    return resident * sysconf(_SC_PAGESIZE);
  }

  int stop() {
    kill(pid, SIGTERM);
    int status = 0;
    gorace::blocking([&] { waitpid(pid, &status, 0); });
    return status;
  }
};

void request(const net::Conn& conn) {
  if (const auto written = conn.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n"); written.error)
    fail(written.error.message());
  char answer[512];
  const auto [bytes, error] = conn.read(answer, sizeof answer);
  if (error) fail(error.message());
  if (!std::string_view(answer, bytes).starts_with("HTTP/1.1 200 OK\r\n")) fail("answer " + std::string(answer, bytes));
}

// for_each calls f(i) for all of [0, count), some at a time.
template <class F>
void for_each(int count, F f) {
  std::atomic<int> next{0};
  gorace::WaitGroup all;
  for (int i = 0; i < kAtOnce; ++i) {
    all.go([&] {
      for (int at; (at = next++) < count;) f(at);
    });
  }
  all.wait();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);  // the server takes it over
  constexpr rlim_t kOthers = 50;
  const int count = static_cast<int>(std::min<rlim_t>(static_cast<rlim_t>(atoi(argv[2])), limit.rlim_max - kOthers));

  Server server(argv[1]);
  request(net::dial("tcp", server.address).conn);  // what only the first connection costs
  const long before = server.resident_bytes();
  std::vector<net::Conn> connections(static_cast<size_t>(count));
  const auto begin = std::chrono::steady_clock::now();
  for_each(count, [&](int i) {
    auto [conn, error] = net::dial("tcp", server.address);
    if (error) fail(error.message());
    request(conn);
    connections[static_cast<size_t>(i)] = conn;
  });
  const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
  std::printf("%d idle connections after %.0f ms: %ld bytes of the server's memory each\n", count, time.count(),
              (server.resident_bytes() - before) / count);
  for_each(count, [&](int i) { request(connections[static_cast<size_t>(i)]); });

  if (const int status = server.stop(); status != 0) fail("the server's wait status is " + std::to_string(status));
  for_each(count, [&](int i) {
    char byte;
    const auto [bytes, error] = connections[static_cast<size_t>(i)].read(&byte, 1);
    if (bytes != 0 || error) fail("after the server's end: " + error.message());
  });
  std::printf("ok\n");
}
