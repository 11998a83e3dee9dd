#include "runtime/dump/dump_socket.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>

namespace gorace::runtime {
namespace {

char* append_text(char* out, const char* text) {
  while (*text != '\0') *out++ = *text++;
  return out;
}

char* append_number(char* out, long number) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (count > 0) *out++ = digits[--count];
  return out;
}

bool is_trusted(int fd) {
  ucred peer{};
  socklen_t bytes = sizeof peer;
  if (syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0) return false;
  return peer.uid == 0 || peer.uid == static_cast<uid_t>(syscall(SYS_geteuid));
}

}  // namespace

int connect_to_tool(int tool_process) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  char* end = append_text(address.sun_path + 1, "gorace-dump-");
  end = append_number(end, syscall(SYS_getpid));
  *end++ = '-';
  end = append_number(end, tool_process);
  const auto bytes = static_cast<socklen_t>(end - reinterpret_cast<char*>(&address));

  const int fd = static_cast<int>(syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd < 0) return -1;
  if (syscall(SYS_connect, fd, &address, bytes) == 0 && is_trusted(fd)) return fd;
  syscall(SYS_close, fd);
  return -1;
}

}  // namespace gorace::runtime
