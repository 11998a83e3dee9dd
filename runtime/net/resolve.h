// From Go's network and address strings to the system's addresses.
#ifndef GORACE_RUNTIME_NET_RESOLVE_H_
#define GORACE_RUNTIME_NET_RESOLVE_H_

#include <gorace/net.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/net/error.h"

namespace gorace::net::internal {

enum class Network : uint8_t { kTcp, kTcp4, kTcp6, kUnix };
std::optional<Network> parse_network(std::string_view name);

struct Endpoint {
  sockaddr_storage address{};
  socklen_t bytes = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
  Addr addr() const { return Addr::from_system(&address, bytes); }
};

struct HostPort {
  std::string host;  // without brackets
  std::string port;
};

// split_host_port takes "host:port" or "[host]:port" apart. Null and *wrong: what is wrong with it.
std::optional<HostPort> split_host_port(std::string_view address, Cause* wrong);

enum class Purpose : uint8_t { kListen, kDial };

// resolve returns the addresses to try, in order; none, and *wrong. Names are looked up without holding a processor;
// the context ends the wait, the lookup itself then goes on unattended.
std::vector<Endpoint> resolve(const Context& ctx, Network network, std::string_view address, Purpose purpose,
                              Cause* wrong);

// context_cause: why an ended context ends an operation.
Cause context_cause(const Context& ctx);

}  // namespace gorace::net::internal

#endif  // GORACE_RUNTIME_NET_RESOLVE_H_
