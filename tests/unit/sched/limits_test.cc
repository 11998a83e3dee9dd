// What the system, or a limit, refuses. Each statement runs in a process of its own.
#include <gorace/go.h>
#include <gorace/panic.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sched/sanitizer.h"
#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

class Limits : public ::testing::Test {
 protected:
  void SetUp() override {
    if (runtime::kAddressSanitizer || runtime::kThreadSanitizer) GTEST_SKIP() << "the sanitizer needs address space";
    GTEST_FLAG_SET(death_test_style, "threadsafe");
  }
};

// limit_address_space leaves the process 64 MiB of new mappings: enough for its records, too little for more stacks.
void limit_address_space() {
  std::ifstream statm("/proc/self/statm");
  size_t pages = 0;
  statm >> pages;
  const rlimit limit{pages * 4096 + (size_t{64} << 20), RLIM_INFINITY};
  setrlimit(RLIMIT_AS, &limit);
}

// refuse_threads lets the process start no more threads. The limit does not bind root: then it becomes nobody.
bool refuse_threads() {
  const rlimit limit{1, 1};
  constexpr uid_t kNobody = 65534;
  return setrlimit(RLIMIT_NPROC, &limit) == 0 && (geteuid() != 0 || setresuid(kNobody, kNobody, kNobody) == 0);
}

void run_goroutines(int count) {
  Join all(count);
  for (int i = 0; i < count; ++i) {
    go([&] {
      yield();
      all.done();
    });
  }
  all.wait();
}

TEST_F(Limits, GoroutinesGoOnWithTheThreadsThereAre) {
  EXPECT_EXIT(
      {
        gomaxprocs(1);
        run_goroutines(1);
        if (!refuse_threads()) {
          dprintf(2, "gorace: the system refused a new thread (not shown: Resource temporarily unavailable)");
          _exit(7);
        }
        gomaxprocs(4);
        run_goroutines(1000);
        blocking([] { usleep(1000); });
        run_goroutines(10);
        _exit(7);
      },
      ::testing::ExitedWithCode(7), "gorace: the system refused a new thread .*Resource temporarily unavailable");
}

TEST_F(Limits, NoMemoryForAStackIsAPanicAndTheOthersGoOn) {
  EXPECT_EXIT(
      {
        gomaxprocs(1);
        run_goroutines(1);
        limit_address_space();
        std::vector<std::unique_ptr<Turn>> gates;
        std::string text;
        int started = 0;
        std::atomic<int> gone_on{0};
        while (text.empty() && started < 100'000) {
          gates.push_back(std::make_unique<Turn>());
          try {
            go([&gone_on, gate = gates.back().get()] {
              gate->take();
              gone_on.fetch_add(1);
            });
            ++started;
          } catch (const Panic& panic) {
            text = panic.what();
          }
        }
        for (auto& gate : gates) gate->give();
        wait_until([&] { return gone_on.load() == started; });
        dprintf(2, "%s; %s\n", text.c_str(), started > 1000 ? "many went on" : "few went on");
        _exit(7);
      },
      ::testing::ExitedWithCode(7),
      "cannot create a goroutine: the system refused memory for a stack of 262144 bytes.*; many went on");
}

// refuse_third_argument makes a system call fail with `error` from now on when its third argument is `value`.
void refuse_third_argument(uint32_t call, uint32_t value, uint32_t error) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    perror("seccomp");
    _exit(1);
  }
}

// pretend_old_kernel: one that does not know MADV_GUARD_INSTALL (before Linux 6.13).
void pretend_old_kernel() { refuse_third_argument(SYS_madvise, /*MADV_GUARD_INSTALL*/ 102, EINVAL); }

// overflow goes down the stack for ever; 0 is never the number.
[[gnu::noinline]] int overflow(int n) {
  volatile char frame[512];
  frame[0] = static_cast<char>(n);
  return n == 0 ? 0 : overflow(n + 1) + frame[0];
}

TEST_F(Limits, StacksAreGuardedOnOldKernelsToo) {
  EXPECT_EXIT(
      {
        pretend_old_kernel();
        run_goroutines(1000);
        go([] { _exit(overflow(1)); });
        runtime::park_for_ever(runtime::WaitReason::kSemacquire);
      },
      ::testing::ExitedWithCode(2), "stack overflow");
}

TEST_F(Limits, StacksThatCannotBeGuardedAreSaidOnceAndWork) {
  EXPECT_EXIT(
      {
        pretend_old_kernel();
        refuse_third_argument(SYS_mprotect, PROT_NONE, ENOMEM);
        run_goroutines(1000);
        _exit(7);
      },
      ::testing::ExitedWithCode(7), "^gorace: no more guard pages for goroutine stacks: [^\n]*\n$");
}

TEST_F(Limits, TooManyBlockedThreadsEndTheProgram) {
  EXPECT_EXIT(
      {
        gomaxprocs(2);
        EXPECT_EQ(set_max_threads(5), 10'000);
        EXPECT_EQ(set_max_threads(5), 5);
        for (int i = 0; i < 10; ++i) {
          go([] { blocking([] { pause(); }); });
        }
        runtime::park_for_ever(runtime::WaitReason::kSemacquire);
      },
      ::testing::ExitedWithCode(2), "runtime: program exceeds 5-thread limit\nfatal error: thread exhaustion\n");
}

TEST_F(Limits, ALimitBelowTheThreadsThereAreEndsTheProgram) {
  EXPECT_EXIT(set_max_threads(gomaxprocs() >= 1 ? 0 : 1), ::testing::ExitedWithCode(2), "exceeds 0-thread limit");
}

}  // namespace
}  // namespace gorace::testing
