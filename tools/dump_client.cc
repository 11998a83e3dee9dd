#include "tools/dump_client.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/inspect/program.h"

namespace gorace::tools {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status error_of(const std::string& what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", strerror(errno)));
}

std::string proc(int pid, const char* name) { return absl::StrCat("/proc/", pid, "/", name); }

std::string link_target(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  return length <= 0 ? std::string() : std::string(target, static_cast<size_t>(length));
}

// catches_quit tells whether the process has a handler for SIGQUIT.
bool catches_quit(int pid) {
  std::ifstream status(proc(pid, "status"));
  for (std::string line; std::getline(status, line);) {
    absl::string_view mask = line;
    if (!absl::ConsumePrefix(&mask, "SigCgt:\t")) continue;
    uint64_t caught = 0;
    return absl::SimpleHexAtoi(mask, &caught) && (caught >> (SIGQUIT - 1) & 1) != 0;
  }
  return false;
}

// in_another_container: socket names and process ids are the container's own.
bool in_another_container(int pid) {
  for (const char* space : {"ns/pid", "ns/net"}) {
    const std::string theirs = link_target(proc(pid, space));
    if (!theirs.empty() && theirs != link_target(absl::StrCat("/proc/self/", space))) return true;
  }
  return false;
}

socklen_t socket_address(int pid, sockaddr_un* address) {
  *address = {};
  address->sun_family = AF_UNIX;
  const std::string name = absl::StrCat("gorace-dump-", pid, "-", getpid());
  memcpy(address->sun_path + 1, name.data(), name.size());  // the leading NUL makes it abstract
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
}

bool is_from(int connection, int pid) {
  ucred peer = {};
  socklen_t size = sizeof peer;
  return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == pid;
}

enum class Wait { kReady, kEnded, kTimeout };

// wait_for waits until `fd` can be read, the process behind `pidfd` ends (-1: not watched), or time is up.
Wait wait_for(int fd, int pidfd, int timeout_ms) {
  pollfd watched[2] = {{fd, POLLIN, 0}, {pidfd, POLLIN, 0}};
  int ready;
  while ((ready = poll(watched, 2, timeout_ms)) < 0 && errno == EINTR) {
  }
  if (ready <= 0) return Wait::kTimeout;
  return watched[0].revents != 0 ? Wait::kReady : Wait::kEnded;
}

absl::Status no_answer(int pid, int timeout_ms) {
  return absl::DeadlineExceededError(absl::StrCat("process ", pid, " did not answer within ", timeout_ms / 1000.0,
                                                  " s; it may be stopped, or have its own handler for SIGQUIT"));
}

absl::Status ended(int pid) {
  return absl::UnavailableError(absl::StrCat("process ", pid, " ended before it answered"));
}

// accept_from returns the program's connection, others turned away: any local process may connect to an abstract
// socket.
absl::Status accept_from(int listener, int pidfd, int pid, int timeout_ms, int* connection) {
  for (;;) {
    switch (wait_for(listener, pidfd, timeout_ms)) {
      case Wait::kTimeout:
        return no_answer(pid, timeout_ms);
      case Wait::kEnded:
        return ended(pid);
      case Wait::kReady:
        break;
    }
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return error_of("cannot accept the program's connection");
    if (is_from(fd, pid)) {
      *connection = fd;
      return absl::OkStatus();
    }
    close(fd);
  }
}

bool write_all(int fd, const char* data, size_t bytes) {
  while (bytes > 0) {
    const ssize_t written = write(fd, data, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data += written;
    bytes -= static_cast<size_t>(written);
  }
  return true;
}

absl::Status copy_dump(int connection, int pid, int out, int timeout_ms) {
  size_t total = 0;
  char buffer[16384];
  for (;;) {
    if (wait_for(connection, -1, timeout_ms) == Wait::kTimeout) return no_answer(pid, timeout_ms);
    const ssize_t bytes = read(connection, buffer, sizeof buffer);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return error_of("cannot read the dump");
    if (bytes == 0) return total > 0 ? absl::OkStatus() : ended(pid);
    total += static_cast<size_t>(bytes);
    if (!write_all(out, buffer, static_cast<size_t>(bytes))) return error_of("cannot write the dump");
  }
}

}  // namespace

absl::Status check_dumpable(int pid) {
  if (kill(pid, 0) != 0) {
    if (errno == ESRCH) return absl::NotFoundError(absl::StrCat("there is no process ", pid));
    return absl::PermissionDeniedError(absl::StrCat("process ", pid, " belongs to another user"));
  }
  if (in_another_container(pid)) {
    return absl::FailedPreconditionError(
        absl::StrCat("process ", pid, " runs in a container; run gorace dump inside it"));
  }
  const ProgramKind kind = inspect_program(proc(pid, "exe"));
  if (kind == ProgramKind::kUnreadable)
    return absl::PermissionDeniedError(absl::StrCat("the program of process ", pid, " cannot be read"));
  if (kind != ProgramKind::kInstrumented && kind != ProgramKind::kGoroutines) {
    return absl::FailedPreconditionError(
        absl::StrCat("process ", pid, " (", link_target(proc(pid, "exe")),
                     ") was not built with gorace; the signal that asks for a dump would end it"));
  }
  if (!catches_quit(pid)) {
    return absl::FailedPreconditionError(
        absl::StrCat("process ", pid,
                     " has no handler for SIGQUIT, by which it would be asked for a dump; the signal would end it"));
  }
  return absl::OkStatus();
}

absl::Status request_dump(int pid, int out, int timeout_ms) {
  const Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address;
  const socklen_t size = socket_address(pid, &address);
  if (listener.get() < 0 || bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      listen(listener.get(), 4) != 0) {
    return error_of("cannot listen for the dump");
  }
  // Holds the process in place: its end is seen, and its number not taken for another's.
  const Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  sigval value = {};
  value.sival_int = getpid();
  if (sigqueue(pid, SIGQUIT, value) != 0) return error_of(absl::StrCat("cannot signal process ", pid));
  int fd = -1;
  if (absl::Status status = accept_from(listener.get(), pidfd.get(), pid, timeout_ms, &fd); !status.ok()) return status;
  const Descriptor connection(fd);
  return copy_dump(connection.get(), pid, out, timeout_ms);
}

}  // namespace gorace::tools
