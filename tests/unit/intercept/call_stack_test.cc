#include "detector/abi/call_stack.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

std::vector<uintptr_t> frames_of(const CallStack& calls, uintptr_t pc) {
  uintptr_t frames[300];
  const int count = calls.copy_frames(pc, frames, 300);
  return {frames, frames + count};
}

TEST(CallStack, GivesReturnAddressesInnermostFirst) {
  CallStack calls;
  uint64_t context = calls.enter(0x100, 0x9000, 0);
  context = calls.enter(0x200, 0x8000, context);
  EXPECT_EQ(frames_of(calls, 0x333), (std::vector<uintptr_t>{0x333, 0x200, 0x100}));
  EXPECT_EQ(calls.top().own_context, context);
}

TEST(CallStack, LeavingRestoresTheCallersContext) {
  CallStack calls;
  const uint64_t outer = calls.enter(0x100, 0x9000, 17);
  const uint64_t inner = calls.enter(0x200, 0x8000, outer);
  EXPECT_NE(outer, inner);
  EXPECT_EQ(calls.leave(), outer);
  EXPECT_EQ(calls.leave(), 17u);
  EXPECT_EQ(calls.leave(), 0u) << "an exit without an entry";
}

TEST(CallStack, ContextsDifferByPath) {
  CallStack one;
  CallStack other;
  const uint64_t by_a = one.enter(0x300, 0x8000, one.enter(0x100, 0x9000, 0));
  const uint64_t by_b = other.enter(0x300, 0x8000, other.enter(0x200, 0x9000, 0));
  EXPECT_NE(by_a, by_b);
}

TEST(CallStack, FramesThatALongjmpSkippedAreDropped) {
  CallStack calls;
  calls.enter(0x100, 0x9000, 0);
  calls.enter(0x200, 0x8000, 1);
  calls.enter(0x300, 0x7000, 2);
  // Back in the first function, which calls again from a frame that lies over the dead ones.
  calls.enter(0x400, 0x8800, 3);
  EXPECT_EQ(frames_of(calls, 1), (std::vector<uintptr_t>{1, 0x400, 0x100}));
}

TEST(CallStack, CallsOnAnotherStackKeepTheFirst) {
  CallStack calls;
  calls.enter(0x100, 0x7000, 0);
  calls.enter(0x200, 0x7000'0000'0000, 1);  // a signal's alternate stack, above
  EXPECT_EQ(calls.depth(), 2u);
}

TEST(CallStack, GrowsWithDeepRecursion) {
  CallStack calls;
  for (uintptr_t i = 1; i <= 10000; ++i) calls.enter(i, 0x9000000 - i * 64, i - 1);
  EXPECT_EQ(calls.depth(), 10000u);
  for (uint64_t i = 10000; i >= 1; --i) EXPECT_EQ(calls.leave(), i - 1);
}

TEST(OriginOfCall, UsesTheCallStackOfItsOwnFunction) {
  Context* strand = new_strand(nullptr, StrandKind::kThread);
  set_current_context(strand);
  __gorace_tls.calling_context = CallStack::of(strand).enter(0x1234, 0x7fff'0000, 0);
  const auto pc = reinterpret_cast<uintptr_t>(&frames_of);  // some code of this executable
  const OriginId origin = origin_of_call(strand, {pc, 1}, AccessKind::kPlain);
  const OriginInfo info = origin_info(origin);
  ASSERT_EQ(info.frame_count, 2);
  EXPECT_EQ(info.frames[0], pc);
  EXPECT_EQ(info.frames[1], 0x1234u);
  EXPECT_EQ(origin_of_call(strand, {pc, 1}, AccessKind::kPlain), origin);
  EXPECT_NE(origin_of_call(strand, {pc, 1}, AccessKind::kAtomic), origin);
  EXPECT_NE(origin_of_call(strand, {pc + 4, 1}, AccessKind::kPlain), origin);
  CallStack::release(strand);
  context_end(strand);
  context_forget(strand);
}

TEST(OriginOfCall, SurvivesAFramePointerThatIsNone) {
  Context* strand = new_strand(nullptr, StrandKind::kThread);
  set_current_context(strand);
  for (uintptr_t garbage : {uintptr_t{0}, uintptr_t{1}, uintptr_t{8}, ~uintptr_t{7}}) {
    const OriginId origin =
        origin_of_call(strand, {reinterpret_cast<uintptr_t>(&frames_of) + garbage % 7, garbage}, AccessKind::kAllocate);
    EXPECT_GE(origin_info(origin).frame_count, 1);
  }
  context_end(strand);
  context_forget(strand);
}

TEST(OriginOfCreation, NamesTheWholeStack) {
  Context* strand = new_strand(nullptr, StrandKind::kThread);
  set_current_context(strand);
  const OriginInfo info = origin_info(origin_of_creation(CallSite::here()));
  EXPECT_GT(info.frame_count, 2);
  EXPECT_EQ(info.frames[0], CallSite::here().pc);
  context_end(strand);
  context_forget(strand);
}

}  // namespace
}  // namespace gorace::detector::testing
