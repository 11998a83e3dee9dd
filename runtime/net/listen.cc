#include <gorace/net.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/net/resolve.h"
#include "runtime/net/socket.h"

namespace gorace::net {
namespace {

using namespace internal;

constexpr int kBacklog = 65535;  // the kernel cuts it to net.core.somaxconn

std::string_view static_name(Network network) { return network == Network::kUnix ? "unix" : "tcp"; }

// prepare_options: an address in TIME_WAIT may be taken again; IPv6 alone, or both.
void prepare_options(int fd, const Endpoint& endpoint, bool both_families) {
  constexpr int kOn = 1;
  if (endpoint.address.ss_family == AF_UNIX) return;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn);
  if (endpoint.address.ss_family != AF_INET6) return;
  const int v6_only = both_families ? 0 : 1;
  setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
}

// announce returns the descriptor, or -1 and *wrong.
int announce(const Endpoint& endpoint, bool both_families, Cause* wrong) {
  const int fd = open_socket(endpoint.address.ss_family);
  if (fd < 0) {
    *wrong = system_cause("socket", errno);
    return -1;
  }
  prepare_options(fd, endpoint, both_families);
  if (::bind(fd, endpoint.get(), endpoint.bytes) != 0) {
    *wrong = system_cause("bind", errno);
  } else if (::listen(fd, kBacklog) != 0) {
    *wrong = system_cause("listen", errno);
  } else {
    return fd;
  }
  ::close(fd);
  return -1;
}

ListenerResult adopt_listener(int fd, Network network, bool has_path) {
  auto* socket = new Socket(fd, static_name(network));
  SocketHandle handle(socket);
  socket->set_listening(has_path);
  if (const int error = socket->watch(); error != 0) {
    return {{}, op_error("listen", static_name(network), socket->local().string(), system_cause("epoll", error))};
  }
  return {Listener(std::move(handle)), {}};
}

}  // namespace

ListenerResult listen(std::string_view network_name, std::string_view address) {
  Cause wrong;
  const std::optional<Network> network = parse_network(network_name);
  if (!network) {
    wrong = cause(Errc::kUnknownNetwork, "unknown network " + std::string(network_name));
    return {{}, op_error("listen", network_name, "", wrong)};
  }
  const std::vector<Endpoint> endpoints = resolve({}, *network, address, Purpose::kListen, &wrong);
  if (endpoints.empty()) return {{}, op_error("listen", network_name, "", wrong)};
  // No host: one socket for both families. On a system without IPv6 the next endpoint is IPv4's.
  const bool any_host =
      *network == Network::kTcp && endpoints.size() == 2 &&
      IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6&>(endpoints[0].address).sin6_addr) &&
      endpoints[0].address.ss_family == AF_INET6;
  Error first;
  for (const Endpoint& endpoint : endpoints) {
    const int fd = announce(endpoint, any_host, &wrong);
    const bool has_path = *network == Network::kUnix && address[0] != '@';
    if (fd >= 0) return adopt_listener(fd, *network, has_path);
    if (!first) first = op_error("listen", network_name, endpoint.addr().string(), wrong);
    if (!any_host || wrong.code != std::errc::address_family_not_supported) break;
  }
  return {{}, first};
}

}  // namespace gorace::net
