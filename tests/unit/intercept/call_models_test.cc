// What calls into modelled libraries tell. A condition of a model selects the object or null: nothing happens then.
#include <gtest/gtest.h>

#include "detector/abi/abi.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

TEST(CallModels, NullIsNoLock) {
  Context* strand = new_strand(nullptr, StrandKind::kThread);
  set_current_context(strand);
  char locks[HeldLocks::kMost + 1];
  for (char& lock : locks) __gorace_model_lock(&lock);
  ASSERT_EQ(strand->held.count(), HeldLocks::kMost);
  ASSERT_EQ(strand->held.uncounted(), 1);
  __gorace_model_unlock(nullptr);
  __gorace_model_unlock_shared(nullptr);
  __gorace_model_destroy(nullptr);
  EXPECT_EQ(strand->held.count(), HeldLocks::kMost);
  EXPECT_EQ(strand->held.uncounted(), 1);
  for (char& lock : locks) __gorace_model_unlock(&lock);
  EXPECT_TRUE(strand->held.empty());
  set_current_context(nullptr);
  context_end(strand);
  context_forget(strand);
}

}  // namespace
}  // namespace gorace::detector::testing
