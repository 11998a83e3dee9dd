#include <arpa/inet.h>
#include <gorace/net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

namespace gorace::net {

Addr Addr::from_system(const void* address, size_t bytes) {
  Addr result;
  sockaddr_storage storage{};
  memcpy(&storage, address, std::min(bytes, sizeof storage));
  if (storage.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(storage);
    result.kind_ = Kind::kTcp4;
    result.port_ = ntohs(in.sin_port);
    memcpy(result.ip_.data(), &in.sin_addr, sizeof in.sin_addr);
  } else if (storage.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(storage);
    result.port_ = ntohs(in.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr)) {  // an IPv4 peer of a listener for both, shown as what it is
      result.kind_ = Kind::kTcp4;
      memcpy(result.ip_.data(), &in.sin6_addr.s6_addr[12], 4);
    } else {
      result.kind_ = Kind::kTcp6;
      result.scope_ = in.sin6_scope_id;
      memcpy(result.ip_.data(), &in.sin6_addr, sizeof in.sin6_addr);
    }
  } else if (storage.ss_family == AF_UNIX) {
    result.kind_ = Kind::kUnix;
    const auto& un = reinterpret_cast<const sockaddr_un&>(storage);
    const size_t offset = offsetof(sockaddr_un, sun_path);
    const size_t length = bytes > offset ? std::min(bytes - offset, sizeof un.sun_path) : 0;
    if (length == 0 || un.sun_path[0] == '\0') {  // unnamed, or abstract: Go's notation for both
      result.path_ = "@" + std::string(un.sun_path + 1, length == 0 ? 0 : length - 1);
    } else {
      result.path_.assign(un.sun_path, strnlen(un.sun_path, length));
    }
  }
  return result;
}

std::string_view Addr::network() const noexcept {
  switch (kind_) {
    case Kind::kTcp4:
    case Kind::kTcp6:
      return "tcp";
    case Kind::kUnix:
      return "unix";
    default:
      return "";
  }
}

std::string Addr::ip() const {
  if (kind_ != Kind::kTcp4 && kind_ != Kind::kTcp6) return "";
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(kind_ == Kind::kTcp4 ? AF_INET : AF_INET6, ip_.data(), text, sizeof text);
  std::string result = text;
  if (scope_ != 0) {
    char name[IF_NAMESIZE];
    result += '%';
    result += if_indextoname(scope_, name) != nullptr ? std::string(name) : std::to_string(scope_);
  }
  return result;
}

std::string Addr::string() const {
  switch (kind_) {
    case Kind::kTcp4:
      return ip() + ":" + std::to_string(port_);
    case Kind::kTcp6:
      return "[" + ip() + "]:" + std::to_string(port_);
    default:
      return path_;
  }
}

}  // namespace gorace::net
