#include "runtime/net/resolve.h"

#include <arpa/inet.h>
#include <gorace/go.h>
#include <gorace/select.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include "runtime/context/context_node.h"
#include "runtime/sync/sema.h"

namespace gorace::net::internal {
namespace {

// Each lookup in progress holds an OS thread. More wait for their turn, as Go's do at 500.
constexpr uint32_t kMaxLookups = 128;

// LookupTurn: one of kMaxLookups. On the runtime's semaphore and not on gorace::Semaphore, which would order unrelated
// lookups in the eyes of the race detector.
class LookupTurn {
 public:
  LookupTurn() {
    if (g_free.fetch_sub(1, std::memory_order_acq_rel) <= 0) {
      gorace::internal::sema_acquire(g_waiting, gorace::internal::SemaOrder::kFifo, runtime::WaitReason::kSemacquire,
                                     &g_free);
    }
  }
  ~LookupTurn() {
    if (g_free.fetch_add(1, std::memory_order_acq_rel) < 0) gorace::internal::sema_release(g_waiting);
  }
  LookupTurn(const LookupTurn&) = delete;
  LookupTurn& operator=(const LookupTurn&) = delete;

 private:
  static inline constinit std::atomic<int> g_free{kMaxLookups};  // negative: so many wait
  static inline constinit gorace::internal::Sema g_waiting{};
};

Cause address_cause(std::string_view address, const char* wrong) {
  return cause(Errc::kBadAddress, "address " + std::string(address) + ": " + wrong);
}

bool wants(Network network, int family) {
  return family == AF_INET ? network != Network::kTcp6 : family == AF_INET6 && network != Network::kTcp4;
}

Endpoint make_endpoint(const in_addr& ip, uint16_t port) {
  Endpoint endpoint;
  auto& in = reinterpret_cast<sockaddr_in&>(endpoint.address);
  in.sin_family = AF_INET;
  in.sin_addr = ip;
  in.sin_port = htons(port);
  endpoint.bytes = sizeof in;
  return endpoint;
}

Endpoint make_endpoint(const in6_addr& ip, uint32_t scope, uint16_t port) {
  Endpoint endpoint;
  auto& in = reinterpret_cast<sockaddr_in6&>(endpoint.address);
  in.sin6_family = AF_INET6;
  in.sin6_addr = ip;
  in.sin6_scope_id = scope;
  in.sin6_port = htons(port);
  endpoint.bytes = sizeof in;
  return endpoint;
}

// parse_ip: an address in digits, with an interface for IPv6 ("fe80::1%eth0").
std::optional<Endpoint> parse_ip(const std::string& host, uint16_t port) {
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return make_endpoint(v4, port);
  const size_t percent = host.find('%');
  in6_addr v6;
  if (inet_pton(AF_INET6, host.substr(0, percent).c_str(), &v6) != 1) return std::nullopt;
  uint32_t scope = 0;
  if (percent != std::string::npos) {
    const std::string zone = host.substr(percent + 1);
    scope = if_nametoindex(zone.c_str());
    if (scope == 0) std::from_chars(zone.data(), zone.data() + zone.size(), scope);
    if (scope == 0) return std::nullopt;
  }
  return make_endpoint(v6, scope, port);
}

// Lookup: a question to the system's resolver, which blocks the thread. Shared with the goroutine that asks: who
// started it may have gone.
struct Lookup {
  std::string host;
  uint16_t port = 0;
  Network network = Network::kTcp;
  std::vector<Endpoint> found;
  Cause wrong;

  void run();
};

void Lookup::run() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = network == Network::kTcp4 ? AF_INET : network == Network::kTcp6 ? AF_INET6 : AF_UNSPEC;
  addrinfo* list = nullptr;
  const int error = [&] {
    const LookupTurn turn;
    return blocking([&] { return getaddrinfo(host.c_str(), nullptr, &hints, &list); });
  }();
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    if (each->ai_family == AF_INET) {
      found.push_back(make_endpoint(reinterpret_cast<const sockaddr_in*>(each->ai_addr)->sin_addr, port));
    } else if (each->ai_family == AF_INET6) {
      const auto* in = reinterpret_cast<const sockaddr_in6*>(each->ai_addr);
      found.push_back(make_endpoint(in->sin6_addr, in->sin6_scope_id, port));
    }
  }
  if (list != nullptr) freeaddrinfo(list);
  if (!found.empty()) return;
  const bool unknown = error == 0 || error == EAI_NONAME || error == EAI_NODATA || error == EAI_ADDRFAMILY;
  wrong = unknown ? cause(Errc::kNoSuchHost, "lookup " + host + ": no such host")
                  : cause(Errc::kLookupFailed, "lookup " + host + ": " + gai_strerror(error));
}

std::vector<Endpoint> look_up(const Context& ctx, Lookup question, Cause* wrong) {
  auto lookup = std::make_shared<Lookup>(std::move(question));
  if (ctx.node() == nullptr || ctx.node()->canceler() == nullptr) {
    lookup->run();
  } else {
    auto answered = make_chan<Unit>(1);
    go({.name = "net lookup"}, [lookup, answered] {
      lookup->run();
      answered.send({});
    });
    if (select(recv(answered), recv(ctx.done())) == 1) {
      *wrong = context_cause(ctx);
      wrong->text = "lookup " + lookup->host + ": " + wrong->text;
      return {};
    }
  }
  *wrong = lookup->wrong;
  return lookup->found;
}

// parse_port: a number, or a name of /etc/services. Empty is 0.
std::optional<uint16_t> parse_port(const std::string& port, Cause* wrong) {
  if (port.empty()) return 0;
  long number = 0;
  const char* const end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data() + (port[0] == '+' ? 1 : 0), end, number);
  if (stop == end && (error == std::errc() || error == std::errc::result_out_of_range)) {
    if (error == std::errc() && number >= 0 && number <= UINT16_MAX) return static_cast<uint16_t>(number);
    *wrong = address_cause(port, "invalid port");
    return std::nullopt;
  }
  servent entry{};
  servent* found = nullptr;
  char buffer[1024];
  blocking([&] { return getservbyname_r(port.c_str(), "tcp", &entry, buffer, sizeof buffer, &found); });
  if (found != nullptr) return ntohs(static_cast<uint16_t>(entry.s_port));
  *wrong = cause(Errc::kBadAddress, "lookup tcp/" + port + ": unknown port");
  return std::nullopt;
}

std::vector<Endpoint> resolve_unix(std::string_view path, Cause* wrong) {
  Endpoint endpoint;
  auto& un = reinterpret_cast<sockaddr_un&>(endpoint.address);
  const bool abstract = !path.empty() && path[0] == '@';
  // A path ends with a zero byte; an abstract name does not.
  if (path.empty() || path.size() + (abstract ? 0 : 1) > sizeof un.sun_path || path.find('\0') != path.npos) {
    *wrong = path.empty() ? cause(Errc::kBadAddress, "missing address") : system_cause("connect", EINVAL);
    if (!path.empty())
      wrong->text = "address " + std::string(path.substr(0, 200)) + ": a socket's path has 1 to 107 bytes";
    return {};
  }
  un.sun_family = AF_UNIX;
  memcpy(un.sun_path, path.data(), path.size());
  if (abstract) un.sun_path[0] = '\0';
  endpoint.bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1));
  return {endpoint};
}

// local_endpoints: no host was given. For listening: all interfaces; IPv6 first, which takes IPv4 too. For connecting:
// this machine.
std::vector<Endpoint> local_endpoints(Network network, uint16_t port, Purpose purpose) {
  std::vector<Endpoint> endpoints;
  const bool listens = purpose == Purpose::kListen;
  if (wants(network, AF_INET6)) endpoints.push_back(make_endpoint(listens ? in6addr_any : in6addr_loopback, 0, port));
  const in_addr v4{htonl(listens ? INADDR_ANY : INADDR_LOOPBACK)};
  if (wants(network, AF_INET)) endpoints.push_back(make_endpoint(v4, port));
  if (!listens) std::reverse(endpoints.begin(), endpoints.end());
  return endpoints;
}

}  // namespace

std::optional<Network> parse_network(std::string_view name) {
  if (name == "tcp") return Network::kTcp;
  if (name == "tcp4") return Network::kTcp4;
  if (name == "tcp6") return Network::kTcp6;
  if (name == "unix") return Network::kUnix;
  return std::nullopt;
}

std::optional<HostPort> split_host_port(std::string_view address, Cause* wrong) {
  const auto refuse = [&](const char* why) {
    *wrong = address_cause(address, why);
    return std::nullopt;
  };
  const size_t colon = address.rfind(':');
  if (colon == address.npos) return refuse("missing port in address");
  size_t host_begin = 0;
  size_t host_end = colon;
  if (address[0] == '[') {
    host_begin = 1;
    host_end = address.find(']');
    if (host_end == address.npos) return refuse("missing ']' in address");
    if (host_end + 1 != colon) {
      const bool more = host_end + 1 < address.size() && address[host_end + 1] == ':';
      return refuse(more ? "too many colons in address" : "missing port in address");
    }
  } else if (address.find(':') != colon) {
    return refuse("too many colons in address");
  }
  const std::string_view host = address.substr(host_begin, host_end - host_begin);
  const std::string_view port = address.substr(colon + 1);
  if (host.find('[') != host.npos || port.find('[') != port.npos) return refuse("unexpected '[' in address");
  if (host.find(']') != host.npos || port.find(']') != port.npos) return refuse("unexpected ']' in address");
  return HostPort{std::string(host), std::string(port)};
}

std::vector<Endpoint> resolve(const Context& ctx, Network network, std::string_view address, Purpose purpose,
                              Cause* wrong) {
  if (network == Network::kUnix) return resolve_unix(address, wrong);
  if (address.empty() && purpose == Purpose::kDial) {
    *wrong = cause(Errc::kBadAddress, "missing address");
    return {};
  }
  HostPort parts;
  if (!address.empty()) {
    const std::optional<HostPort> split = split_host_port(address, wrong);
    if (!split) return {};
    parts = *split;
  }
  const std::optional<uint16_t> port = parse_port(parts.port, wrong);
  if (!port) return {};
  if (parts.host.empty()) return local_endpoints(network, *port, purpose);
  if (parts.host.find('\0') != std::string::npos) {
    *wrong = cause(Errc::kNoSuchHost, "lookup " + std::string(parts.host.c_str()) + ": no such host");
    return {};
  }
  if (const std::optional<Endpoint> endpoint = parse_ip(parts.host, *port)) {
    if (wants(network, endpoint->address.ss_family)) return {*endpoint};
    *wrong = address_cause(parts.host, "no suitable address");
    return {};
  }
  Lookup question;
  question.host = parts.host;
  question.port = *port;
  question.network = network;
  return look_up(ctx, std::move(question), wrong);
}

Cause context_cause(const Context& ctx) {
  return cause(ctx.err() == ContextErrc::kDeadlineExceeded ? Errc::kDeadlineExceeded : Errc::kCanceled);
}

}  // namespace gorace::net::internal
