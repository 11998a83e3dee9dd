#include "detector/shadow/run_again.h"

#include <pthread.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "runtime/base/raw_writer.h"

namespace gorace::detector {
namespace {

// The kernel leaves so much room below the stack, which is all that it can grow to in the second run.
constexpr rlim_t kRoomForTheStack = rlim_t{64} << 30;
// What glibc gives threads where the stack has no limit (ARCH_STACK_DEFAULT_SIZE).
constexpr size_t kThreadStackWithoutLimit = size_t{2} << 20;

// Marker: the variable by which the second run knows that it is one, and what to restore: "GORACE_RAN_AGAIN=", eight
// hexadecimal digits of the personality, and 's' when the stack had no limit.
constexpr char kMarkerName[] = "GORACE_RAN_AGAIN=";
constexpr size_t kMarkerNameBytes = sizeof kMarkerName - 1;
constexpr size_t kDigits = 8;
constexpr char kUnlimitedStack = 's';
constexpr char kLimitedStack = '-';

constinit char** g_arguments = nullptr;
constinit char** g_environment = nullptr;

[[noreturn]] void die_of_layout(const char* why) {
  {
    runtime::RawWriter out(2);
    out << "gorace: the program's address layout collides with the race detector's shadow memory, and " << why
        << "; run it with: setarch -R\n";
  }
  _exit(2);
}

bool is_state(const char* text) { return strspn(text, "0123456789abcdef") >= kDigits && strlen(text) == kDigits + 1; }

// The environment's entry that holds the marker; null: this is the first run.
char** find_marker() {
  for (char** entry = g_environment; entry != nullptr && *entry != nullptr; ++entry) {
    if (strncmp(*entry, kMarkerName, kMarkerNameBytes) == 0 && is_state(*entry + kMarkerNameBytes)) return entry;
  }
  return nullptr;
}

void write_marker(char* out, unsigned long former_personality, bool unlimited_stack) {
  memcpy(out, kMarkerName, kMarkerNameBytes);
  out += kMarkerNameBytes;
  for (size_t i = 0; i < kDigits; ++i) {
    out[i] = "0123456789abcdef"[former_personality >> (4 * (kDigits - 1 - i)) & 15];
  }
  out[kDigits] = unlimited_stack ? kUnlimitedStack : kLimitedStack;
  out[kDigits + 1] = '\0';
}

unsigned long read_personality(const char* digits) {
  unsigned long value = 0;
  for (size_t i = 0; i < kDigits; ++i) {
    value = value * 16 + static_cast<unsigned long>(digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10);
  }
  return value;
}

// limit_stack: a stack without a limit makes the kernel choose the old order of mappings. False: it has one.
bool limit_stack() {
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) return false;
  limit.rlim_cur = kRoomForTheStack;
  return setrlimit(RLIMIT_STACK, &limit) == 0;
}

// Threads had got stacks as large as the limit of the start.
void lift_stack_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_STACK, &limit);
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return;
  pthread_attr_setstacksize(&attributes, kThreadStackWithoutLimit);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

// Under its own name where it has one still, since the process is named after what is executed.
void execute(char** environment) {
  char path[4096];
  const long bytes = readlink("/proc/self/exe", path, sizeof path - 1);
  if (bytes > 0) {
    path[bytes] = '\0';
    syscall(SYS_execve, path, g_arguments, environment);
  }
  syscall(SYS_execve, "/proc/self/exe", g_arguments, environment);
}

}  // namespace

void note_start_vectors(char** arguments, char** environment) {
  g_arguments = arguments;
  g_environment = environment;
}

void run_again() {
  if (g_arguments == nullptr) die_of_layout("the program's start was not seen");
  if (find_marker() != nullptr) die_of_layout("another layout did not help");
  const bool stack_limited = limit_stack();
  const int former = personality(0xffffffff);
  const auto flags = static_cast<unsigned long>(former);
  const bool arranged =
      former != -1 && personality((flags | ADDR_NO_RANDOMIZE) & ~static_cast<unsigned long>(ADDR_COMPAT_LAYOUT)) != -1;
  if (!arranged && !stack_limited) {
    die_of_layout("the system forbids to switch address randomisation off (personality)");
  }
  char marker[kMarkerNameBytes + kDigits + 2];
  write_marker(marker, arranged ? flags : 0, stack_limited);
  size_t count = 0;
  while (g_environment[count] != nullptr) ++count;
  // On the stack: it is the process's last.
  auto** const environment = static_cast<char**>(__builtin_alloca((count + 2) * sizeof(char*)));
  memcpy(environment, g_environment, count * sizeof(char*));
  environment[count] = marker;
  environment[count + 1] = nullptr;
  execute(environment);
  die_of_layout("the program cannot be executed again (/proc/self/exe)");
}

void restore_after_run_again() {
  char** entry = find_marker();
  if (entry == nullptr) return;
  const char* const state = *entry + kMarkerNameBytes;
  personality(read_personality(state));
  if (state[kDigits] == kUnlimitedStack) lift_stack_limit();
  for (; *entry != nullptr; ++entry) entry[0] = entry[1];
}

}  // namespace gorace::detector
