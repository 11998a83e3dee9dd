#include "tools/base/process.h"

#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gorace::tools {
namespace {

constexpr int kPassedOn[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

volatile sig_atomic_t g_child = 0;
volatile sig_atomic_t g_interrupted = 0;

void pass_on(int signal, siginfo_t* info, void*) {
  g_interrupted = signal;
  // The terminal signals the whole foreground group, the child included; its signals come from the kernel.
  if (info->si_code <= 0 && g_child > 0) kill(g_child, signal);
}

// SignalGuard passes signals on while a child runs and restores what was before. A signal that was ignored (nohup)
// stays ignored.
class SignalGuard {
 public:
  SignalGuard() {
    g_child = 0;
    g_interrupted = 0;
    for (size_t i = 0; i < std::size(kPassedOn); ++i) {
      struct sigaction action = {};
      sigaction(kPassedOn[i], nullptr, &before_[i]);
      if ((before_[i].sa_flags & SA_SIGINFO) == 0 && before_[i].sa_handler == SIG_IGN) continue;
      action.sa_sigaction = pass_on;
      action.sa_flags = SA_SIGINFO | SA_RESTART;
      sigaction(kPassedOn[i], &action, nullptr);
    }
  }
  ~SignalGuard() {
    for (size_t i = 0; i < std::size(kPassedOn); ++i) sigaction(kPassedOn[i], &before_[i], nullptr);
  }

 private:
  struct sigaction before_[std::size(kPassedOn)];
};

std::vector<char*> pointers(const std::vector<std::string>& argv) {
  std::vector<char*> result;
  for (const std::string& word : argv) result.push_back(const_cast<char*>(word.c_str()));
  result.push_back(nullptr);
  return result;
}

}  // namespace

std::string self_path() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  return length <= 0 ? std::string() : std::string(path, static_cast<size_t>(length));
}

bool is_executable_file(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(path.c_str(), X_OK) == 0;
}

std::string find_in_path(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = getenv("PATH");
  for (absl::string_view folder : absl::StrSplit(path == nullptr ? "/usr/bin:/bin" : path, ':')) {
    const std::string candidate = absl::StrCat(folder.empty() ? "." : folder, "/", name);
    if (!name.empty() && is_executable_file(candidate)) return candidate;
  }
  return "";
}

std::string absolute_path(const std::string& path) {
  if (!path.empty() && path[0] == '/') return path;
  char folder[PATH_MAX];
  if (getcwd(folder, sizeof folder) == nullptr) return path;
  return absl::StrCat(folder, "/", path);
}

absl::StatusOr<int> run_child(const std::vector<std::string>& argv, int* interrupted) {
  SignalGuard guard;
  // The child starts with no signal blocked but the ones this process was started with, and the handlers reset by exec.
  pid_t pid = 0;
  const int error = posix_spawn(&pid, argv[0].c_str(), nullptr, nullptr, pointers(argv).data(), environ);
  if (error != 0) return absl::UnavailableError(absl::StrCat("cannot run ", argv[0], ": ", strerror(error)));
  g_child = pid;
  if (g_interrupted != 0) kill(pid, g_interrupted);  // came before the handler knew the child
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  g_child = 0;
  *interrupted = g_interrupted;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int exec_program(const std::string& path, const std::vector<std::string>& argv) {
  execv(path.c_str(), pointers(argv).data());
  return errno;
}

std::string shell_quoted(const std::vector<std::string>& argv) {
  constexpr char kPlain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%^";
  std::string result;
  for (const std::string& word : argv) {
    if (!result.empty()) result += ' ';
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      result += word;
      continue;
    }
    result += '\'';
    for (char c : word) absl::StrAppend(&result, c == '\'' ? std::string("'\\''") : std::string(1, c));
    result += '\'';
  }
  return result;
}

absl::StatusOr<std::vector<std::string>> split_words(const std::string& text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      words.back() += text[++i];
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) return absl::InvalidArgumentError(absl::StrCat("a ", std::string(1, quote), " is not closed"));
  return words;
}

}  // namespace gorace::tools
