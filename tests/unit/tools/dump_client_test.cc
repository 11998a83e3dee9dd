// The program's side of `gorace dump` is played by a forked child here; the real one is tested end to end.
#include "tools/dump_client.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <cstddef>
#include <cstring>
#include <string>

namespace gorace::tools {
namespace {

using ::testing::HasSubstr;

void connect_to(int tool, const char* text) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string name = "gorace-dump-" + std::to_string(getpid()) + "-" + std::to_string(tool);
  memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) _exit(3);
  if (write(fd, text, strlen(text)) < 0) _exit(4);
  close(fd);
}

// Program forks a child that blocks SIGQUIT, waits for it, and then does `answer` with the sender's pid.
class Program {
 public:
  explicit Program(void (*answer)(int tool)) {
    int ready[2];
    EXPECT_EQ(pipe(ready), 0);
    pid_ = fork();
    if (pid_ == 0) {
      sigset_t quit;
      sigemptyset(&quit);
      sigaddset(&quit, SIGQUIT);
      sigprocmask(SIG_BLOCK, &quit, nullptr);
      if (write(ready[1], "x", 1) != 1) _exit(2);
      siginfo_t info;
      sigwaitinfo(&quit, &info);
      answer(info.si_value.sival_int);
      pause();
    }
    char byte;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
  }
  ~Program() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  int pid() const { return pid_; }

 private:
  pid_t pid_;
};

// dump_of returns what request_dump writes.
std::string dump_of(int pid, absl::Status* status, int timeout_ms = kDumpTimeoutMs) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  *status = request_dump(pid, ends[1], timeout_ms);
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t bytes; (bytes = read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(bytes));
  close(ends[0]);
  return text;
}

TEST(RequestDump, CopiesWhatTheProgramSends) {
  Program program([](int tool) { connect_to(tool, "goroutine 1 [running]:\n"); });
  absl::Status status;
  EXPECT_EQ(dump_of(program.pid(), &status), "goroutine 1 [running]:\n");
  EXPECT_TRUE(status.ok()) << status;
}

TEST(RequestDump, SaysThatTheProgramDoesNotAnswer) {
  Program program([](int) {});
  absl::Status status;
  EXPECT_EQ(dump_of(program.pid(), &status, /*timeout_ms=*/50), "");
  EXPECT_THAT(std::string(status.message()), HasSubstr("did not answer within 0.05 s"));
}

TEST(RequestDump, SeesTheProgramEndAtOnce) {
  Program program([](int) { _exit(0); });
  absl::Status status;
  EXPECT_EQ(dump_of(program.pid(), &status), "");
  EXPECT_THAT(std::string(status.message()), HasSubstr("ended before it answered"));
}

TEST(RequestDump, TurnsOtherProcessesAway) {
  Program program([](int tool) {
    // A stranger under the program's name, and then the program.
    const pid_t parent = getpid();
    const pid_t stranger = fork();
    if (stranger == 0) {
      const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
      sockaddr_un address = {};
      address.sun_family = AF_UNIX;
      const std::string name = "gorace-dump-" + std::to_string(parent) + "-" + std::to_string(tool);
      memcpy(address.sun_path + 1, name.data(), name.size());
      connect(fd, reinterpret_cast<sockaddr*>(&address),
              static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size()));
      if (write(fd, "lies", 4) < 0) _exit(1);
      _exit(0);
    }
    waitpid(stranger, nullptr, 0);
    connect_to(tool, "truth");
  });
  absl::Status status;
  EXPECT_EQ(dump_of(program.pid(), &status), "truth");
}

TEST(CheckDumpable, LeavesForeignProgramsAlone) {
  int input[2], executed[2];
  ASSERT_EQ(pipe2(input, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(executed, O_CLOEXEC), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(input[0], 0);
    execl("/bin/cat", "cat", nullptr);
    _exit(127);
  }
  close(executed[1]);
  char byte;
  EXPECT_EQ(read(executed[0], &byte, 1), 0) << "exec has closed the other end";
  EXPECT_THAT(std::string(check_dumpable(pid).message()), HasSubstr("was not built with gorace"));
  EXPECT_EQ(kill(pid, 0), 0) << "it lives";
  close(input[0]);
  close(input[1]);
  close(executed[0]);
  waitpid(pid, nullptr, 0);
  EXPECT_THAT(std::string(check_dumpable(pid).message()), HasSubstr("there is no process"));
}

TEST(CheckDumpable, RefusesAProgramThatDoesNotCatchTheSignal) {
  // This test is linked with a piece of the runtime, so it passes for a gorace program.
  EXPECT_THAT(std::string(check_dumpable(getpid()).message()), HasSubstr("has no handler for SIGQUIT"));
}

}  // namespace
}  // namespace gorace::tools
