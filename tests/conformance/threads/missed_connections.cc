// Descriptors that do not order each other. Go has one clock for every read and write of the program and misses the
// races of two pipes, two files and two connections. TSan has one clock for the connections that were accepted and
// misses theirs.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "tests/conformance/threads/sockets.h"

#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

int x;

struct Ends {
  int read;
  int write;
};

// One thread writes x and sends on `one`; another receives on `other`, which got its byte before, and writes x.
void race_between(Ends one, Ends other) {
  use(write(other.write, "y", 1));
  after(
      [&] {
        x = 1;
        keep(x);
        use(write(one.write, "x", 1));
      },
      [&] {
        char byte;
        use(read(other.read, &byte, 1));
        x = 2;
        keep(x);
      });
}

Ends a_pipe() {
  int ends[2];
  if (pipe(ends) != 0) abort();
  return {ends[0], ends[1]};
}
Ends a_socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) abort();
  return {ends[0], ends[1]};
}
Ends a_file() {
  char name[] = "/tmp/gorace-conformance-XXXXXX";
  const int written = mkstemp(name);
  const int read = open(name, O_RDONLY);
  unlink(name);
  if (written < 0 || read < 0) abort();
  return {read, written};
}
Ends a_connection() {
  const Listener listener = listen_on_loopback();
  const Connection connection = connect_and_accept(listener);
  close(listener.fd);
  return {.read = connection.server, .write = connection.client};
}

RACE_CASE(RaceOfTwoPipes) { race_between(a_pipe(), a_pipe()); }
RACE_CASE(RaceOfTwoSocketPairs) { race_between(a_socket_pair(), a_socket_pair()); }
RACE_CASE(RaceOfTwoFiles) { race_between(a_file(), a_file()); }
RACE_CASE(RaceOfTwoConnections) { race_between(a_connection(), a_connection()); }
RACE_CASE(RaceOfTwoDirectionsOfAConnection) {
  const Ends connection = a_connection();
  race_between(connection, {.read = connection.write, .write = connection.read});
}
RACE_CASE(RaceOfASocketAndAFile) { race_between(a_connection(), a_file()); }

// Clients of a Unix-domain socket have no names by which the two connections could be told apart.
RACE_CASE(RaceOfTwoUnnamedClients) {
  const Listener listener = listen_on_a_path();
  const Connection one = connect_and_accept(listener);
  const Connection other = connect_and_accept(listener);
  race_between({.read = one.server, .write = one.client}, {.read = other.server, .write = other.client});
}
RACE_CASE(RaceOfTwoUnnamedClientsThatAreAnswered) {
  const Listener listener = listen_on_a_path();
  const Connection one = connect_and_accept(listener);
  const Connection other = connect_and_accept(listener);
  race_between({.read = one.client, .write = one.server}, {.read = other.client, .write = other.server});
}
RACE_CASE(RaceOfTwoUnnamedClientsOfAnAbstractName) {
  const Listener listener = listen_on_an_abstract_name();
  const Connection one = connect_and_accept(listener);
  const Connection other = connect_and_accept(listener);
  race_between({.read = one.server, .write = one.client}, {.read = other.server, .write = other.client});
}
// What orders the one who is accepted second is its own connect.
void race_of_a_connect_and_the_accept_of_another(const Listener& listener) {
  const int first = connect_to(listener);
  after(
      [&] {
        x = 1;
        keep(x);
        connect_to(listener);
      },
      [&] {
        accept_from(listener);
        x = 2;
        keep(x);
      });
  close(first);
}
RACE_CASE(RaceOfAConnectAndTheAcceptOfAnother) { race_of_a_connect_and_the_accept_of_another(listen_on_a_path()); }
RACE_CASE(RaceOfATcpConnectAndTheAcceptOfAnother) { race_of_a_connect_and_the_accept_of_another(listen_on_loopback()); }
RACE_CASE(RaceOfDatagramsToTwoSockets) {
  const Listener one = datagrams_on_loopback();
  const Listener other = datagrams_on_loopback();
  const int sender = socket(AF_INET, SOCK_DGRAM, 0);
  send_datagram(sender, other);
  after(
      [&] {
        x = 1;
        keep(x);
        send_datagram(sender, one);
      },
      [&] {
        receive_datagram(other);
        x = 2;
        keep(x);
      });
}

}  // namespace
}  // namespace gorace::conformance
