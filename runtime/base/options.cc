#include "runtime/base/options.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "runtime/base/raw_writer.h"

namespace gorace::runtime {
namespace {

using std::string_view;

// One row a key. Exactly one of the pointers says which member the key sets, and so how its value is read.
struct Key {
  const char* name;
  int Options::*number = nullptr;
  long Options::*long_number = nullptr;
  bool Options::*flag = nullptr;
  char (Options::*text)[Options::kMaxText] = nullptr;
  long least = 0;
  long most = LONG_MAX;
};

constexpr Key kKeys[] = {
    {.name = "exitcode", .number = &Options::exitcode, .most = 255},
    {.name = "halt_on_error", .flag = &Options::halt_on_error},
    {.name = "log_path", .text = &Options::log_path},
    {.name = "strip_path_prefix", .text = &Options::strip_path_prefix},
    {.name = "leaks", .flag = &Options::leaks},
    {.name = "profile", .text = &Options::profile},
    {.name = "profile_dir", .text = &Options::profile_dir},
    {.name = "memprofilerate", .long_number = &Options::memprofilerate},
    {.name = "history_size", .long_number = &Options::history_size},
    {.name = "atexit_sleep_ms", .long_number = &Options::atexit_sleep_ms},
};

bool read_number(string_view text, long least, long most, long* out) {
  if (text.empty() || text.size() > 18) return false;
  char digits[20] = {};
  memcpy(digits, text.data(), text.size());
  char* end = nullptr;
  errno = 0;
  const long value = strtol(digits, &end, 10);
  if (errno != 0 || *end != '\0' || end == digits || value < least || value > most) return false;
  *out = value;
  return true;
}

bool read_flag(string_view text, bool* out) {
  if (text == "1" || text == "true") {
    *out = true;
  } else if (text == "0" || text == "false") {
    *out = false;
  } else {
    return false;
  }
  return true;
}

bool set_value(const Key& key, string_view value, Options* out) {
  if (key.flag != nullptr) return read_flag(value, &(out->*key.flag));
  if (key.text != nullptr) {
    if (value.size() >= Options::kMaxText) return false;
    memcpy(out->*key.text, value.data(), value.size());
    (out->*key.text)[value.size()] = '\0';
    return true;
  }
  long number = 0;
  if (!read_number(value, key.least, key.most, &number)) return false;
  if (key.number != nullptr) {
    out->*key.number = static_cast<int>(number);
  } else {
    out->*key.long_number = number;
  }
  return true;
}

const char* kind_of(const Key& key) {
  if (key.flag != nullptr) return "0 or 1";
  if (key.text != nullptr) return "a text shorter than 4096 bytes";
  return key.most == LONG_MAX ? "a number from 0 on" : "a number from 0 to 255";
}

void say_unknown(string_view name, char* message, size_t size) {
  int used = snprintf(message, size, "GORACE: unknown key '%.*s'; the keys are", static_cast<int>(name.size()), name.data());
  for (const Key& key : kKeys) {
    if (used < 0 || static_cast<size_t>(used) >= size) return;
    used += snprintf(message + used, size - static_cast<size_t>(used), " %s", key.name);
  }
}

bool parse_pair(string_view pair, Options* out, char* message, size_t size) {
  const size_t equals = pair.find('=');
  const string_view name = pair.substr(0, equals);
  for (const Key& key : kKeys) {
    if (name != key.name) continue;
    const string_view value = equals == string_view::npos ? string_view() : pair.substr(equals + 1);
    if (equals != string_view::npos && set_value(key, value, out)) return true;
    snprintf(message, size, "GORACE: bad value '%.*s' for key '%s': it takes %s", static_cast<int>(value.size()), value.data(),
             key.name, kind_of(key));
    return false;
  }
  say_unknown(name, message, size);
  return false;
}

constinit Options g_options;

// Before every other constructor of the program, so that all of gorace sees the settings. A mistake ends the process before it has
// done anything.
__attribute__((constructor(101))) void read_options() {
  const char* text = getenv("GORACE");
  char message[1024];
  if (text == nullptr || parse_options(text, &g_options, message, sizeof message)) return;
  {
    RawWriter out(2);
    out << message << "\n";
  }
  _exit(2);
}

int open_log() {
  const string_view path = g_options.log_path;
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

bool parse_options(const char* text, Options* out, char* message, size_t message_size) {
  string_view rest = text;
  while (!rest.empty()) {
    const size_t start = rest.find_first_not_of(" \t\n");
    if (start == string_view::npos) break;
    rest.remove_prefix(start);
    const size_t end = rest.find_first_of(" \t\n");
    if (!parse_pair(rest.substr(0, end), out, message, message_size)) return false;
    rest.remove_prefix(end == string_view::npos ? rest.size() : end);
  }
  return true;
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
