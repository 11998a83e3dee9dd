// fatal-assertion.
#include <gorace/gorace.h>
#include <gtest/gtest.h>

#include <thread>

TEST(Assertions, Fatal) {
  gorace::WaitGroup wg;
  wg.go([] {
    ASSERT_TRUE(true);  // warn: fatal-assertion
    EXPECT_TRUE(true);
  });
  wg.go([] { FAIL(); });        // warn: fatal-assertion
  wg.go([] { GTEST_SKIP(); });  // warn: fatal-assertion
  wg.go([] {
    auto check = [] { ASSERT_EQ(1, 1); };
    check();
  });
  std::thread thread([] { ASSERT_EQ(1, 1); });  // warn: fatal-assertion
  thread.join();
  wg.wait();
  ASSERT_TRUE(true);
}

// A failed assertion leaves the test, and need not be followed.
TEST(Assertions, LeaveTheTest) {
  int x = 0;
  gorace::WaitGroup wg;
  wg.go([&] { EXPECT_EQ(x, 0); });
  ASSERT_EQ(x, 0);
  wg.wait();
}
