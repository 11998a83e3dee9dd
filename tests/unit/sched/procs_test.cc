// How many processors: the cgroup's limit, as files below a folder of the test's say it.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "runtime/sched/cgroup.h"
#include "runtime/sched/scheduler.h"
#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

namespace fs = std::filesystem;

class Cgroup : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "cgroupXXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ + path).substr(0, (root_ + path).rfind('/')));
    std::ofstream(root_ + path) << text;
  }
  void version_2(const std::string& membership, const std::string& shown = "/") {
    write("/proc/self/cgroup", "0::" + membership + "\n");
    write("/proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n35 24 0:30 " + shown +
                                      " /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
  }
  double limit() {
    runtime::CpuCgroup cgroup;
    return cgroup.find(root_) ? cgroup.limit() : -1;
  }

  std::string root_;
};

TEST_F(Cgroup, Version2) {
  version_2("/app");
  write("/sys/fs/cgroup/app/cpu.max", "250000 100000\n");
  EXPECT_EQ(limit(), 2.5);
  write("/sys/fs/cgroup/app/cpu.max", "max 100000\n");
  EXPECT_EQ(limit(), 0);
}

TEST_F(Cgroup, TheLeastOfTheGroupsAboveCounts) {
  version_2("/slice/app");
  write("/sys/fs/cgroup/slice/app/cpu.max", "800000 100000\n");
  write("/sys/fs/cgroup/slice/cpu.max", "300000 100000\n");
  write("/sys/fs/cgroup/cpu.max", "400000 100000\n");
  write("/sys/fs/cpu.max", "100000 100000\n");  // above the mount: no cgroup
  EXPECT_EQ(limit(), 3);
}

TEST_F(Cgroup, AContainerSeesItsOwnGroupAsTheRoot) {
  version_2("/docker/abc", "/docker/abc");
  write("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(limit(), 1.5);
  version_2("/", "/");
  EXPECT_EQ(limit(), 1.5);
}

TEST_F(Cgroup, AMountThatShowsAnotherGroupIsNotOurs) {
  version_2("/docker/abcdef", "/docker/abc");
  write("/sys/fs/cgroup/def/cpu.max", "150000 100000\n");
  EXPECT_EQ(limit(), -1);
}

TEST_F(Cgroup, Version1BesideVersion2) {
  write("/proc/self/cgroup", "12:memory:/m\n5:cpu,cpuacct:/app\n0::/unified\n");
  write("/proc/self/mountinfo",
        "30 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
        "31 24 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
        "32 24 0:28 / /sys/fs/cgroup/cpu\\040and\\040acct rw - cgroup cgroup rw,cpuacct,cpu\n");
  write("/sys/fs/cgroup/cpu and acct/app/cpu.cfs_quota_us", "600000\n");
  write("/sys/fs/cgroup/cpu and acct/app/cpu.cfs_period_us", "200000\n");
  EXPECT_EQ(limit(), 3);
  write("/sys/fs/cgroup/cpu and acct/app/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(limit(), 0);
}

TEST_F(Cgroup, NonsenseIsNoLimit) {
  EXPECT_EQ(limit(), -1);  // no /proc
  write("/proc/self/cgroup", "nonsense\n\n::\n0::/app");
  write("/proc/self/mountinfo", "nonsense\n - cgroup2\n35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
  EXPECT_EQ(limit(), 0);  // no cpu.max
  for (const char* text : {"", "x 100000", "100000", "100000 0", "-5 100000", "99999999999999999999 100000", "1 2 3"}) {
    write("/sys/fs/cgroup/app/cpu.max", text);
    EXPECT_EQ(limit(), 0) << text;
  }
  write("/proc/self/cgroup", "0::/" + std::string(5000, 'a') + "\n");
  EXPECT_EQ(limit(), -1);
}

TEST(ProcessorsAllowed, RoundsUpAndIsTwoAtLeast) {
  EXPECT_EQ(runtime::processors_allowed(8, 0), 8);
  EXPECT_EQ(runtime::processors_allowed(8, 2.5), 3);
  EXPECT_EQ(runtime::processors_allowed(8, 3), 3);
  EXPECT_EQ(runtime::processors_allowed(8, 0.1), 2);
  EXPECT_EQ(runtime::processors_allowed(1, 0.1), 1);
  EXPECT_EQ(runtime::processors_allowed(8, 1e18), 8);
}

TEST_F(Cgroup, GomaxprocsFollowsTheLimitUntilItIsSet) {
  cpu_set_t mask;
  ASSERT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);
  const int processors = CPU_COUNT(&mask);
  const int former = gomaxprocs();
  version_2("/app");
  write("/sys/fs/cgroup/app/cpu.max", "50000 100000\n");
  runtime::set_default_max_procs(root_);
  EXPECT_EQ(gomaxprocs(), std::min(processors, 2));
  gomaxprocs(7);
  runtime::follow_default_max_procs(runtime::now_ns() + 2'000'000'000);
  EXPECT_EQ(gomaxprocs(), 7);
  runtime::set_default_max_procs(root_);
  runtime::change_max_procs(7);  // as if the limit had been another one
  runtime::follow_default_max_procs(runtime::now_ns() + 100'000'000'000);
  EXPECT_EQ(gomaxprocs(), std::min(processors, 2));
  set_default_gomaxprocs();
  gomaxprocs(former);
}

// gomaxprocs_of runs ProcsProgram below in an environment and returns what it printed.
std::string gomaxprocs_of(const std::string& environment) {
  const std::string self = fs::read_symlink("/proc/self/exe");
  const std::string command = environment + " '" + self +
                              "' --gtest_also_run_disabled_tests --gtest_filter=DISABLED_ProcsProgram.* 2>&1 | "
                              "sed -n 's/^gomaxprocs //p'";
  FILE* out = popen(command.c_str(), "r");
  char line[100] = "";
  if (std::fgets(line, sizeof line, out) == nullptr) line[0] = '\0';
  pclose(out);
  return std::string(line).substr(0, std::string(line).find('\n'));
}

TEST(DISABLED_ProcsProgram, Run) { std::printf("\ngomaxprocs %d\n", gomaxprocs()); }

TEST(Gomaxprocs, OfTheEnvironmentIsANumberAboveZeroOrIgnored) {
  const std::string standard = gomaxprocs_of("env -u GOMAXPROCS");
  EXPECT_EQ(gomaxprocs_of("GOMAXPROCS=5"), "5");
  EXPECT_EQ(gomaxprocs_of("GOMAXPROCS=99999"), std::to_string(runtime::kMaxProcs));
  for (const char* nonsense : {"0", "-3", "4x", "99999999999999999999999"}) {
    EXPECT_EQ(gomaxprocs_of(std::string("GOMAXPROCS=") + nonsense), standard) << nonsense;
  }
}

TEST(Gomaxprocs, ObeysTheAffinityMask) {
  if (std::system("taskset -c 0 true 2>/dev/null") != 0) GTEST_SKIP() << "no taskset, or no processor 0";
  EXPECT_EQ(gomaxprocs_of("env -u GOMAXPROCS taskset -c 0"), "1");
}

}  // namespace
}  // namespace gorace::testing
