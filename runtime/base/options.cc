#include "runtime/base/options.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

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
    {.name = "suppressions", .text = &Options::suppressions},
    {.name = "print_suppressions", .flag = &Options::print_suppressions},
    {.name = "suppress_equal_stacks", .flag = &Options::suppress_equal_stacks},
    {.name = "report_bugs", .flag = &Options::report_bugs},
    {.name = "report_atomic_races", .flag = &Options::report_atomic_races},
    {.name = "report_mutex_bugs", .flag = &Options::report_mutex_bugs},
    {.name = "report_destroy_locked", .flag = &Options::report_destroy_locked},
    {.name = "report_signal_unsafe", .flag = &Options::report_signal_unsafe},
    {.name = "report_thread_leaks", .flag = &Options::report_thread_leaks},
    {.name = "detect_deadlocks", .flag = &Options::detect_deadlocks},
    {.name = "leaks", .flag = &Options::leaks},
    {.name = "profile", .text = &Options::profile},
    {.name = "profile_dir", .text = &Options::profile_dir},
    {.name = "memprofilerate", .long_number = &Options::memprofilerate},
    {.name = "history_size", .long_number = &Options::history_size},
    {.name = "schedtrace", .long_number = &Options::schedtrace, .most = 3'600'000},
    {.name = "scheddetail", .flag = &Options::scheddetail},
    {.name = "containermaxprocs", .flag = &Options::containermaxprocs},
    {.name = "updatemaxprocs", .flag = &Options::updatemaxprocs},
    {.name = "sample_ppm", .long_number = &Options::sample_ppm, .most = 1'000'000},
    {.name = "sample_window_us", .long_number = &Options::sample_window_us, .least = 1, .most = 1'000'000'000},
    {.name = "atexit_sleep_ms", .long_number = &Options::atexit_sleep_ms, .most = 3'600'000},
};

// What TSAN_OPTIONS may set: the keys that mean the same in ThreadSanitizer.
constexpr const char* kTsanKeys[] = {"exitcode",          "halt_on_error",         "log_path",
                                     "strip_path_prefix", "suppressions",          "print_suppressions",
                                     "report_bugs",       "suppress_equal_stacks", "report_atomic_races",
                                     "report_mutex_bugs", "report_destroy_locked", "report_signal_unsafe",
                                     "report_thread_leaks", "detect_deadlocks",    "atexit_sleep_ms"};
// ThreadSanitizer's settings of what gorace does without, always does, or leaves to others.
constexpr const char* kTsanWithoutEffect[] = {"history_size",
                                              "second_deadlock_stack",
                                              "force_seq_cst_atomics",
                                              "enable_annotations",
                                              "flush_memory_ms",
                                              "flush_symbolizer_ms",
                                              "memory_limit_mb",
                                              "io_sync",
                                              "die_after_fork",
                                              "ignore_noninstrumented_modules",
                                              "ignore_interceptors_accesses",
                                              "shared_ptr_interceptor",
                                              "print_full_thread_history",
                                              "force_background_thread",
                                              "verbosity",
                                              "color",
                                              "symbolize",
                                              "external_symbolizer_path",
                                              "print_summary",
                                              "handle_segv",
                                              "handle_abort",
                                              "allocator_may_return_null"};

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

struct Pair {
  string_view name;
  string_view value;
  bool has_value = false;
};

// next_pair cuts the next name=value off *rest. A value in quotes (' or ") may contain separators; one without ends at
// the first.
bool next_pair(string_view* rest, const char* separators, Pair* out) {
  const size_t start = rest->find_first_not_of(separators);
  if (start == string_view::npos) return false;
  rest->remove_prefix(start);
  const size_t name_end = std::min(rest->find('='), rest->find_first_of(separators));
  *out = {};
  out->name = rest->substr(0, name_end);
  rest->remove_prefix(std::min(name_end, rest->size()));
  if (!rest->starts_with('=')) return true;
  rest->remove_prefix(1);
  out->has_value = true;
  const bool quoted = rest->starts_with('\'') || rest->starts_with('"');
  const size_t closing = quoted ? rest->find((*rest)[0], 1) : string_view::npos;
  if (closing != string_view::npos) {
    out->value = rest->substr(1, closing - 1);
    rest->remove_prefix(closing + 1);
    return true;
  }
  out->value = rest->substr(0, rest->find_first_of(separators));
  rest->remove_prefix(out->value.size());
  return true;
}

const char* kind_of(const Key& key) {
  if (key.flag != nullptr) return "0 or 1";
  if (key.text != nullptr) return "a text shorter than 4096 bytes";
  if (key.most == LONG_MAX) return "a number from 0 on";
  return key.most == 255 ? "a number from 0 to 255" : "a number from 0 to 3600000";
}

void say_unknown(string_view name, char* message, size_t size) {
  int used =
      snprintf(message, size, "GORACE: unknown key '%.*s'; the keys are", static_cast<int>(name.size()), name.data());
  for (const Key& key : kKeys) {
    if (used < 0 || static_cast<size_t>(used) >= size) return;
    used += snprintf(message + used, size - static_cast<size_t>(used), " %s", key.name);
  }
}

const Key* find_key(string_view name) {
  for (const Key& key : kKeys) {
    if (name == key.name) return &key;
  }
  return nullptr;
}

bool set_key(const Key& key, const Pair& pair, const char* variable, Options* out, char* message, size_t size) {
  if (pair.has_value && set_value(key, pair.value, out)) return true;
  snprintf(message, size, "%s: bad value '%.*s' for key '%s': it takes %s", variable,
           static_cast<int>(pair.value.size()), pair.value.data(), key.name, kind_of(key));
  return false;
}

template <size_t kCount>
bool is_one_of(string_view name, const char* const (&names)[kCount]) {
  return std::any_of(names, names + kCount, [=](const char* each) { return name == each; });
}

}  // namespace

bool parse_options(const char* text, Options* out, char* message, size_t message_size) {
  string_view rest = text;
  Pair pair;
  while (next_pair(&rest, " \t\n", &pair)) {
    const Key* key = find_key(pair.name);
    if (key == nullptr) {
      say_unknown(pair.name, message, message_size);
      return false;
    }
    if (!set_key(*key, pair, "GORACE", out, message, message_size)) return false;
  }
  return true;
}

void parse_tsan_options(const char* text, const char* source, Options* out, void (*warn)(const char* message)) {
  char message[1024];
  string_view rest = text;
  Pair pair;
  while (next_pair(&rest, " \t\r\n,:", &pair)) {
    if (is_one_of(pair.name, kTsanKeys)) {
      if (!set_key(*find_key(pair.name), pair, source, out, message, sizeof message)) warn(message);
    } else if (!is_one_of(pair.name, kTsanWithoutEffect)) {
      snprintf(message, sizeof message, "%s: '%.*s' has no meaning for gorace and is ignored", source,
               static_cast<int>(pair.name.size()), pair.name.data());
      warn(message);
    }
  }
}

}  // namespace gorace::runtime
