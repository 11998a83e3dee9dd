// Signals that arrive while their thread is inside the detector, and what their handlers then find.
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <ucontext.h>

#include <initializer_list>
#include <utility>
#include <vector>

#include "detector/context/thread_state.h"

namespace gorace::detector {
namespace {

bool is_blocked(int number) {
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return sigismember(&blocked, number) == 1;
}

// Seen: what the handlers saw, in order.
struct Seen {
  int number;
  int depth;
  bool usr1_blocked;
  bool usr2_blocked;
};
std::vector<Seen> g_seen;
int g_depth = 0;
int g_to_raise = 0;  // by the next handler, while it runs

void handle(int number, siginfo_t*, void*) {
  g_seen.push_back({number, ++g_depth, is_blocked(SIGUSR1), is_blocked(SIGUSR2)});
  if (const int next = std::exchange(g_to_raise, 0); next != 0) raise(next);
  --g_depth;
}

void install(int number, int flags, std::initializer_list<int> masked, void (*function)(int, siginfo_t*, void*)) {
  struct sigaction action = {};
  action.sa_sigaction = function;
  action.sa_flags = SA_SIGINFO | flags;
  for (const int each : masked) sigaddset(&action.sa_mask, each);
  ASSERT_EQ(sigaction(number, &action, nullptr), 0);
}

void raise_inside_the_detector(int number) {
  const DetectorScope scope;
  raise(number);
  EXPECT_TRUE(g_seen.empty()) << "a handler ran inside the detector";
}

class SignalsTest : public ::testing::Test {
 protected:
  void SetUp() override { g_seen.clear(); }
};

TEST_F(SignalsTest, AHandlerThatWasPutOffRunsWithItsMask) {
  install(SIGUSR1, 0, {SIGUSR2}, handle);
  raise_inside_the_detector(SIGUSR1);
  ASSERT_EQ(g_seen.size(), 1u);
  EXPECT_TRUE(g_seen[0].usr1_blocked);
  EXPECT_TRUE(g_seen[0].usr2_blocked);
  EXPECT_FALSE(is_blocked(SIGUSR1));
  EXPECT_FALSE(is_blocked(SIGUSR2));
}

TEST_F(SignalsTest, AHandlerThatWasPutOffIsNotInterruptedByItsOwnSignal) {
  install(SIGUSR1, 0, {}, handle);
  g_to_raise = SIGUSR1;
  raise_inside_the_detector(SIGUSR1);
  ASSERT_EQ(g_seen.size(), 2u);
  EXPECT_EQ(g_seen[1].depth, 1);
}

TEST_F(SignalsTest, WithNodeferItIs) {
  install(SIGUSR1, SA_NODEFER, {}, handle);
  g_to_raise = SIGUSR1;
  raise_inside_the_detector(SIGUSR1);
  ASSERT_EQ(g_seen.size(), 2u);
  EXPECT_FALSE(g_seen[0].usr1_blocked);
  EXPECT_EQ(g_seen[1].depth, 2);
}

// As after a handler that the kernel called: the mask is what the handler left in the interrupted context.
TEST_F(SignalsTest, AHandlerMayChangeTheMaskOfWhatItInterrupted) {
  install(SIGUSR1, 0, {}, [](int, siginfo_t*, void* raw_context) {
    auto* const interrupted = static_cast<ucontext_t*>(raw_context);
    EXPECT_EQ(sigismember(&interrupted->uc_sigmask, SIGUSR1), 0);
    sigaddset(&interrupted->uc_sigmask, SIGUSR2);
  });
  raise_inside_the_detector(SIGUSR1);
  EXPECT_TRUE(is_blocked(SIGUSR2));
  sigset_t unblocked;
  sigemptyset(&unblocked);
  pthread_sigmask(SIG_SETMASK, &unblocked, nullptr);
}

}  // namespace
}  // namespace gorace::detector
