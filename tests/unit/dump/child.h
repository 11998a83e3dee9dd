// Child: runs a piece of a test in a fork()ed process, for what ends the process or changes it for good.
#ifndef GORACE_TESTS_UNIT_DUMP_CHILD_H_
#define GORACE_TESTS_UNIT_DUMP_CHILD_H_

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

namespace gorace::testing {

struct Outcome {
  int exit_code = -1;  // 128 + N for a signal
  std::string output;  // stdout and stderr as they came
};

inline std::string read_to_end(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) != 0;) {
    if (got > 0) text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

class Child {
 public:
  explicit Child(const std::function<int()>& body) {
    int ends[2];
    if (pipe(ends) != 0) _exit(99);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], 1);
      dup2(ends[1], 2);
      close(ends[0]);
      close(ends[1]);
      _exit(body());
    }
    close(ends[1]);
    output_ = ends[0];
  }

  pid_t pid() const { return pid_; }
  int output() const { return output_; }

  // finish waits for the child's end.
  Outcome finish() {
    Outcome outcome;
    outcome.output = read_to_end(output_);
    close(output_);
    int status = 0;
    waitpid(pid_, &status, 0);
    outcome.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return outcome;
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
};

inline Outcome run_in_child(const std::function<int()>& body) { return Child(body).finish(); }

}  // namespace gorace::testing

#endif  // GORACE_TESTS_UNIT_DUMP_CHILD_H_
