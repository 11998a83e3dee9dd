// The connection is one end of a socket pair, the other is the server's stdin and stdout: one descriptor in the program
// instead of two, and send(MSG_NOSIGNAL) cannot raise SIGPIPE. The server ends when it reads end of file: when this
// process is gone, however it went.
//
// The program may close our descriptor (daemons close them all) and get the same number for a file of its own. So each
// use first looks whether the descriptor still is the socket that we made; a stranger's is left alone and a new server
// started.
#include "runtime/symbolize/server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/raw_writer.h"
#include "runtime/symbolize/spawn.h"

namespace gorace::runtime {
namespace {

constexpr size_t kReplyBytes = 64 << 10;
constexpr size_t kPathBytes = 4096;
constexpr int kMaxStarts = 2;  // a server that dies twice would die on the next question too
// Reading the debug information of a very large program takes seconds on the first question; a server that says nothing
// for this long hangs.
constexpr int kAnswerTimeoutMs = 60'000;
// Above what a program's own descriptors usually reach, so that their numbers stay as they would be without gorace.
constexpr int kPreferredDescriptor = 900;

struct Server {
  int fd = -1;
  dev_t device = 0;
  ino_t inode = 0;
  int owner = 0;  // process id; after fork() the child's differs, and it gets a server of its own
  int starts = 0;
  bool unavailable = false;
  char* reply = nullptr;
  char* tool = nullptr;  // path; not on the stack: reports are printed on goroutines with small ones
};

constinit Server g_server;
constinit ProcessLock g_lock;

void explain(const char* what, const char* detail) {
  RawWriter out(2);
  out << "gorace: no symbolizer: " << what << detail
      << "; functions are named from the dynamic symbol tables alone. For names, files and lines put the gorace "
         "command into PATH, or its "
         "path into GORACE_TOOL\n";
}

void give_up(const char* what, const char* detail) {
  g_server.unavailable = true;
  explain(what, detail);
}

bool descriptor_is_ours() {
  struct stat status;
  return g_server.fd >= 0 && fstat(g_server.fd, &status) == 0 && status.st_dev == g_server.device &&
         status.st_ino == g_server.inode;
}

void disconnect() {
  if (descriptor_is_ours()) syscall(SYS_close, g_server.fd);
  g_server.fd = -1;
}

// Moves a descriptor to `lowest` or above; the old one is closed. Returns -1 when that fails.
int move_descriptor(int fd, int lowest) {
  const long moved = syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lowest);
  if (moved < 0 && lowest > 3) return move_descriptor(fd, 3);
  syscall(SYS_close, fd);
  return static_cast<int>(moved);
}

bool start_server() {
  if (!find_tool(g_server.tool, kPathBytes)) {
    give_up("the gorace command is not found", "");
    return false;
  }
  int ends[2];
  if (syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    give_up("no socket for it: ", strerrordesc_np(errno));
    return false;
  }
  const int ours = move_descriptor(ends[0], kPreferredDescriptor);
  const int theirs = move_descriptor(ends[1], 3);
  const char* const argv[] = {g_server.tool, "symbolize", "--server", nullptr};
  const int error = ours < 0 || theirs < 0 ? EMFILE : spawn_detached(argv, theirs);
  if (theirs >= 0) syscall(SYS_close, theirs);
  struct stat status{};
  if (error == 0) fstat(ours, &status);
  if (error != 0) {
    if (ours >= 0) syscall(SYS_close, ours);
    give_up("the gorace command cannot be run: ", strerrordesc_np(error));
    return false;
  }
  g_server.fd = ours;
  g_server.device = status.st_dev;
  g_server.inode = status.st_ino;
  ++g_server.starts;
  return true;
}

// Makes sure that there is a connection of this process.
bool connect_server() {
  const int self = static_cast<int>(syscall(SYS_getpid));
  if (g_server.owner != self) {
    // First use, or a fork()ed child: the connection that it inherited is its parent's.
    disconnect();
    g_server.owner = self;
    g_server.starts = 0;
    g_server.unavailable = false;
  }
  if (g_server.reply == nullptr) {
    g_server.reply = static_cast<char*>(internal_alloc(kReplyBytes));
    g_server.tool = static_cast<char*>(internal_alloc(kPathBytes));
  }
  if (g_server.unavailable) return false;
  if (descriptor_is_ours()) return true;
  g_server.fd = -1;
  return start_server();
}

bool send_all(const char* data, size_t bytes) {
  while (bytes > 0) {
    const long sent = syscall(SYS_sendto, g_server.fd, data, bytes, MSG_NOSIGNAL, nullptr, 0);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    data += sent;
    bytes -= static_cast<size_t>(sent);
  }
  return true;
}

// Reads what is there, waiting for the first byte. 0: end of file, error or timeout.
size_t receive(char* buffer, size_t bytes) {
  for (;;) {
    pollfd waited{g_server.fd, POLLIN, 0};
    const timespec timeout{kAnswerTimeoutMs / 1000, 0};
    timespec remaining = timeout;  // the kernel writes to it
    const long ready = syscall(SYS_ppoll, &waited, 1, &remaining, nullptr, 0);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return 0;
    const long got = syscall(SYS_read, g_server.fd, buffer, bytes);
    if (got < 0 && errno == EINTR) continue;
    return got > 0 ? static_cast<size_t>(got) : 0;
  }
}

// Visits the lines of one reply. A line longer than the buffer is cut. False when the server went away before the empty
// line.
bool read_reply(void (*visit)(const char*, void*), void* argument) {
  char* const buffer = g_server.reply;
  size_t used = 0;
  bool cut = false;  // the rest of an over-long line is being skipped
  for (;;) {
    const size_t got = receive(buffer + used, kReplyBytes - 1 - used);
    if (got == 0) return false;
    used += got;
    size_t line = 0;
    while (auto* end = static_cast<char*>(memchr(buffer + line, '\n', used - line))) {
      const bool empty = end == buffer + line;
      if (empty && !cut) return true;
      *end = '\0';
      if (!cut) visit(buffer + line, argument);
      cut = false;
      line = static_cast<size_t>(end - buffer) + 1;
    }
    used -= line;
    memmove(buffer, buffer + line, used);
    if (used == kReplyBytes - 1) {
      buffer[used] = '\0';
      if (!cut) visit(buffer, argument);
      cut = true;
      used = 0;
    }
  }
}

}  // namespace

ProcessLock& symbolizer_lock() { return g_lock; }

bool server_exchange(const char* request, size_t bytes, void (*visit)(const char* line, void*), void* argument) {
  const int saved_errno = errno;
  bool answered = false;
  while (!answered && connect_server()) {
    answered = send_all(request, bytes) && read_reply(visit, argument);
    if (answered) break;
    disconnect();
    if (g_server.starts >= kMaxStarts) give_up("the gorace command ended before it answered", "");
  }
  errno = saved_errno;
  return answered;
}

}  // namespace gorace::runtime
