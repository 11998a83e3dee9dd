// Sockets for the cases about them: listeners, connections and datagrams of each kind.
#ifndef GORACE_TESTS_CONFORMANCE_THREADS_SOCKETS_H_
#define GORACE_TESTS_CONFORMANCE_THREADS_SOCKETS_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/conformance/harness.h"

namespace gorace::conformance {

// Listener: a socket and the name that others reach it by.
struct Listener {
  int fd;
  sockaddr_storage name;
  socklen_t bytes;
};

struct Connection {
  int client;
  int server;
};

inline void check(bool holds) {
  if (!holds) abort();
}

inline Listener bound(int type, const void* name, socklen_t bytes) {
  Listener made{};
  memcpy(&made.name, name, bytes);
  made.bytes = bytes;
  auto* const generic = reinterpret_cast<sockaddr*>(&made.name);
  made.fd = socket(made.name.ss_family, type, 0);
  check(bind(made.fd, generic, bytes) == 0);
  if (made.name.ss_family == AF_UNIX) return made;
  made.bytes = sizeof made.name;
  check(getsockname(made.fd, generic, &made.bytes) == 0);
  return made;
}

inline Listener listening(Listener made) {
  check(listen(made.fd, 4) == 0);
  return made;
}

inline Listener bound_to_loopback(int type) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bound(type, &name, sizeof name);
}
inline Listener listen_on_loopback() { return listening(bound_to_loopback(SOCK_STREAM)); }
inline Listener datagrams_on_loopback() { return bound_to_loopback(SOCK_DGRAM); }

// Folder: a new directory, and its removal with the sockets in it when the program ends.
class Folder {
 public:
  Folder() { check(mkdtemp(path_) != nullptr); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    for (int i = 0; i < used_; ++i) unlink(name(i).sun_path);
    rmdir(path_);
  }

  sockaddr_un next_name() { return name(used_++); }

 private:
  sockaddr_un name(int number) const {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    snprintf(name.sun_path, sizeof name.sun_path, "%s/%d", path_, number);
    return name;
  }

  char path_[32] = "/tmp/gorace-conformance-XXXXXX";
  int used_ = 0;
};

inline sockaddr_un unix_path() {
  static Folder folder;
  return folder.next_name();
}
inline Listener bound_to_a_path(int type) {
  const sockaddr_un name = unix_path();
  return bound(type, &name, sizeof name);
}
inline Listener listen_on_a_path() { return listening(bound_to_a_path(SOCK_STREAM)); }

inline Listener listen_on_an_abstract_name() {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const int text = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "gorace-conformance-%d", getpid());
  return listening(
      bound(SOCK_STREAM, &name, static_cast<socklen_t>(sizeof name.sun_family + 1 + static_cast<size_t>(text))));
}

inline int connect_to(const void* name, socklen_t bytes) {
  const auto* const generic = static_cast<const sockaddr*>(name);
  const int client = socket(generic->sa_family, SOCK_STREAM, 0);
  check(connect(client, generic, bytes) == 0);
  return client;
}
inline int connect_to(const Listener& listener) { return connect_to(&listener.name, listener.bytes); }

inline int accept_from(const Listener& listener) {
  const int server = accept(listener.fd, nullptr, nullptr);
  check(server >= 0);
  return server;
}

inline Connection connect_and_accept(const Listener& listener) {
  const int client = connect_to(listener);
  return {client, accept_from(listener)};
}

inline void send_datagram(int from, const Listener& to) {
  check(sendto(from, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to.name), to.bytes) == 1);
}
inline void receive_datagram(const Listener& by) {
  char byte;
  check(recvfrom(by.fd, &byte, 1, 0, nullptr, nullptr) == 1);
}

}  // namespace gorace::conformance

#endif  // GORACE_TESTS_CONFORMANCE_THREADS_SOCKETS_H_
