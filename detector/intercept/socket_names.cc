#include "detector/intercept/socket_names.h"

#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "detector/intercept/clock_numbers.h"
#include "detector/intercept/real_function.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(getsockname)> real_getsockname("getsockname");
GORACE_REAL_FUNCTION RealFunction<decltype(getpeername)> real_getpeername("getpeername");
GORACE_REAL_FUNCTION RealFunction<decltype(bind)> real_bind("bind");
GORACE_REAL_FUNCTION RealFunction<decltype(getsockopt)> real_getsockopt("getsockopt");

struct KeepErrno {
  const int saved = errno;
  ~KeepErrno() { errno = saved; }
};

constexpr socklen_t kFamilyBytes = sizeof(sa_family_t);

struct SocketName {
  sockaddr_storage address{};
  socklen_t bytes = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&address); }
  const sockaddr_un& as_unix() const { return reinterpret_cast<const sockaddr_un&>(address); }
  bool is_unix() const { return address.ss_family == AF_UNIX; }
  bool is_unnamed() const { return bytes <= kFamilyBytes; }
  bool is_abstract() const { return is_unix() && as_unix().sun_path[0] == '\0'; }
  size_t path_bytes() const { return bytes - offsetof(sockaddr_un, sun_path); }
};

SocketName copy_of(const void* address, socklen_t bytes) {
  SocketName name;
  name.bytes = std::min<socklen_t>(bytes, sizeof name.address);
  memcpy(&name.address, address, name.bytes);
  return name;
}

bool own_name(int fd, SocketName* out) { return real_getsockname(fd, out->get(), &out->bytes) == 0; }
bool peer_name(int fd, SocketName* out) { return real_getpeername(fd, out->get(), &out->bytes) == 0; }

// What a key is for, so that equal names in different roles do not meet.
enum class Role : uint64_t {
  kFlow = 0xcbf29ce484222325u,
  kConnect = 0x9e3779b97f4a7c15u,
  kMailbox = 0xc2b2ae3d27d4eb4fu
};

// InetName: address and port in one form for both families.
struct InetName {
  in6_addr address{};
  in_port_t port = 0;

  bool is_any() const {
    in_addr_t last;
    memcpy(&last, &address.s6_addr[12], sizeof last);
    return IN6_IS_ADDR_UNSPECIFIED(&address) || (IN6_IS_ADDR_V4MAPPED(&address) && last == INADDR_ANY);
  }
  void set_ipv4(in_addr_t ipv4) {
    address = {};
    address.s6_addr[10] = address.s6_addr[11] = 0xff;
    memcpy(&address.s6_addr[12], &ipv4, sizeof ipv4);
  }
};

bool inet_name(const SocketName& name, InetName* out) {
  if (name.address.ss_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(name.address);
    out->set_ipv4(ipv4.sin_addr.s_addr);
    out->port = ipv4.sin_port;
    return true;
  }
  if (name.address.ss_family != AF_INET6) return false;
  const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(name.address);
  out->address = ipv6.sin6_addr;
  out->port = ipv6.sin6_port;
  return true;
}

uint64_t add_inet(uint64_t key, const InetName& name) {
  return hash_bytes(hash_bytes(key, &name.address, sizeof name.address), &name.port, sizeof name.port);
}

// The bytes of a Unix-domain name that count: an abstract one is as long as it is said to be, a path ends with its 0.
uint64_t add_unix(uint64_t key, const SocketName& name) {
  if (name.is_unnamed()) return key;
  const size_t bytes = name.path_bytes();
  return hash_bytes(key, name.as_unix().sun_path, name.is_abstract() ? bytes : strnlen(name.as_unix().sun_path, bytes));
}

uint64_t add_name(uint64_t key, const SocketName& name) {
  InetName inet;
  return inet_name(name, &inet) ? add_inet(key, inet) : add_unix(key, name);
}

// place_key: as a name, but a path stands for the socket there, however it is written.
uint64_t place_key(Role role, const SocketName& name) {
  const auto start = static_cast<uint64_t>(role);
  if (!name.is_unix() || name.is_unnamed() || name.is_abstract()) return add_name(start, name);
  char path[sizeof(sockaddr_un::sun_path) + 1] = {};
  memcpy(path, name.as_unix().sun_path, std::min(name.path_bytes(), sizeof path - 1));
  struct stat status;
  if (stat(path, &status) != 0) return add_name(start, name);
  return hash_bytes(hash_bytes(start, &status.st_dev, sizeof status.st_dev), &status.st_ino, sizeof status.st_ino);
}

// --- Names that the detector had the kernel give: an abstract name of five hexadecimal digits (unix(7), autobind) ---

constexpr size_t kDigits = 5;
constexpr socklen_t kGivenBytes = kFamilyBytes + 1 + kDigits;
constexpr uint32_t kGivenNames = uint32_t{1} << (4 * kDigits);
constinit std::atomic<uint64_t> g_given[kGivenNames / 64] = {};

// The number that the name spells; kGivenNames when it is not of that form.
uint32_t given_number(const SocketName& name) {
  if (!name.is_unix() || name.bytes != kGivenBytes || !name.is_abstract()) return kGivenNames;
  uint32_t number = 0;
  for (size_t i = 1; i <= kDigits; ++i) {
    const char digit = name.as_unix().sun_path[i];
    const bool decimal = digit >= '0' && digit <= '9';
    if (!decimal && (digit < 'a' || digit > 'f')) return kGivenNames;
    number = number * 16 + static_cast<uint32_t>(decimal ? digit - '0' : digit - 'a' + 10);
  }
  return number;
}

void set_given(const SocketName& name, bool given) {
  const uint32_t number = given_number(name);
  if (number == kGivenNames) return;
  const uint64_t bit = uint64_t{1} << (number % 64);
  // relaxed: whoever sees the name in a buffer got it by a system call that came later.
  if (given) {
    g_given[number / 64].fetch_or(bit, std::memory_order_relaxed);
  } else {
    g_given[number / 64].fetch_and(~bit, std::memory_order_relaxed);
  }
}

bool is_given(const SocketName& name) {
  const uint32_t number = given_number(name);
  return number != kGivenNames && (g_given[number / 64].load(std::memory_order_relaxed) >> (number % 64) & 1) != 0;
}

// --- The program's own Unix-domain listeners ---

constexpr size_t kListeners = 256;
constinit std::atomic<uint64_t> g_listeners[kListeners] = {};
constinit std::atomic<uint32_t> g_listener_count{0};  // more than kListeners: each is taken for one

bool is_own_listener(uint64_t key) {
  const uint32_t count = g_listener_count.load(std::memory_order_acquire);
  if (count > kListeners) return true;
  for (uint32_t i = 0; i < count; ++i) {
    if (g_listeners[i].load(std::memory_order_acquire) == key) return true;
  }
  return false;
}

}  // namespace

SocketKind socket_kind(int fd) {
  const KeepErrno keep;
  int type = 0;
  socklen_t bytes = sizeof type;
  if (real_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &bytes) != 0) return SocketKind::kNoSocket;
  int family = 0;
  bytes = sizeof family;
  if (real_getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &bytes) != 0) return SocketKind::kOther;
  if (family != AF_UNIX && family != AF_INET && family != AF_INET6) return SocketKind::kOther;
  if (type == SOCK_DGRAM) return SocketKind::kDatagram;
  return type == SOCK_STREAM || type == SOCK_SEQPACKET ? SocketKind::kStream : SocketKind::kOther;
}

Flow flow_of(int fd) {
  const KeepErrno keep;
  SocketName own;
  SocketName peer;
  if (!own_name(fd, &own) || !peer_name(fd, &peer)) return {kNoKey, kNoKey};
  const auto start = static_cast<uint64_t>(Role::kFlow);
  return {.sent = add_name(add_name(start, own) * 31, peer), .received = add_name(add_name(start, peer) * 31, own)};
}

uint64_t connecting_key(int fd, const void* address, socklen_t bytes) {
  const KeepErrno keep;
  SocketName to = copy_of(address, bytes);
  if (SocketName own; to.is_unix() && own_name(fd, &own) && !own.is_unnamed()) {
    return add_name(static_cast<uint64_t>(Role::kConnect), own);
  }
  InetName inet;
  if (!inet_name(to, &inet)) return place_key(Role::kConnect, to);
  if (inet.is_any()) {  // stands for this host
    const bool is_ipv6 = IN6_IS_ADDR_UNSPECIFIED(&inet.address);
    if (is_ipv6) {
      inet.address = in6addr_loopback;
    } else {
      inet.set_ipv4(htonl(INADDR_LOOPBACK));
    }
  }
  return add_inet(static_cast<uint64_t>(Role::kConnect), inet);
}

uint64_t accepted_key(int fd) {
  const KeepErrno keep;
  SocketName own;
  SocketName peer;
  if (!own_name(fd, &own)) return kNoKey;
  if (own.is_unix() && peer_name(fd, &peer) && !peer.is_unnamed()) {
    return add_name(static_cast<uint64_t>(Role::kConnect), peer);
  }
  return place_key(Role::kConnect, own);
}

namespace {

uint64_t add_inet_name(uint64_t key, const SocketName& name) {
  InetName inet;
  return inet_name(name, &inet) && inet.port != 0 ? add_inet(key, inet) : kNoKey;
}

}  // namespace

bool gets_its_name_by_connecting(int fd, const void* address, socklen_t bytes) {
  InetName inet;
  return inet_name(copy_of(address, bytes), &inet) && socket_kind(fd) == SocketKind::kStream;
}

uint64_t connection_key(uint64_t listener, int maker) {
  const KeepErrno keep;
  SocketName own;
  return own_name(maker, &own) ? add_inet_name(listener, own) : kNoKey;
}

uint64_t accepted_connection_key(uint64_t listener, int fd) {
  const KeepErrno keep;
  SocketName peer;
  return peer_name(fd, &peer) ? add_inet_name(listener, peer) : kNoKey;
}

namespace {

Mailbox mailbox(const SocketName& name) {
  InetName inet;
  if (!inet_name(name, &inet)) {
    return {.exact = name.is_unnamed() ? kNoKey : place_key(Role::kMailbox, name), .any = kNoKey};
  }
  if (inet.port == 0) return {kNoKey, kNoKey};
  const InetName any{.address = {}, .port = inet.port};
  const auto start = static_cast<uint64_t>(Role::kMailbox);
  return {.exact = add_inet(start, inet.is_any() ? any : inet), .any = add_inet(start, any)};
}

}  // namespace

Mailbox mailbox_of(const void* address, socklen_t bytes) {
  const KeepErrno keep;
  return mailbox(copy_of(address, bytes));
}
Mailbox own_mailbox(int fd) {
  const KeepErrno keep;
  SocketName name;
  return own_name(fd, &name) ? mailbox(name) : Mailbox{kNoKey, kNoKey};
}
Mailbox peer_mailbox(int fd) {
  const KeepErrno keep;
  SocketName name;
  return peer_name(fd, &name) ? mailbox(name) : Mailbox{kNoKey, kNoKey};
}

void note_listener(int fd) {
  const KeepErrno keep;
  SocketName own;
  if (!own_name(fd, &own) || !own.is_unix()) return;
  const uint64_t key = place_key(Role::kConnect, own);
  if (is_own_listener(key)) return;
  const uint32_t index = g_listener_count.fetch_add(1, std::memory_order_acq_rel);
  if (index < kListeners) g_listeners[index].store(key, std::memory_order_release);
}

void name_client(int fd, const void* address, socklen_t bytes) {
  if (address == nullptr || bytes <= kFamilyBytes || g_listener_count.load(std::memory_order_relaxed) == 0) return;
  const KeepErrno keep;
  const SocketName to = copy_of(address, bytes);
  SocketName own;
  if (!to.is_unix() || socket_kind(fd) != SocketKind::kStream) return;
  if (!own_name(fd, &own) || !own.is_unix() || !own.is_unnamed()) return;
  if (!is_own_listener(place_key(Role::kConnect, to))) return;
  if (real_bind(fd, own.get(), kFamilyBytes) != 0) return;
  SocketName given;
  if (own_name(fd, &given)) set_given(given, true);
}

void note_bound(int fd) {
  const KeepErrno keep;
  SocketName own;
  if (own_name(fd, &own)) set_given(own, false);
}

void hide_name(sockaddr* name, socklen_t* bytes, socklen_t unnamed_bytes) {
  if (name == nullptr || bytes == nullptr || *bytes != kGivenBytes || name->sa_family != AF_UNIX) return;
  if (!is_given(copy_of(name, kGivenBytes))) return;
  memset(reinterpret_cast<char*>(name) + kFamilyBytes, 0, kGivenBytes - kFamilyBytes);
  *bytes = unnamed_bytes;
}

}  // namespace gorace::detector
