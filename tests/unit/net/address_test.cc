// Addresses in words: what dial and listen take, and what they say of what they do not.
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

#include "runtime/net/resolve.h"
#include "tests/unit/net/net_fixture.h"

namespace gorace {
namespace {

std::string dial_error(std::string_view network, std::string_view address) {
  return net::dial(network, address).error.message();
}

TEST(Address, HostAndPort) {
  const struct {
    const char* address;
    const char* host;
    const char* port;
  } cases[] = {{"127.0.0.1:80", "127.0.0.1", "80"},
               {"[::1]:80", "::1", "80"},
               {":80", "", "80"},
               {"localhost:http", "localhost", "http"},
               {"[fe80::1%lo]:1", "fe80::1%lo", "1"},
               {"host:", "host", ""}};
  for (const auto& [address, host, port] : cases) {
    net::internal::Cause wrong;
    const auto split = net::internal::split_host_port(address, &wrong);
    ASSERT_TRUE(split) << address;
    EXPECT_EQ(split->host, host);
    EXPECT_EQ(split->port, port);
  }
}

// The texts are those of Go 1.26.
TEST(Address, SaysWhatIsWrong) {
  EXPECT_EQ(dial_error("tcp", ""), "dial tcp: missing address");
  EXPECT_EQ(dial_error("tcp", "127.0.0.1"), "dial tcp: address 127.0.0.1: missing port in address");
  EXPECT_EQ(dial_error("tcp", "[::1]"), "dial tcp: address [::1]: missing port in address");
  EXPECT_EQ(dial_error("tcp", "::1:80"), "dial tcp: address ::1:80: too many colons in address");
  EXPECT_EQ(dial_error("tcp", "[::1]80:1"), "dial tcp: address [::1]80:1: missing port in address");
  EXPECT_EQ(dial_error("tcp", "[::1]::80"), "dial tcp: address [::1]::80: too many colons in address");
  EXPECT_EQ(dial_error("tcp", "[::1:80"), "dial tcp: address [::1:80: missing ']' in address");
  EXPECT_EQ(dial_error("tcp", "ho[st:80"), "dial tcp: address ho[st:80: unexpected '[' in address");
  EXPECT_EQ(dial_error("tcp", "host]:80"), "dial tcp: address host]:80: unexpected ']' in address");
  EXPECT_EQ(dial_error("tcp", "127.0.0.1:65536"), "dial tcp: address 65536: invalid port");
  EXPECT_EQ(dial_error("tcp", "127.0.0.1:-1"), "dial tcp: address -1: invalid port");
  EXPECT_EQ(dial_error("tcp", "127.0.0.1:99999999999999999999"),
            "dial tcp: address 99999999999999999999: invalid port");
  EXPECT_EQ(dial_error("tcp", "127.0.0.1:no-such-port"), "dial tcp: lookup tcp/no-such-port: unknown port");
  EXPECT_EQ(dial_error("udp", "127.0.0.1:1"), "dial udp: unknown network udp");
  EXPECT_EQ(dial_error("tcp4", "[::1]:80"), "dial tcp4: address ::1: no suitable address");
  EXPECT_EQ(dial_error("tcp6", "127.0.0.1:80"), "dial tcp6: address 127.0.0.1: no suitable address");
  EXPECT_EQ(dial_error("unix", ""), "dial unix: missing address");
  EXPECT_EQ(dial_error("unix", std::string(108, 'x')),
            "dial unix: address " + std::string(108, 'x') + ": a socket's path has 1 to 107 bytes");
  EXPECT_EQ(dial_error("tcp", std::string("a\0b:80", 6)), "dial tcp: lookup a: no such host");
  EXPECT_EQ(net::listen("tcp", "127.0.0.1").error.message(), "listen tcp: address 127.0.0.1: missing port in address");
  EXPECT_EQ(net::listen("tcp", "192.0.2.1:0").error.message(),
            "listen tcp 192.0.2.1:0: bind: cannot assign requested address");
  EXPECT_EQ(net::dial("x", "y").error.code(), net::Errc::kUnknownNetwork);
  EXPECT_EQ(net::dial("tcp", "y").error.code(), std::errc::invalid_argument);
}

TEST(Address, InWords) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  v6.sin6_port = htons(80);
  EXPECT_EQ(net::Addr::from_system(&v6, sizeof v6).string(), "[::1]:80");
  v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xff;  // ::ffff:0.0.0.1
  EXPECT_EQ(net::Addr::from_system(&v6, sizeof v6).string(), "0.0.0.1:80");
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  EXPECT_EQ(net::Addr::from_system(&un, offsetof(sockaddr_un, sun_path)).string(), "@");
  memset(un.sun_path, 'p', sizeof un.sun_path);  // as long as can be: no zero byte at the end
  EXPECT_EQ(net::Addr::from_system(&un, sizeof un).string(), std::string(sizeof un.sun_path, 'p'));
  un.sun_path[0] = '\0';
  EXPECT_EQ(net::Addr::from_system(&un, offsetof(sockaddr_un, sun_path) + 3).string(), "@pp");
  EXPECT_EQ(net::Addr().string(), "");
  EXPECT_EQ(net::Addr().network(), "");
}

}  // namespace
}  // namespace gorace
