// A pipe, a socket pair, an eventfd and a loopback connection carry happens-before from writer to reader.
// expect: clean
#include <arpa/inet.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

int by_pipe = 0;
int by_pair = 0;
int back_by_pair = 0;
int by_event = 0;
int by_tcp = 0;
int by_close = 0;

void must(bool condition) {
  if (!condition) _exit(9);
}

void exchange(int fd, int& mine, const int& theirs, bool first) {
  char byte = 0;
  if (first) {
    mine = 1;
    must(write(fd, &byte, 1) == 1);
  }
  must(read(fd, &byte, 1) == 1);
  must(theirs == 1);
  if (!first) {
    mine = 1;
    must(write(fd, &byte, 1) == 1);
  }
}

int main() {
  int ends[2];
  must(pipe(ends) == 0);
  std::thread through_pipe([&] {
    by_pipe = 1;
    must(write(ends[1], "x", 1) == 1);
    by_close = 1;
    close(ends[1]);
  });
  char byte;
  must(read(ends[0], &byte, 1) == 1);
  must(by_pipe == 1);
  must(read(ends[0], &byte, 1) == 0);
  must(by_close == 1);

  int pair[2];
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  std::thread there([&] { exchange(pair[0], by_pair, back_by_pair, true); });
  exchange(pair[1], back_by_pair, by_pair, false);

  const int event = eventfd(0, 0);
  std::thread signalling([&] {
    by_event = 1;
    const uint64_t one = 1;
    must(write(event, &one, sizeof one) == sizeof one);
  });
  uint64_t count = 0;
  must(read(event, &count, sizeof count) == sizeof count && by_event == 1);

  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof address;
  must(bind(listener, reinterpret_cast<sockaddr*>(&address), bytes) == 0 && listen(listener, 1) == 0);
  must(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &bytes) == 0);
  std::thread client([&address] {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    by_tcp = 1;
    must(send(fd, "x", 1, 0) == 1);
    close(fd);
  });
  const int connection = accept(listener, nullptr, nullptr);
  must(recv(connection, &byte, 1, 0) == 1 && by_tcp == 1);

  for (std::thread* thread : {&through_pipe, &there, &signalling, &client}) thread->join();
}
