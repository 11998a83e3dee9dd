// GORACE=schedtrace: Go's lines. The program under test is this one: it runs itself again with the setting.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

// traced runs SchedtraceProgram below with GORACE=`setting` until its stderr has `bytes` bytes, and returns the lines.
std::vector<std::string> traced(const std::string& setting, int bytes) {
  std::string path = ::testing::TempDir() + "schedtraceXXXXXX";
  close(mkstemp(path.data()));
  std::array<char, 4096> self{};
  if (readlink("/proc/self/exe", self.data(), self.size() - 1) < 0) return {};
  const std::string command =
      "SCHEDTRACE_BYTES=" + std::to_string(bytes) + " GOMAXPROCS=2 GORACE='" + setting + "' '" + self.data() +
      "' --gtest_also_run_disabled_tests --gtest_filter=DISABLED_SchedtraceProgram.* 2>'" + path + "' >/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  unlink(path.c_str());
  return lines;
}

int count_matches(const std::vector<std::string>& lines, const char* pattern) {
  int count = 0;
  for (const std::string& line : lines) count += std::regex_match(line, std::regex(pattern)) ? 1 : 0;
  return count;
}

TEST(DISABLED_SchedtraceProgram, Run) {
  Turn never;
  go({.name = "waiter"}, [&] { never.take(); });
  const char* wanted = getenv("SCHEDTRACE_BYTES");
  struct stat written{};
  do {
    runtime::sleep_ns(10'000'000);
    ASSERT_EQ(fstat(2, &written), 0);
  } while (wanted != nullptr && written.st_size < atoi(wanted));
  never.give();
}

constexpr const char* kSummary =
    "SCHED [0-9]+ms: gomaxprocs=2 idleprocs=[0-2] threads=[1-9][0-9]* spinningthreads=[0-9]+ needspinning=0 "
    "idlethreads=[0-9]+ runqueue=[0-9]+ \\[( [0-9]+)+ \\] schedticks=\\[( [0-9]+)+ \\]";

TEST(Schedtrace, PrintsGosLine) {
  const std::vector<std::string> lines = traced("schedtrace=5", 500);
  EXPECT_GE(count_matches(lines, kSummary), 2);
  EXPECT_EQ(count_matches(lines, kSummary), static_cast<int>(lines.size())) << lines[0];
}

TEST(Schedtrace, DetailNamesEachProcessorThreadAndGoroutine) {
  const std::vector<std::string> lines = traced("schedtrace=5 scheddetail=1", 6000);
  EXPECT_GE(count_matches(lines, "SCHED .* gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false"), 2);
  EXPECT_GE(count_matches(lines,
                          "  P0: status=[0124] schedtick=[0-9]+ syscalltick=0 m=(nil|[0-9]+) runqsize=[0-9]+ "
                          "gfreecnt=[0-9]+ timerslen=[0-9]+"),
            2);
  EXPECT_GE(count_matches(lines,
                          "  M[0-9]+: p=(nil|[0-9]+) curg=(nil|[0-9]+) mallocing=0 throwing=0 preemptoff= "
                          "locks=0 dying=0 spinning=(true|false) blocked=(true|false) lockedg=(nil|[0-9]+)"),
            2);
  EXPECT_GE(count_matches(lines, "  G1: status=4\\(sleep\\) m=nil lockedm=nil"), 1);
  EXPECT_GE(count_matches(lines, "  G[0-9]+: status=4\\(semacquire\\) m=nil lockedm=nil"), 1);
}

TEST(Schedtrace, SaysNothingUnlessAsked) { EXPECT_TRUE(traced("", 0).empty()); }

}  // namespace
}  // namespace gorace::testing
