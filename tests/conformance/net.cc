// gorace's own sockets: data orders who reads it after who wrote it, each connection for itself, and nothing else does:
// neither the netpoller that wakes many goroutines from one thread, nor the locks inside a connection.
#include <gorace/gorace.h>

#include <cstdlib>
#include <string>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

using namespace std::chrono_literals;

struct Ends {
  net::Conn client;
  net::Conn server;
};

Ends connect_ends() {
  const net::Listener listener = net::listen("tcp", "127.0.0.1:0").listener;
  net::Conn client = net::dial("tcp", listener.addr().string()).conn;
  net::Conn server = listener.accept().conn;
  if (!client || !server) abort();
  return {client, server};
}

void send_byte(const net::Conn& conn) {
  if (conn.write("x").error) abort();
}

void receive_byte(const net::Conn& conn) {
  char byte;
  if (conn.read(&byte, 1).bytes != 1) abort();
}

RACE_CASE(NoRaceNetSentData) {
  const auto [client, server] = connect_ends();
  int x = 0;
  Goroutines goroutines;
  goroutines.go([&, conn = client] {
    x = 1;
    send_byte(conn);
  });
  receive_byte(server);
  x = 2;
  keep(x);
}

RACE_CASE(NoRaceNetAnswer) {
  const auto [client, server] = connect_ends();
  int x = 0;
  Goroutines goroutines;
  goroutines.go([&, conn = server] {
    receive_byte(conn);
    x = 1;
    send_byte(conn);
  });
  x = 2;
  send_byte(client);
  receive_byte(client);
  x = 3;
  keep(x);
}

RACE_CASE(RaceNetReadOrdersNothingForTheWriter) {
  const auto [client, server] = connect_ends();
  int x = 0;
  Goroutines goroutines;
  Meeting read;
  goroutines.go([&, conn = server] {
    x = 1;
    receive_byte(conn);
    read.arrive();
  });
  send_byte(client);
  read.wait_for(1);
  x = 2;
  keep(x);
}

RACE_CASE(NoRaceNetAccept) {
  const net::Listener listener = net::listen("tcp", "127.0.0.1:0").listener;
  int x = 0;
  Goroutines goroutines;
  goroutines.go([&, address = listener.addr().string()] {
    x = 1;
    if (net::dial("tcp", address).error) abort();
  });
  if (listener.accept().error) abort();
  x = 2;
  keep(x);
}

RACE_CASE(NoRaceNetEndOfStream) {
  const auto [client, server] = connect_ends();
  int x = 0;
  Goroutines goroutines;
  goroutines.go([&, conn = client] {
    x = 1;
    conn.close_write();
  });
  char byte;
  if (server.read(&byte, 1).bytes != 0) abort();
  x = 2;
  keep(x);
}

RACE_CASE(RaceNetOtherConnection) {
  const auto [client, server] = connect_ends();
  const auto [other_client, other_server] = connect_ends();
  int x = 0;
  Meeting written;
  Goroutines goroutines;
  send_byte(other_client);
  goroutines.go([&, conn = client] {
    x = 1;
    send_byte(conn);
    written.arrive();
  });
  goroutines.go([&, conn = other_server] {
    written.wait_for(1);
    receive_byte(conn);
    x = 2;
    keep(x);
  });
}

// race_of_two_readers: a byte for each of two goroutines, which write one variable when they have read it.
void race_of_two_readers(const Ends& first, const Ends& second) {
  int x = 0;
  Meeting written;
  Goroutines goroutines;
  goroutines.go([&, conn = first.server] {
    receive_byte(conn);
    x = 1;
    written.arrive();
  });
  goroutines.go([&, conn = second.server] {
    receive_byte(conn);
    written.wait_for(1);
    x = 2;
    keep(x);
  });
  let_others_run();  // so that both wait, most probably; the verdict is the same
  send_byte(first.client);
  send_byte(second.client);
}

// One look at epoll wakes both readers, or the same thread does one after the other.
RACE_CASE(RaceNetTwoWokenByThePoller) { race_of_two_readers(connect_ends(), connect_ends()); }

RACE_CASE(RaceNetTwoReadersOfOneConnection) {
  const Ends ends = connect_ends();
  race_of_two_readers(ends, ends);
}

RACE_CASE(RaceNetDeadlineOrdersNothing) {
  const auto [client, server] = connect_ends();
  int x = 0;
  Meeting set;
  Goroutines goroutines;
  goroutines.go([&, conn = server] {
    x = 1;
    conn.set_read_deadline(0s);
    set.arrive();
  });
  goroutines.go([&, conn = server] {
    set.wait_for(1);
    char byte;
    if (!conn.read(&byte, 1).error.timeout()) abort();
    x = 2;
    keep(x);
  });
}

RACE_CASE(RaceNetBufferWhileItIsRead) {
  const auto [client, server] = connect_ends();
  char buffer[8] = "before";
  Meeting done;
  Goroutines goroutines;
  send_byte(client);
  goroutines.go([&, conn = server] {
    if (conn.read(buffer, sizeof buffer).bytes != 1) abort();
    done.arrive();
  });
  done.wait_for(1);
  use(buffer[0]);
}

RACE_CASE(RaceNetBufferWhileItIsWritten) {
  const auto [client, server] = connect_ends();
  char buffer[8] = "before";
  Meeting done;
  Goroutines goroutines;
  goroutines.go([&, conn = client] {
    if (conn.write(buffer, sizeof buffer).error) abort();
    done.arrive();
  });
  done.wait_for(1);
  buffer[0] = 'a';
  keep(buffer);
}

RACE_CASE(NoRaceNetHandlesAreShared) {
  const auto [client, server] = connect_ends();
  WaitGroup all;
  for (int i = 0; i < 4; ++i) {
    all.go([conn = client] { send_byte(conn); });
    all.go([conn = server] {
      receive_byte(conn);
      use(conn.remote_addr().port());
      conn.set_deadline(1h);
    });
  }
  all.wait();
  all.go([conn = server] { conn.close(); });
  all.go([conn = server] { conn.close(); });
  all.wait();
}

// Who cancels knows nothing of who registered the function.
RACE_CASE(NoRaceNetAfterFuncSeesWhatMadeIt) {
  auto context = with_cancel(background());
  int x = 0;
  WaitGroup done;
  done.add(1);
  Meeting registered;
  Goroutines goroutines;
  goroutines.go([&] {
    registered.wait_for(1);
    context.cancel();
  });
  x = 1;
  const auto stop = after_func(context.ctx, [&, made = std::string("made by the caller, and on the heap")] {
    x = static_cast<int>(made.size());
    done.done();
  });
  registered.arrive();
  done.wait();
  use(x);
}

}  // namespace
}  // namespace gorace::conformance
