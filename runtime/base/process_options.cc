// This process's settings, read from its environment before main, and the descriptor that reports go to.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "runtime/base/options.h"
#include "runtime/base/raw_writer.h"

namespace gorace::runtime {
namespace {

constinit Options g_options;

// A mistake ends the process before it has done anything.
void read_gorace_variable() {
  const char* text = getenv("GORACE");
  char message[1024];
  if (text == nullptr || parse_options(text, &g_options, message, sizeof message)) return;
  {
    RawWriter out(2);
    out << message << "\n";
  }
  _exit(2);
}

void warn(const char* message) {
  RawWriter out(2);
  out << "gorace: " << message << "\n";
}

// Before every other constructor of the program, so that all of gorace sees the settings.
__attribute__((constructor(101))) void read_options() { read_gorace_variable(); }

int open_log() {
  const std::string_view path = g_options.log_path;
  if (path == "stderr" || path.empty()) return 2;
  if (path == "stdout") return 1;
  char name[Options::kMaxText + 32];
  snprintf(name, sizeof name, "%s.%d", g_options.log_path, static_cast<int>(getpid()));
  const long fd = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd >= 0) return static_cast<int>(fd);
  RawWriter out(2);
  out << "gorace: cannot write " << name << " (errno " << errno << "); reports go to stderr\n";
  return 2;
}

}  // namespace

const Options& options() { return g_options; }

void adopt_tsan_options(const char* defaults) {
  const char* variable = getenv("TSAN_OPTIONS");
  if (defaults != nullptr) parse_tsan_options(defaults, "__tsan_default_options", &g_options, warn);
  if (variable != nullptr) parse_tsan_options(variable, "TSAN_OPTIONS", &g_options, warn);
  if (defaults != nullptr || variable != nullptr) read_gorace_variable();
}

int report_fd() {
  // -1: not opened yet. Two first callers may both open; both append to the same file.
  static std::atomic<int> fd{-1};
  int current = fd.load(std::memory_order_acquire);
  if (current == -1) {
    current = open_log();
    fd.store(current, std::memory_order_release);
  }
  return current;
}

}  // namespace gorace::runtime
