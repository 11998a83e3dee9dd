// A program that gorace has no part in. It does what its first argument says, and shows what reaches a program that is
// run by `gorace run`.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

int show_arguments(int argc, char** argv) {
  for (int i = 0; i < argc; ++i) printf("[%s]\n", argv[i]);
  return 0;
}

int copy_input() {
  char buffer[4096];
  for (size_t bytes; (bytes = fread(buffer, 1, sizeof buffer, stdin)) > 0;) fwrite(buffer, 1, bytes, stdout);
  return 0;
}

void on_signal(int signal) {
  const std::string text = "signal " + std::to_string(signal) + "\n";
  if (write(1, text.data(), text.size()) < 0) _exit(1);
}

// Reports each signal it is sent; ends with code 5 at SIGTERM.
int show_signals() {
  sigset_t watched;
  sigfillset(&watched);
  sigprocmask(SIG_BLOCK, &watched, nullptr);
  puts("ready");
  fflush(stdout);
  for (;;) {
    siginfo_t info;
    if (sigwaitinfo(&watched, &info) < 0) continue;
    on_signal(info.si_signo);
    if (info.si_signo == SIGTERM) return 5;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const char* value = argc > 2 ? argv[2] : "";
  if (what == "exit") return atoi(value);
  if (what == "die") return raise(atoi(value));
  if (what == "copy") return copy_input();
  if (what == "signals") return show_signals();
  if (what == "pid") return printf("%d\n", static_cast<int>(getpid())) < 0;
  if (what == "env") {
    const char* text = getenv(value);
    return printf("%s\n", text == nullptr ? "(none)" : text) < 0;
  }
  return show_arguments(argc, argv);
}
