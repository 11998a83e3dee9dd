#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "runtime/symbolize/server.h"
#include "runtime/symbolize/symbolize.h"
#include "tests/unit/dump/child.h"
#include "tests/unit/symbolize/fake_server.h"

namespace gorace::runtime {
namespace {

using namespace gorace::testing;

void append_line(const char* line, void* text) { *static_cast<std::string*>(text) += std::string(line) + "\n"; }

std::string ask(const std::string& request) {
  std::string reply;
  return symbolizer_request(request.data(), request.size(), append_line, &reply) ? reply : "no server\n";
}

void append_name(const Frame& frame, void* names) {
  *static_cast<std::string*>(names) += std::string(frame.function) + " ";
}

std::string names_at(uintptr_t pc) {
  std::string names;
  symbolize_pc(pc, append_name, &names);
  return names;
}

// Gone, or a zombie that init has not looked at yet.
bool ended(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return true;
  return text.at(text.rfind(')') + 2) == 'Z';
}

TEST(SymbolizerServer, IsADetachedProcessWithNothingOfTheProgram) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer();
    setenv("LD_PRELOAD", "/nowhere.so", 1);
    signal(SIGPIPE, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, nullptr);
    const int leaked = open("/dev/null", O_RDONLY);
    printf("%s", ask("PROBE\n").c_str());
    close(leaked);
    fflush(stdout);
    return 0;
  });
  EXPECT_EQ(outcome.output, "descriptors 3\nsession leader 1\nSIGPIPE ignored 0\nSIGUSR1 blocked 0\nLD_PRELOAD ''\n");
}

int g_child_signals = 0;

TEST(SymbolizerServer, IsNoChildOfTheProgram) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer();
    signal(SIGCHLD, [](int) { ++g_child_signals; });
    if (names_at(pc_of(kMain)) != "main ") return 1;
    if (waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD) return 2;
    return g_child_signals == 0 ? 0 : 3;
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(SymbolizerServer, EndsWithTheProgram) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer();
    const std::string reply = ask("PID\n");
    return static_cast<int>(write(1, reply.data(), reply.size()) < 0);
  });
  // The server reads end of file; nothing tells when, so this waits for it.
  const int pid = std::stoi(outcome.output);
  while (!ended(pid)) sched_yield();
}

TEST(SymbolizerServer, SurvivesThatTheProgramClosesEveryDescriptor) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer();
    if (names_at(pc_of(kMain)) != "main ") return 1;
    for (int fd = 3; fd < 1024; ++fd) close(fd);
    return names_at(pc_of(kWorker)) == "worker " ? 0 : 2;
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(SymbolizerServer, LeavesAFileAloneThatGotItsNumber) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer();
    if (names_at(pc_of(kMain)) != "main ") return 1;
    char name[] = "/tmp/gorace-unit-XXXXXX";
    const int file = mkstemp(name);
    unlink(name);
    for (int fd = 3; fd < 1024; ++fd) {
      if (fd != file) dup2(file, fd);
    }
    if (names_at(pc_of(kWorker)) != "worker ") return 2;
    struct stat status;
    if (fstat(file, &status) != 0 || fstat(900, &status) != 0) return 3;
    return status.st_size == 0 ? 0 : 4;
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(SymbolizerServer, IsStartedAgainOnce) {
  const Outcome outcome = run_in_child([] {
    const std::string state = "/tmp/gorace-unit-" + std::to_string(getpid());
    use_fake_symbolizer("die-once", state.c_str());
    const bool right = names_at(pc_of(kMain)) == "main ";
    unlink(state.c_str());
    return right ? 0 : 1;
  });
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "");
}

constexpr char kAdvice[] =
    "; functions are named from the dynamic symbol tables alone. For names, files and lines put the gorace command "
    "into PATH, or its "
    "path into GORACE_TOOL\n";

TEST(SymbolizerServer, ThatKeepsDyingIsGivenUpWithOneLine) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer("die");
    return names_at(pc_of(kMain)) == "?? " && names_at(pc_of(kWorker)) == "?? " ? 0 : 1;
  });
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output,
            std::string("gorace: no symbolizer: the gorace command ended before it answered") + kAdvice);
}

TEST(SymbolizerServer, ThatIsNotThereIsSaidOnceAndDynamicSymbolsAreUsed) {
  const Outcome outcome = run_in_child([] {
    setenv("GORACE_TOOL", "/nonexistent/gorace", 1);
    setenv("PATH", "/nonexistent", 1);
    const auto in_libc = reinterpret_cast<uintptr_t>(&getpid) + 2;
    return names_at(in_libc).find("getpid") != std::string::npos && names_at(pc_of(kMain)) == "?? " ? 0 : 1;
  });
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, std::string("gorace: no symbolizer: the gorace command is not found") + kAdvice);
}

TEST(SymbolizerServer, ForkedChildGetsItsOwn) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer();
    const std::string mine = ask("PID\n");
    const Outcome inner =
        run_in_child([&] { return ask("PID\n") != mine && names_at(pc_of(kMain)) == "main " ? 0 : 1; });
    return inner.exit_code == 0 && ask("PID\n") == mine ? 0 : 2;
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(SymbolizerServer, TakesRequestsLargerThanTheSocketsBuffer) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer();
    std::string profile = "PROFILE\theap\t/x\n";
    std::string lines;
    while (lines.size() < (4u << 20)) lines += "sample\t1\t1234\n";
    return ask(profile + lines + "\n") == "ok " + std::to_string(lines.size()) + "\n" ? 0 : 1;
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(SymbolizerServer, AnswersManyThreads) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer();
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) wrong += names_at(pc_of(kDeep + i)) != "deep ";
      });
    }
    for (std::thread& thread : threads) thread.join();
    return wrong.load();
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(SymbolizeData, NamesAGlobal) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer();
    DataSymbol symbol;
    if (!symbolize_data(reinterpret_cast<uintptr_t>(anchor) + 4, &symbol)) return 1;
    const bool right = std::string(symbol.name) == "counter" && symbol.address == reinterpret_cast<uintptr_t>(anchor) &&
                       symbol.bytes == 8 && std::string(symbol.file) == "/src/counter.cc" && symbol.line == 3;
    return right ? 0 : 2;
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(SymbolizeData, KnowsNothingOfTheStack) {
  int local = 0;
  DataSymbol symbol;
  EXPECT_FALSE(symbolize_data(reinterpret_cast<uintptr_t>(&local), &symbol));
}

TEST(ProcessLock, TakesOverAfterAFork) {
  ProcessLock lock;
  lock.lock();
  EXPECT_EQ(run_in_child([&] {
              lock.lock();  // held by a thread that does not exist here
              lock.unlock();
              lock.lock();
              return 0;
            }).exit_code,
            0);
  lock.unlock();
}

TEST(ProcessLock, Excludes) {
  ProcessLock lock;
  int counter = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20000; ++i) {
        const ProcessLockHolder holder(lock);
        ++counter;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter, 80000);
}

}  // namespace
}  // namespace gorace::runtime
