#include <gorace/net.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runtime/context/context_node.h"
#include "runtime/net/resolve.h"
#include "runtime/net/socket.h"

namespace gorace::net {
namespace {

using namespace internal;

constexpr int64_t kLeastShareNs = 2'000'000'000;  // Go's

int64_t deadline_of(const Context& ctx) {
  const auto deadline = ctx.deadline();
  return deadline ? Deadline(*deadline).nanoseconds() : Deadline::kNever;
}

// share_of_time: what one of `left` addresses may use up of the time until the deadline, so that a dead one does not
// take it all.
int64_t share_of_time(int64_t deadline_ns, size_t left) {
  if (deadline_ns == Deadline::kNever) return Deadline::kNever;
  const int64_t now = runtime::now_ns();
  const int64_t share = std::max((deadline_ns - now) / static_cast<int64_t>(left), kLeastShareNs);
  return std::min(deadline_ns, now + share);
}

// AbortOnCancel ends a connect that waits once the context is canceled.
class AbortOnCancel {
 public:
  AbortOnCancel(const Context& ctx, const SocketHandle& socket)
      : can_end_(ctx.node() != nullptr && ctx.node()->canceler() != nullptr) {
    if (can_end_) registration_ = after_func(ctx, [socket] { socket.get()->close(); });
  }
  // finish returns true when the connect was not, and will not be, aborted.
  bool finish() { return !can_end_ || registration_.stop(); }

 private:
  const bool can_end_;
  AfterFunc registration_;
};

// connected_to_itself: both ends chose one free port. Nobody listens there; connecting again gets another port.
bool connected_to_itself(const Conn& conn) {
  return conn.local_addr() == conn.remote_addr() && conn.local_addr().network() == "tcp";
}

// attempt connects to one address. On failure *wrong tells why.
Conn attempt(const Context& ctx, const Endpoint& endpoint, int64_t deadline_ns, Cause* wrong) {
  const int fd = open_socket(endpoint.address.ss_family);
  if (fd < 0) {
    *wrong = system_cause("socket", errno);
    return {};
  }
  auto* socket = new Socket(fd, endpoint.address.ss_family == AF_UNIX ? "unix" : "tcp");
  SocketHandle handle(socket);
  runtime::IoStatus status = runtime::IoStatus::kOk;
  int error = socket->start_connect(endpoint);
  if (error == EINPROGRESS) {
    AbortOnCancel abort(ctx, handle);
    socket->set_write_deadline(deadline_ns);
    error = socket->finish_connect(&status);
    if (!abort.finish()) status = runtime::IoStatus::kClosing;
  }
  if (status != runtime::IoStatus::kOk) {
    *wrong = status == runtime::IoStatus::kClosing ? context_cause(ctx) : cause(Errc::kDeadlineExceeded);
    return {};
  }
  if (error != 0) {
    *wrong = system_cause("connect", error);
    return {};
  }
  socket->set_write_deadline(Deadline::kNever);
  socket->set_connected();
  return Conn(std::move(handle));
}

Conn attempt_twice(const Context& ctx, const Endpoint& endpoint, int64_t deadline_ns, Cause* wrong) {
  Conn conn = attempt(ctx, endpoint, deadline_ns, wrong);
  for (int i = 0; i < 2 && conn && connected_to_itself(conn); ++i) conn = attempt(ctx, endpoint, deadline_ns, wrong);
  return conn;
}

}  // namespace

ConnResult dial(const Context& ctx, std::string_view network_name, std::string_view address) {
  Cause wrong;
  const std::optional<Network> network = parse_network(network_name);
  if (!network) {
    wrong = cause(Errc::kUnknownNetwork, "unknown network " + std::string(network_name));
    return {{}, op_error("dial", network_name, "", wrong)};
  }
  const std::vector<Endpoint> endpoints = resolve(ctx, *network, address, Purpose::kDial, &wrong);
  if (endpoints.empty()) return {{}, op_error("dial", network_name, "", wrong)};
  const int64_t deadline_ns = deadline_of(ctx);
  Error first;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const bool ended = static_cast<bool>(ctx.err());
    Conn conn;
    if (ended) {
      wrong = context_cause(ctx);
    } else {
      conn = attempt_twice(ctx, endpoints[i], share_of_time(deadline_ns, endpoints.size() - i), &wrong);
    }
    if (conn) return {std::move(conn), {}};
    if (!first || ended) first = op_error("dial", network_name, endpoints[i].addr().string(), wrong);
    if (ended) break;
  }
  return {{}, first};
}

ConnResult dial(std::string_view network, std::string_view address) { return dial(background(), network, address); }

}  // namespace gorace::net
