#include "runtime/symbolize/function_name.h"

#include <cstring>
#include <initializer_list>
#include <string_view>

#include "runtime/symbolize/symbolize.h"

namespace gorace::runtime {
namespace {

using std::string_view;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

// A bounded output that keeps room for "...".
class NameBuffer {
 public:
  NameBuffer(char* out, size_t bytes) : out_(out), bytes_(bytes) {}
  void append(string_view text) {
    for (const char c : text) {
      if (used_ + 4 < bytes_) {
        out_[used_++] = c;
      } else {
        cut_ = true;
      }
    }
  }
  void clear() {
    used_ = 0;
    cut_ = false;
  }
  void finish() {
    if (cut_) {
      for (int i = 0; i < 3; ++i) out_[used_++] = '.';
    }
    out_[used_] = '\0';
  }

 private:
  char* const out_;
  const size_t bytes_;
  size_t used_ = 0;
  bool cut_ = false;
};

// Length of the balanced group that starts at text[0], or 0 when it never ends.
size_t group_length(string_view text, char open, char close) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == open) ++depth;
    if (text[i] == close && (i == 0 || text[i - 1] != '-') && --depth == 0) return i + 1;
  }
  return 0;
}

// Length of the operator's symbol after the word "operator", e.g. "()", "<<=", " new[]". Conversions are handled by the
// caller.
size_t operator_symbol_length(string_view text) {
  static constexpr string_view kSymbols[] = {" new[]", " delete[]", " new", " delete", " co_await", "()", "[]",
                                             "<=>",    "<<=",       ">>=",  "->*",     "->",        "<<", ">>",
                                             "<=",     ">=",        "<",    ">",       "\"\" "};
  for (const string_view symbol : kSymbols) {
    if (text.starts_with(symbol)) return symbol.size();
  }
  return 0;
}

// The qualifiers that may follow a parameter list.
size_t qualifiers_length(string_view text) {
  static constexpr string_view kQualifiers[] = {" const", " volatile", " noexcept", " &&", " &"};
  size_t length = 0;
  for (bool found = true; found;) {
    found = false;
    for (const string_view qualifier : kQualifiers) {
      if (text.substr(length).starts_with(qualifier)) {
        length += qualifier.size();
        found = true;
      }
    }
  }
  return length;
}

// One pass over the name; false when it is not understood.
bool simplify(string_view name, NameBuffer& out) {
  bool in_conversion = false;  // "operator unsigned long": its spaces do not end a return type
  bool word_start = true;
  for (size_t i = 0; i < name.size();) {
    const string_view rest = name.substr(i);
    const char c = rest[0];
    if (word_start && rest.starts_with("operator") && (rest.size() == 8 || !is_name_char(rest[8]))) {
      const size_t symbol = operator_symbol_length(rest.substr(8));
      out.append(rest.substr(0, 8 + symbol));
      in_conversion = symbol == 0 && rest.size() > 8 && rest[8] == ' ';
      i += 8 + symbol;
      if (name.substr(i).starts_with(" <")) ++i;  // "operator< <int>"
      word_start = false;
      continue;
    }
    word_start = !is_name_char(c);
    constexpr string_view kAnonymous = "(anonymous namespace)";
    size_t group = 0;
    if (rest.starts_with(kAnonymous)) {
      group = kAnonymous.size();
    } else if (c == '<') {
      group = group_length(rest, '<', '>');
    } else if (c == '{') {
      group = group_length(rest, '{', '}');
    }
    if (group != 0) {
      out.append(rest.substr(0, group));
      i += group;
    } else if (c == '<' || c == '{') {
      return false;
    } else if (c == '(') {
      group = group_length(rest, '(', ')');
      if (group == 0) return false;
      i += group;
      i += qualifiers_length(name.substr(i));
      in_conversion = false;
    } else if (rest.starts_with(" [") || (c == '[' && i > 0 && !rest.starts_with("[abi:"))) {
      return true;  // "[clone .cold]"
    } else if (c == ' ' && !in_conversion) {
      out.clear();  // what came before was the return type
      ++i;
    } else {
      out.append(rest.substr(0, 1));
      ++i;
    }
  }
  return true;
}

// Channel operations are defined once, in bases that take the class as their first argument; users know them by the
// class: "gorace::internal::RecvSide<gorace::Chan<int>, int>::recv" -> "gorace::Chan<int>::recv". In place: the result
// is shorter.
void name_by_class(char* name) {
  const string_view text(name);
  size_t open = 0;
  for (const string_view base : {"gorace::internal::RecvSide<", "gorace::internal::SendSide<"}) {
    if (text.starts_with(base)) open = base.size() - 1;
  }
  const size_t length = open == 0 ? 0 : group_length(text.substr(open), '<', '>');
  if (length == 0) return;
  size_t end = open + 1;  // of the first argument
  for (int depth = 0; end < open + length - 1 && (depth > 0 || text[end] != ','); ++end) {
    if (text[end] == '<') ++depth;
    if (text[end] == '>') --depth;
  }
  const size_t class_length = end - open - 1;
  memmove(name, name + open + 1, class_length);
  memmove(name + class_length, name + open + length, text.size() - open - length + 1);
}

// Takes <length><characters> off the front of *mangled; empty when there is none.
string_view take_source_name(string_view* mangled) {
  size_t length = 0;
  size_t digits = 0;
  while (digits < mangled->size() && (*mangled)[digits] >= '0' && (*mangled)[digits] <= '9' &&
         length < mangled->size()) {
    length = length * 10 + static_cast<size_t>((*mangled)[digits++] - '0');
  }
  if (length == 0 || digits + length > mangled->size()) return {};
  const string_view name = mangled->substr(digits, length);
  mangled->remove_prefix(digits + length);
  return name;
}

// Itanium C++ ABI, section 5.1: _Z [N [cv-qualifiers]] ["St"] <source-name>... [E]. False for every other form.
bool demangle(string_view mangled, NameBuffer& out) {
  if (!mangled.starts_with("_Z")) return false;
  mangled.remove_prefix(2);
  const bool nested = mangled.starts_with('N');
  if (nested) mangled.remove_prefix(1);
  while (nested && (mangled.starts_with('K') || mangled.starts_with('V'))) mangled.remove_prefix(1);
  bool qualified = mangled.starts_with("St");
  if (qualified) {
    mangled.remove_prefix(2);
    out.append("std");
  }
  do {
    const string_view name = take_source_name(&mangled);
    if (name.empty()) return false;
    if (qualified) out.append("::");
    qualified = true;
    out.append(name == "_GLOBAL__N_1" ? "(anonymous namespace)" : name);
  } while (nested && !mangled.starts_with('E'));
  return nested || !mangled.starts_with('I');  // I: template arguments follow
}

// The name without template arguments, for comparison with the lists below.
string_view without_arguments(string_view name, char* buffer, size_t bytes) {
  size_t used = 0;
  int depth = 0;
  for (size_t i = 0; i < name.size() && used < bytes; ++i) {
    if (name[i] == '<') ++depth;
    if (depth == 0) buffer[used++] = name[i];
    if (name[i] == '>' && (i == 0 || name[i - 1] != '-') && depth > 0) --depth;
  }
  return {buffer, used};
}

constexpr string_view kInternalPrefixes[] = {
    "gorace::(anonymous namespace)::",
    "gorace::runtime::",
    "gorace::internal::",
    "gorace::detector::",
    "gorace::pprof::",
    "__gorace_",
    "__tsan_",
    "__interceptor_",
    // What stands between the language's calls and the user's function.
    "std::__invoke",
    "std::invoke",
    "std::_Function_handler",
    "std::function::operator()",
    "std::_Function_base",
    "std::move_only_function",
    "std::thread::_",
    "std::thread::thread",
    "std::jthread::_",
    "std::jthread::jthread",
    "std::_Bind",
    "std::reference_wrapper::operator()",
    "std::__apply_impl",
    "std::apply",
    "std::once_flag::",
    // The ends of a stack.
    "execute_native_thread_routine",
    "__libc_start",
    "__clone",
    "__restore_rt",
    // What an exception passes on its way to std::terminate.
    "__cxxabiv1::",
    "__cxa_",
    "__gxx_personality",
    "_Unwind_",
    "std::terminate",
    "std::rethrow_exception",
    "__clang_call_terminate",
};
constexpr string_view kInternalNames[] = {
    "_start", "start_thread", "clone", "clone3", "gorace::go", "gorace_switch_stack", "gorace_start_stack",
    // Between the user's call and the user's function: the detector's pthread_once, and glibc's.
    "pthread_once", "__pthread_once", "__pthread_once_slow"};

// Without template arguments, like the names that they are compared with.
constexpr string_view kOperationPrefixes[] = {
    "gorace::Chan::",
    "gorace::SendChan::",
    "gorace::RecvChan::",
    "gorace::WaitGroup::",
    "gorace::Mutex::",
    "gorace::RWMutex::",
    "gorace::Once::",
    "gorace::OnceValue::",
    "gorace::Cond::",
    "gorace::Semaphore::",
    "gorace::Group::",
    "gorace::Context::",
    "gorace::Timer::",
    "gorace::Ticker::",
    "std::atomic::",
    "std::atomic_",  // atomic_ref, atomic_flag, atomic_load_explicit ...
    "std::__atomic_",
    "std::mutex::",
    "std::timed_mutex::",
    "std::recursive_mutex::",
    "std::recursive_timed_mutex::",
    "std::shared_mutex::",
    "std::shared_timed_mutex::",
    "std::__shared_mutex_",
    "std::__glibcxx_rwlock_",
    "__glibcxx_rwlock_",  // as g++ says it: without the namespace
    "std::__mutex_base::",
    "std::lock_guard::",
    "std::unique_lock::",
    "std::scoped_lock::",
    "std::shared_lock::",
    "__gthread_",
};

// Lambdas and local classes inside the library's own functions: "gorace::Group::go::'lambda'()::operator()".
bool is_library_closure(string_view name) {
  if (!name.starts_with("gorace::")) return false;
  return name.find("'lambda") != string_view::npos || name.find("{lambda") != string_view::npos ||
         name.find("::$_") != string_view::npos || name.starts_with("gorace::go::");
}

}  // namespace

void simplify_function_name(const char* name, char* out, size_t bytes) {
  NameBuffer buffer(out, bytes);
  const string_view text(name);
  if (!simplify(text, buffer)) {
    buffer.clear();
    buffer.append(text);
  }
  buffer.finish();
  name_by_class(out);
}

void demangle_plain_name(const char* name, char* out, size_t bytes) {
  NameBuffer buffer(out, bytes);
  if (!demangle(name, buffer)) {
    buffer.clear();
    buffer.append(name);
  }
  buffer.finish();
}

bool is_internal_frame(const char* function) {
  char storage[512];
  const string_view name = without_arguments(function, storage, sizeof storage);
  for (const string_view prefix : kInternalPrefixes) {
    if (name.starts_with(prefix)) return true;
  }
  for (const string_view internal : kInternalNames) {
    if (name == internal) return true;
  }
  return is_library_closure(name);
}

bool is_operation_frame(const char* function) {
  char storage[512];
  const string_view name = without_arguments(function, storage, sizeof storage);
  for (const string_view prefix : kOperationPrefixes) {
    if (name.starts_with(prefix)) return true;
  }
  return name == "gorace::select";
}

}  // namespace gorace::runtime
