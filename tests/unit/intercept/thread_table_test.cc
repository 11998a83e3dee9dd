#include "detector/intercept/thread_table.h"

#include <gtest/gtest.h>

namespace gorace::detector {
namespace {

Context* strand(uintptr_t number) { return reinterpret_cast<Context*>(number << 12); }

TEST(ThreadTable, AJoinedThreadIsGone) {
  add_thread(0x1000, strand(1), false);
  EXPECT_EQ(context_of_thread(0x1000), strand(1));
  const ThreadEntry* entry = find_thread(0x1000);
  EXPECT_EQ(thread_ended(0x1000), nullptr) << "it is to be joined";
  EXPECT_EQ(remove_thread(0x1000, entry), strand(1));
  EXPECT_EQ(find_thread(0x1000), nullptr);
  EXPECT_EQ(remove_thread(0x1000, entry), nullptr);
}

TEST(ThreadTable, AJoinTakesItsOwnThreadThoughTheValueIsReused) {
  add_thread(0x2000, strand(1), false);
  const ThreadEntry* first = find_thread(0x2000);
  add_thread(0x2000, strand(2), false);  // libc let the first go, and another creator was quicker than the joiner
  EXPECT_EQ(remove_thread(0x2000, first), strand(1));
  EXPECT_EQ(context_of_thread(0x2000), strand(2));
  EXPECT_EQ(remove_thread(0x2000, find_thread(0x2000)), strand(2));
}

TEST(ThreadTable, ADetachedThreadGoesWithTheLaterOfDetachAndEnd) {
  add_thread(0x3000, strand(1), false);
  EXPECT_EQ(thread_detached(0x3000), nullptr);
  EXPECT_EQ(thread_ended(0x3000), strand(1));
  add_thread(0x3000, strand(2), false);
  EXPECT_EQ(thread_ended(0x3000), nullptr);
  EXPECT_EQ(thread_detached(0x3000), strand(2));
  add_thread(0x3000, strand(3), true);
  EXPECT_EQ(thread_ended(0x3000), strand(3));
  EXPECT_EQ(find_thread(0x3000), nullptr);
}

TEST(ThreadTable, AnUnknownThreadIsNoError) {
  EXPECT_EQ(find_thread(0x4000), nullptr);
  EXPECT_EQ(thread_ended(0x4000), nullptr);
  EXPECT_EQ(thread_detached(0x4000), nullptr);
}

}  // namespace
}  // namespace gorace::detector
