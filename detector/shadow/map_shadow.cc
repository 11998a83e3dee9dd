// Mapping the shadow. Its place is fixed (abi.h), so something of the program may lie there already, or two of its
// mappings may fold onto the same shadow: both happen only under unusual address-space randomisation
// (vm.mmap_rnd_bits=32), and go away without it.
#include <fcntl.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "detector/memory/region.h"
#include "detector/shadow/access.h"
#include "detector/shadow/address_layout.h"
#include "detector/shadow/fault_ahead.h"
#include "detector/shadow/page_flags.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/base/raw_writer.h"

extern char** environ;

namespace gorace::detector {

constinit uint8_t* g_page_flags = nullptr;

namespace {

constexpr char kMarker[] = "GORACE_WITHOUT_ASLR=1";

constinit std::atomic<bool> g_mapped{false};

[[noreturn]] void die_of_layout(const char* why) {
  {
    runtime::RawWriter out(2);
    out << "gorace: the program's address layout collides with the race detector's shadow memory, and " << why
        << "; run it with: setarch -R\n";
  }
  _exit(2);
}

// read_arguments reads the strings of /proc/self/cmdline into a vector for execve. The memory is never freed: the
// process is replaced or ends.
char** read_arguments() {
  const long fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  runtime::InternalVector<char>& text = *runtime::internal_new<runtime::InternalVector<char>>();
  char buffer[4096];
  for (long got; (got = syscall(SYS_read, fd, buffer, sizeof(buffer))) > 0;) {
    for (long i = 0; i < got; ++i) text.push_back(buffer[i]);
  }
  syscall(SYS_close, fd);
  auto& arguments = *runtime::internal_new<runtime::InternalVector<char*>>();
  for (size_t i = 0; i < text.size(); i += strlen(&text[i]) + 1) arguments.push_back(&text[i]);
  arguments.push_back(nullptr);
  return arguments.begin();
}

char** environment_with_marker() {
  auto& variables = *runtime::internal_new<runtime::InternalVector<char*>>();
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
    variables.push_back(*variable);
  variables.push_back(const_cast<char*>(kMarker));
  variables.push_back(nullptr);
  return variables.begin();
}

bool has_marker() {
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    if (strcmp(*variable, kMarker) == 0) return true;
  }
  return false;
}

[[noreturn]] void run_again_without_aslr() {
  if (has_marker()) die_of_layout("switching address randomisation off did not help");
  const int former = personality(0xffffffff);
  if (former == -1 || personality(static_cast<unsigned long>(former) | ADDR_NO_RANDOMIZE) == -1) {
    die_of_layout("the system forbids to switch address randomisation off (personality)");
  }
  char** arguments = read_arguments();
  if (arguments != nullptr) syscall(SYS_execve, "/proc/self/exe", arguments, environment_with_marker());
  die_of_layout("the program cannot be executed again (/proc/self/exe)");
}

void reserve_or_run_again(uintptr_t address, size_t bytes, const char* what) {
  const int error = reserve_fixed_region(address, bytes);
  if (error == EEXIST) run_again_without_aslr();
  if (error != 0) die_without_memory(bytes, what, error);
}

}  // namespace

bool shadow_mapped() { return g_mapped.load(std::memory_order_relaxed); }

// Runs before there is a second thread.
void map_shadow() {
  if (shadow_mapped()) return;
  if (layout_folds_onto_itself()) run_again_without_aslr();
  reserve_or_run_again(GORACE_SHADOW_BASE, GORACE_SHADOW_BYTES, "shadow memory");
  reserve_or_run_again(GORACE_META_BASE, GORACE_META_BYTES, "shadow memory");
  g_page_flags = static_cast<uint8_t*>(reserve_region(kPageFlagsBytes, "shadow memory"));
  g_known_pages = static_cast<uint8_t*>(reserve_region(kPageFlagsBytes, "shadow memory"));
  g_mapped.store(true, std::memory_order_relaxed);
}

}  // namespace gorace::detector
