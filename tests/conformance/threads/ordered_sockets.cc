// Ways to order by sockets, whatever the two ends call each other: nothing may be reported.
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>

#include <array>
#include <cerrno>

#include "tests/conformance/threads/sockets.h"
#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

int x;

void write_x() {
  x = x + 1;
  keep(x);
}

void send_byte(int fd) { check(::send(fd, "x", 1, 0) == 1); }
void receive_byte(int fd) {
  char byte;
  check(::recv(fd, &byte, 1, 0) == 1);
}

// The client writes x and connects, the server accepts and writes it; then each hands it to the other.
void hand_over(const Listener& listener, const void* name, socklen_t bytes) {
  Threads threads;
  threads.run([&] {
    write_x();
    const int client = connect_to(name, bytes);
    receive_byte(client);
    write_x();
    send_byte(client);
  });
  threads.run([&] {
    const int server = accept_from(listener);
    write_x();
    send_byte(server);
    receive_byte(server);
    write_x();
  });
}
void hand_over(const Listener& listener) { hand_over(listener, &listener.name, listener.bytes); }

RACE_CASE(NoRaceTcpConnection) { hand_over(listen_on_loopback()); }
RACE_CASE(NoRaceUnnamedClient) { hand_over(listen_on_a_path()); }
RACE_CASE(NoRaceUnnamedClientOfAnAbstractName) { hand_over(listen_on_an_abstract_name()); }

RACE_CASE(NoRaceUnnamedClientByAnotherPath) {
  const Listener listener = listen_on_a_path();
  auto name = reinterpret_cast<const sockaddr_un&>(listener.name);
  // "/tmp/folder/s" as "/tmp/./folder/s".
  const std::string other = "/tmp/." + std::string(name.sun_path + strlen("/tmp"));
  memcpy(name.sun_path, other.c_str(), other.size() + 1);
  hand_over(listener, &name, sizeof name);
}

RACE_CASE(NoRaceNamedUnixClient) {
  const Listener listener = listen_on_a_path();
  const Listener client = bound_to_a_path(SOCK_STREAM);
  Threads threads;
  threads.run([&] {
    write_x();
    check(connect(client.fd, reinterpret_cast<const sockaddr*>(&listener.name), listener.bytes) == 0);
    receive_byte(client.fd);
    write_x();
  });
  threads.run([&] {
    const int server = accept_from(listener);
    write_x();
    send_byte(server);
  });
}

// Many clients at a time, accepted before or after their connect returns, which waits in every other round. Each has
// an address of the listener to itself, by which the server knows who it is without having received anything.
RACE_CASE(NoRaceManyTcpConnectionsAtATime) {
  constexpr int kClients = 4;
  constexpr int kRounds = 40;
  sockaddr_in any{};
  any.sin_family = AF_INET;
  const Listener listener = listening(bound(SOCK_STREAM, &any, sizeof any));
  const auto name_for = [port = reinterpret_cast<const sockaddr_in&>(listener.name).sin_port](int client) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<in_addr_t>(client));
    name.sin_port = port;
    return name;
  };
  static std::array<int, kClients> values;
  Threads threads;
  for (int client = 0; client < kClients; ++client) {
    threads.run([client, name = name_for(client)] {
      for (int round = 0; round < kRounds; ++round) {
        const int fd = socket(AF_INET, SOCK_STREAM | (round % 2 == 0 ? 0 : SOCK_NONBLOCK), 0);
        values[client] = round;
        keep(values[client]);
        const int result = connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name);
        check(result == 0 || errno == EINPROGRESS);
        pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
        check(poll(&readable, 1, -1) == 1);
        receive_byte(fd);
        close(fd);
      }
    });
  }
  threads.run([&] {
    for (int accepted = 0; accepted < kClients * kRounds; ++accepted) {
      const int fd = accept_from(listener);
      sockaddr_in own{};
      socklen_t bytes = sizeof own;
      check(getsockname(fd, reinterpret_cast<sockaddr*>(&own), &bytes) == 0);
      int& value = values[ntohl(own.sin_addr.s_addr) - INADDR_LOOPBACK - 1];
      value = -1;
      keep(value);
      send_byte(fd);
      close(fd);
    }
  });
}

// A listener for both families sees a client of the older one under a name in the newer one.
RACE_CASE(NoRaceClientOfTheOtherFamily) {
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  Listener listener{};
  listener.fd = socket(AF_INET6, SOCK_STREAM, 0);
  if (listener.fd < 0) return;  // no IPv6 here
  const int off = 0;
  setsockopt(listener.fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  socklen_t bytes = sizeof any;
  auto* const generic = reinterpret_cast<sockaddr*>(&any);
  if (bind(listener.fd, generic, bytes) != 0) return;
  check(listen(listener.fd, 4) == 0 && getsockname(listener.fd, generic, &bytes) == 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = any.sin6_port;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  memset(name.sin_zero, 'z', sizeof name.sin_zero);  // the kernel does not look at them
  hand_over(listener, &name, sizeof name);
}

RACE_CASE(NoRaceConnectionToAnyAddress) {
  const Listener listener = listen_on_loopback();
  auto name = reinterpret_cast<const sockaddr_in&>(listener.name);
  name.sin_addr.s_addr = INADDR_ANY;  // stands for this host
  hand_over(listener, &name, sizeof name);
}

RACE_CASE(NoRaceDatagram) {
  const Listener receiver = datagrams_on_loopback();
  Threads threads;
  threads.run([&] {
    write_x();
    send_datagram(socket(AF_INET, SOCK_DGRAM, 0), receiver);
  });
  threads.run([&] {
    receive_datagram(receiver);
    write_x();
  });
}

RACE_CASE(NoRaceDatagramOfAConnectedSocket) {
  const Listener receiver = datagrams_on_loopback();
  Threads threads;
  threads.run([&] {
    write_x();
    const int sender = socket(AF_INET, SOCK_DGRAM, 0);
    check(connect(sender, reinterpret_cast<const sockaddr*>(&receiver.name), receiver.bytes) == 0);
    send_byte(sender);
  });
  threads.run([&] {
    receive_datagram(receiver);
    write_x();
  });
}

RACE_CASE(NoRaceDatagramThatIsAnswered) {
  const Listener receiver = datagrams_on_loopback();
  const Listener sender = datagrams_on_loopback();
  Threads threads;
  threads.run([&] {
    send_datagram(sender.fd, receiver);
    receive_datagram(sender);
    write_x();
  });
  threads.run([&] {
    char byte;
    sockaddr_storage from;
    socklen_t bytes = sizeof from;
    auto* const generic = reinterpret_cast<sockaddr*>(&from);
    check(recvfrom(receiver.fd, &byte, 1, 0, generic, &bytes) == 1);
    write_x();
    check(sendto(receiver.fd, "x", 1, 0, generic, bytes) == 1);
  });
}

RACE_CASE(NoRaceUnixDatagram) {
  const Listener receiver = bound_to_a_path(SOCK_DGRAM);
  Threads threads;
  threads.run([&] {
    write_x();
    send_datagram(socket(AF_UNIX, SOCK_DGRAM, 0), receiver);
  });
  threads.run([&] {
    receive_datagram(receiver);
    write_x();
  });
}

// Before it is connected a socket has no peer, and so nothing that could stand for the connection.
RACE_CASE(NoRaceConnectionThatWasWatchedBeforeItWasMade) {
  const Listener listener = listen_on_loopback();
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  const int watcher = epoll_create1(0);
  epoll_event event{};
  check(epoll_ctl(watcher, EPOLL_CTL_ADD, client, &event) == 0);
  check(connect(client, reinterpret_cast<const sockaddr*>(&listener.name), listener.bytes) == 0);
  const int server = accept_from(listener);
  Threads threads;
  threads.run([&] {
    write_x();
    send_byte(client);
  });
  threads.run([&] {
    receive_byte(server);
    write_x();
  });
}

RACE_CASE(NoRaceManyMessagesInOneCall) {
  int ends[2];
  check(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
  char byte = 'x';
  iovec part{&byte, 1};
  mmsghdr sent{};
  sent.msg_hdr.msg_iov = &part;
  sent.msg_hdr.msg_iovlen = 1;
  Threads threads;
  threads.run([&] {
    write_x();
    check(sendmmsg(ends[0], &sent, 1, 0) == 1);
  });
  threads.run([&] {
    char received;
    iovec room{&received, 1};
    mmsghdr message{};
    message.msg_hdr.msg_iov = &room;
    message.msg_hdr.msg_iovlen = 1;
    check(recvmmsg(ends[1], &message, 1, 0, nullptr) == 1);
    write_x();
  });
}

// The kernel moves the data on, by a thread that does not look at them.
RACE_CASE(NoRaceSplicedPipes) {
  int first[2];
  int second[2];
  check(pipe(first) == 0 && pipe(second) == 0);
  Threads threads;
  threads.run([&] {
    write_x();
    check(write(first[1], "x", 1) == 1);
  });
  threads.run([&] { check(splice(first[0], nullptr, second[1], nullptr, 1, 0) == 1); });
  threads.run([&] {
    char byte;
    check(read(second[0], &byte, 1) == 1);
    write_x();
  });
}

// What the program sees of its sockets is what it would see without the detector.
RACE_CASE(NoRaceUnnamedClientStaysUnnamed) {
  const Listener listener = listen_on_a_path();
  const int client = connect_to(listener);
  sockaddr_un name;
  socklen_t bytes = sizeof name;
  auto* const generic = reinterpret_cast<sockaddr*>(&name);
  const int server = accept(listener.fd, generic, &bytes);
  check(server >= 0 && bytes == sizeof name.sun_family && name.sun_family == AF_UNIX);
  bytes = sizeof name;
  check(getpeername(server, generic, &bytes) == 0 && bytes == sizeof name.sun_family);
  bytes = sizeof name;
  check(getsockname(client, generic, &bytes) == 0 && bytes == sizeof name.sun_family);
  send_byte(client);
  char byte;
  bytes = sizeof name;
  check(recvfrom(server, &byte, 1, 0, generic, &bytes) == 1 && bytes <= sizeof name.sun_family);
  send_byte(client);
  iovec part{&byte, 1};
  msghdr message{};
  message.msg_name = &name;
  message.msg_namelen = sizeof name;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  check(recvmsg(server, &message, 0) == 1 && message.msg_namelen <= sizeof name.sun_family);
}

}  // namespace
}  // namespace gorace::conformance
