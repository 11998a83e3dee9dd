// Descriptors that do not order each other. Go has one clock for every read and write of the program and misses the
// races of two pipes, two files and two connections. TSan has one clock for the connections that were accepted and
// misses theirs.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

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
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, generic, bytes) != 0 || listen(listener, 1) != 0) abort();
  getsockname(listener, generic, &bytes);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(client, generic, bytes) != 0) abort();
  const int server = accept(listener, nullptr, nullptr);
  close(listener);
  return {server, client};
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

}  // namespace
}  // namespace gorace::conformance
