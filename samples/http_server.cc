// An HTTP/1.1 server: a goroutine for each connection, keep-alive, timeouts, and a shutdown that finishes the requests
// in hand.
//
//   http_server 127.0.0.1:8080     serves until SIGTERM or SIGINT; also [::1]:8080, :8080, or :0 for a free port
//
// Without an address it shows itself: it serves on a free port, asks itself for two pages, and sends itself SIGTERM.
//
// Run:    gorace run samples/http_server.cc
// Exit:   0
// Stdout: ^listening on 127.0.0.1:[0-9]+$
// Stdout: ^GET /: 200 Hello from goroutine [0-9]+$
// Stdout: ^GET /none: 404 Not Found$
// Stdout: ^stopped: 2 requests$
#include <gorace/gorace.h>

#include <strings.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace net = gorace::net;
using namespace std::chrono_literals;

constexpr size_t kMaxHead = 16 << 10;
constexpr size_t kMaxBody = 1 << 20;
constexpr auto kIdleTime = 120s;    // between two requests
constexpr auto kRequestTime = 10s;  // from the first byte of a request to the last one of its answer

struct Request {
  std::string method;
  std::string target;
  std::string body;
  bool keep_alive = true;
};

struct Response {
  int status = 200;
  std::string body;
};

const char* reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    default:
      return "HTTP Version Not Supported";
  }
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// parse_head takes a request's first line and header fields apart. Returns 0, or the status that says what is wrong
// with it.
int parse_head(std::string_view head, Request& request, size_t& body_bytes) {
  const size_t line_end = head.find("\r\n");
  const std::string_view line = head.substr(0, line_end);
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == line.npos || first == last) return 400;
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (request.target.empty() || !version.starts_with("HTTP/")) return 400;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return 505;
  request.keep_alive = version == "HTTP/1.1";
  bool has_host = false;
  for (head.remove_prefix(line_end + 2); !head.empty();) {
    const size_t end = head.find("\r\n");
    const std::string_view field = head.substr(0, end);
    head.remove_prefix(end + 2);
    const size_t colon = field.find(':');
    if (colon == field.npos || colon == 0 || field[colon - 1] == ' ') return 400;
    const std::string_view name = field.substr(0, colon);
    const std::string_view value = trim(field.substr(colon + 1));
    if (same_word(name, "Host")) has_host = true;
    if (same_word(name, "Transfer-Encoding")) return 501;
    if (same_word(name, "Connection") && same_word(value, "close")) request.keep_alive = false;
    if (same_word(name, "Connection") && same_word(value, "keep-alive")) request.keep_alive = true;
    if (same_word(name, "Content-Length")) {
      const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), body_bytes);
      if (error != std::errc() || stop != value.data() + value.size()) return 400;
      if (body_bytes > kMaxBody) return 413;
    }
  }
  return has_host || version == "HTTP/1.0" ? 0 : 400;
}

class Server {
 public:
  Server(net::Listener listener, gorace::Context ctx) : listener_(std::move(listener)), ctx_(std::move(ctx)) {}

  // run serves until the context ends, and returns when the last connection is closed.
  void run() {
    const auto stop = gorace::after_func(ctx_, [listener = listener_] { listener.close(); });
    gorace::WaitGroup connections;
    for (auto pause = 5ms;;) {
      auto [conn, error] = listener_.accept();
      if (!error) {
        pause = 5ms;
        connections.go([this, conn] { serve(conn); });
        continue;
      }
      if (error.code() == net::Errc::kClosed) break;
      std::fprintf(stderr, "%s; again in %d ms\n", error.message().c_str(), static_cast<int>(pause.count()));
      gorace::sleep(pause);  // out of descriptors, for example: some connection will end
      pause = std::min(pause * 2, 1000ms);
    }
    connections.wait();
  }

  int requests() const { return requests_; }

 private:
  void serve(const net::Conn& conn) {
    // The end of the context interrupts a connection that waits for its next request.
    auto stop = gorace::after_func(ctx_, [conn] { conn.set_read_deadline(0s); });
    std::string buffer;  // what was read and not used yet: clients may send the next request before the answer
    for (;;) {
      Request request;
      const std::optional<int> wrong = read_request(conn, buffer, request);
      if (!wrong) break;
      if (*wrong != 0) request.keep_alive = false;  // nobody knows where the next request begins
      if (ctx_.err()) request.keep_alive = false;
      const Response response = *wrong != 0 ? Response{*wrong, std::string(reason(*wrong)) + "\n"} : handle(request);
      ++requests_;
      if (!answer(conn, request, response) || !request.keep_alive) break;
    }
    linger(conn);
    stop.stop();
  }

  // linger reads what the client still sends, for a while: closing over unread data would take the answer away from it.
  static void linger(const net::Conn& conn) {
    if (conn.close_write() || conn.set_read_deadline(500ms)) return;
    char ignored[1024];
    for (net::Io io; !io.error;) {
      io = conn.read(ignored, sizeof ignored);
      if (io.bytes == 0) return;
    }
  }

  // read_request returns 0, or the status of a bad request; nothing when the connection is over.
  std::optional<int> read_request(const net::Conn& conn, std::string& buffer, Request& request) {
    if (buffer.empty() && !read_more(conn, buffer, kIdleTime)) return std::nullopt;
    size_t head_end;
    while ((head_end = buffer.find("\r\n\r\n")) == buffer.npos) {
      if (buffer.size() > kMaxHead) return 431;
      if (!read_more(conn, buffer, kRequestTime)) return std::nullopt;
    }
    size_t body_bytes = 0;
    if (const int wrong = parse_head(std::string_view(buffer).substr(0, head_end + 2), request, body_bytes);
        wrong != 0) {
      return wrong;
    }
    const size_t body_begin = head_end + 4;
    while (buffer.size() < body_begin + body_bytes) {
      if (!read_more(conn, buffer, kRequestTime)) return std::nullopt;
    }
    request.body = buffer.substr(body_begin, body_bytes);
    buffer.erase(0, body_begin + body_bytes);
    if (buffer.empty()) buffer = std::string();  // an idle connection keeps no memory
    return 0;
  }

  // Once the context has ended the deadline stands, so that only what has arrived already is answered.
  bool read_more(const net::Conn& conn, std::string& buffer, std::chrono::seconds time) {
    if (!ctx_.err()) conn.set_read_deadline(time);
    if (ctx_.err()) conn.set_read_deadline(0s);
    char chunk[1024];  // on the goroutine's stack: two pages of it would double what an idle connection costs
    const auto [bytes, error] = conn.read(chunk, sizeof chunk);
    buffer.append(chunk, bytes);
    return !error && bytes != 0;
  }

  static Response handle(const Request& request) {
    if (request.method == "POST" && request.target == "/echo") return {200, request.body};
    if (request.method != "GET" && request.method != "HEAD") return {405, "Method Not Allowed\n"};
    if (request.target == "/") return {200, "Hello from goroutine " + std::to_string(gorace::goroutine_id()) + "\n"};
    if (request.target == "/goroutines") return {200, std::to_string(gorace::num_goroutine()) + "\n"};
    return {404, "Not Found\n"};
  }

  static bool answer(const net::Conn& conn, const Request& request, const Response& response) {
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " + reason(response.status) +
                       "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(response.body.size()) +
                       (request.keep_alive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
    if (request.method != "HEAD") text += response.body;
    conn.set_write_deadline(kRequestTime);
    return !conn.write(text).error;
  }

  net::Listener listener_;
  gorace::Context ctx_;
  std::atomic<int> requests_{0};
};

// ask sends one request on a connection that stays open, and prints the answer.
void ask(const net::Conn& conn, const std::string& target) {
  (void)conn.write("GET " + target + " HTTP/1.1\r\nHost: me\r\n\r\n");
  char answer[1024];
  const std::string_view text(answer, conn.read(answer, sizeof answer).bytes);
  const std::string_view body = text.substr(std::min(text.find("\r\n\r\n"), text.size()));
  std::printf("GET %s: %.3s %s", target.c_str(), text.size() > 12 ? answer + 9 : "???",
              std::string(trim(body.substr(4))).c_str());
}

int main(int argc, char** argv) {
  // A goroutine waits for the signals: block them before the first use of gorace, whose threads take over the mask.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const bool shows_itself = argc < 2;
  auto [listener, error] = net::listen("tcp", shows_itself ? "127.0.0.1:0" : argv[1]);
  if (error) {
    std::fprintf(stderr, "%s\n", error.message().c_str());
    return 1;
  }
  const std::string address = listener.addr().string();
  std::printf("listening on %s\n", address.c_str());
  std::fflush(stdout);

  auto context = gorace::with_cancel(gorace::background());
  gorace::WaitGroup helpers;
  helpers.go([&] {
    int signal = 0;
    gorace::blocking([&] { sigwait(&signals, &signal); });
    context.cancel();
  });
  if (shows_itself) {
    helpers.go([&] {
      const net::Conn conn = net::dial("tcp", address).conn;
      ask(conn, "/");
      ask(conn, "/none");
      kill(getpid(), SIGTERM);
    });
  }
  Server server(listener, context.ctx);
  server.run();
  helpers.wait();
  std::printf("stopped: %d requests\n", server.requests());
}
