// Reading the file of suppressions, before main.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "detector/report/suppressions.h"
#include "runtime/base/options.h"
#include "runtime/base/raw_writer.h"

namespace gorace::detector {
namespace {

using runtime::InternalVector;
using std::string_view;

[[noreturn]] void die(const char* file, int line, const char* why) {
  {
    runtime::RawWriter out(2);
    out << "gorace: suppressions file " << file;
    if (line != 0) out << ", line " << line;
    out << ": " << why << '\n';
  }
  _exit(2);
}

// The text stays for ever: suppressions point into it.
string_view read_file(const char* path) {
  const long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die(path, 0, strerrordesc_np(errno));
  auto& text = *runtime::internal_new<InternalVector<char>>();
  char buffer[4096];
  long got;
  while ((got = syscall(SYS_read, fd, buffer, sizeof buffer)) > 0) {
    for (long i = 0; i < got; ++i) text.push_back(buffer[i]);
  }
  if (got < 0) die(path, 0, strerrordesc_np(errno));
  syscall(SYS_close, fd);
  return {text.begin(), text.size()};
}

void add_or_die(const char* name, string_view text) {
  const char* why = nullptr;
  if (const int line = suppressions().add(text, &why); line != 0) die(name, line, why);
}

}  // namespace

Suppressions& suppressions() {
  // Never destroyed: races are reported until the very end. Zero is an empty one.
  alignas(Suppressions) static char storage[sizeof(Suppressions)];
  return *reinterpret_cast<Suppressions*>(storage);
}

void load_suppressions(const char* built_in) {
  if (built_in != nullptr) add_or_die("__tsan_default_suppressions()", built_in);
  const char* path = runtime::options().suppressions;
  if (path[0] != '\0') add_or_die(path, read_file(path));
}

}  // namespace gorace::detector
