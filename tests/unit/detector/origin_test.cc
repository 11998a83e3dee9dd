#include "detector/origin/origin.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>
#include <vector>

#include "detector/abi/abi.h"
#include "detector/context/context.h"
#include "detector/origin/stack_depot.h"
#include "detector/origin/stack_walk.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

TEST(Origin, EqualStacksHaveOneOriginEach) {
  const uintptr_t first[] = {0x1000, 0x2000};
  const uintptr_t second[] = {0x1000, 0x3000};
  const OriginId origin = intern_stack(first, 2, AccessKind::kPlain);
  EXPECT_EQ(intern_stack(first, 2, AccessKind::kPlain), origin);
  EXPECT_NE(intern_stack(second, 2, AccessKind::kPlain), origin);
  EXPECT_NE(intern_stack(first, 1, AccessKind::kPlain), origin);
  const OriginInfo info = origin_info(origin);
  EXPECT_EQ(info.kind, AccessKind::kPlain);
  ASSERT_EQ(info.frame_count, 2);
  EXPECT_EQ(info.frames[0], 0x1000u);
  EXPECT_EQ(info.frames[1], 0x2000u);
}

TEST(Origin, KindsAreKeptApartAndAtomicOnesTellByTheirNumber) {
  const uintptr_t frames[] = {0x5000};
  for (auto kind : {AccessKind::kPlain, AccessKind::kAtomic, AccessKind::kFree, AccessKind::kAllocate,
                    AccessKind::kVptr, AccessKind::kRuntime}) {
    const OriginId origin = intern_stack(frames, 1, kind);
    EXPECT_EQ(origin_info(origin).kind, kind);
    EXPECT_EQ(is_atomic_origin(origin), kind == AccessKind::kAtomic);
  }
}

TEST(Origin, StacksAreStoredOnce) {
  const uintptr_t frames[] = {0x7000, 0x7001, 0x7002};
  EXPECT_EQ(store_stack(frames, 3), store_stack(frames, 3));
}

TEST(Origin, CompositesGiveEachByteItsOrigin) {
  const OriginId a = origin_at(1);
  const OriginId b = origin_at(2);
  const OriginId c = origin_at(3);
  const OriginId ab = compose(a, 0x0f, b, 0xf0);
  EXPECT_EQ(component(ab, 0x01), a);
  EXPECT_EQ(component(ab, 0x08), a);
  EXPECT_EQ(component(ab, 0x10), b);
  EXPECT_EQ(component(ab, 0xc0), b);
  EXPECT_EQ(compose(a, 0x0f, b, 0xf0), ab) << "interned";
  const OriginId abc = compose(ab, 0xff, c, 0x18);
  EXPECT_EQ(component(abc, 0x04), a);
  EXPECT_EQ(component(abc, 0x08), c);
  EXPECT_EQ(component(abc, 0x10), c);
  EXPECT_EQ(component(abc, 0x20), b);
}

TEST(Origin, ComposingToOneOriginGivesThatOne) {
  const OriginId a = origin_at(1);
  const OriginId b = origin_at(2);
  EXPECT_EQ(compose(a, 0x0f, a, 0xf0), a);
  EXPECT_EQ(compose(a, 0x0f, b, 0x0f), b);
  EXPECT_EQ(compose(a, 0x0f, b, 0xff), b);
  const OriginId ab = compose(a, 0x0f, b, 0xf0);
  EXPECT_EQ(compose(ab, 0xff, a, 0xf0), a);
}

TEST(Origin, UnknownOriginsHaveNoFrames) {
  EXPECT_EQ(origin_info(kUnknownOrigin).frame_count, 0);
  EXPECT_EQ(origin_info(kUnknownAtomicOrigin).kind, AccessKind::kAtomic);
  EXPECT_EQ(component(kUnknownOrigin, 0xff), kUnknownOrigin);
}

// --- Real stacks ---

[[gnu::noinline]] OriginId innermost(int skip) {
  const OriginId origin = intern_here(skip, AccessKind::kPlain);
  asm volatile("");
  return origin;
}
[[gnu::noinline]] OriginId middle(int skip) {
  const OriginId origin = innermost(skip);
  asm volatile("");
  return origin;
}

// lies_in tells whether a return address is inside a small function.
template <class Function>
bool lies_in(uintptr_t pc, Function* function) {
  const auto start = reinterpret_cast<uintptr_t>(function);
  return pc > start && pc < start + 200;
}

TEST(Origin, HereIsTheCallersStack) {
  const OriginInfo info = origin_info(middle(0));
  ASSERT_GE(info.frame_count, 3);
  EXPECT_TRUE(lies_in(info.frames[0], innermost));
  EXPECT_TRUE(lies_in(info.frames[1], middle));
}

TEST(Origin, SkippedFramesAreLeftOut) {
  const OriginInfo info = origin_info(middle(1));
  ASSERT_GE(info.frame_count, 2);
  EXPECT_TRUE(lies_in(info.frames[0], middle));
}

TEST(Origin, TheSamePlaceOnTwoPathsHasTwoOrigins) {
  const OriginId direct = innermost(0);
  const OriginId by_way = middle(0);
  EXPECT_NE(direct, by_way);
}

// As a function of the library that the program calls (runtime/hooks.h, call_place).
[[gnu::noinline]] OriginId library_call() {
  const OriginId origin = intern_call(reinterpret_cast<uintptr_t>(__builtin_return_address(0)),
                                      *static_cast<const uintptr_t*>(__builtin_frame_address(0)), AccessKind::kRuntime);
  asm volatile("");
  return origin;
}
[[gnu::noinline]] OriginId caller() {
  const OriginId origin = library_call();
  asm volatile("");
  return origin;
}
[[gnu::noinline]] OriginId callers_caller() {
  const OriginId origin = caller();
  asm volatile("");
  return origin;
}

TEST(Origin, ACallOfTheLibraryIsNamedByItsPlaceInTheProgram) {
  const OriginId direct = caller();
  const OriginInfo info = origin_info(direct);
  EXPECT_EQ(info.kind, AccessKind::kRuntime);
  ASSERT_GE(info.frame_count, 2);
  EXPECT_TRUE(lies_in(info.frames[0], caller));
  EXPECT_NE(callers_caller(), direct) << "the same place on another path";
}

TEST(Origin, ACallersFrameThatIsNotOnTheStackIsNotBelieved) {
  const auto pc = reinterpret_cast<uintptr_t>(__builtin_return_address(0));
  uintptr_t elsewhere[2] = {0, 0x1234};
  static uintptr_t in_data[2];
  for (uintptr_t frame : {uintptr_t{0}, uintptr_t{8}, ~uintptr_t{7}, reinterpret_cast<uintptr_t>(elsewhere) + 1,
                          reinterpret_cast<uintptr_t>(in_data)}) {
    const OriginInfo info = origin_info(intern_call(pc, frame, AccessKind::kRuntime));
    EXPECT_GE(info.frame_count, 1) << frame;
  }
}

OriginId g_from_comparator;
int compare_and_note(const void* a, const void* b) {
  g_from_comparator = intern_here(0, AccessKind::kPlain);
  return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}
[[gnu::noinline]] void sorts() {
  int numbers[] = {3, 1, 2};
  qsort(numbers, 3, sizeof(int), compare_and_note);
  asm volatile("");
}

TEST(Origin, LibrariesWithoutFramePointersAreWalkedThrough) {
  sorts();
  const OriginInfo info = origin_info(g_from_comparator);
  ASSERT_GE(info.frame_count, 2);
  EXPECT_TRUE(lies_in(info.frames[0], compare_and_note));
  bool found = false;
  for (int i = 0; i < info.frame_count; ++i) found |= lies_in(info.frames[i], sorts);
  EXPECT_TRUE(found) << "the caller of qsort is missing";
}

[[gnu::noinline]] OriginId recurse(int depth) {
  const OriginId origin = depth == 0 ? intern_here(0, AccessKind::kPlain) : recurse(depth - 1);
  asm volatile("");
  return origin;
}
[[gnu::noinline]] OriginId outermost() {
  const OriginId origin = recurse(2000);
  asm volatile("");
  return origin;
}

TEST(Origin, DeepStacksKeepBothEnds) {
  const OriginInfo info = origin_info(outermost());
  EXPECT_EQ(info.frame_count, kMaxFrames);
  EXPECT_TRUE(lies_in(info.frames[0], recurse));
  bool found = false;
  for (int i = kMaxFrames / 2; i < kMaxFrames; ++i) found |= lies_in(info.frames[i], outermost);
  EXPECT_TRUE(found);
}

TEST(Origin, ThreadsInternTheSameStacksAtOnce) {
  constexpr int kOrigins = 20000;
  std::vector<std::vector<OriginId>> results(2);
  std::vector<std::thread> threads;
  for (int who = 0; who < 2; ++who) {
    threads.emplace_back([&, who] {
      for (uintptr_t i = 0; i < kOrigins; ++i) results[static_cast<size_t>(who)].push_back(origin_at(100000 + i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(results[0], results[1]);
  for (uintptr_t i = 0; i < kOrigins; ++i) ASSERT_EQ(origin_info(results[0][i]).frames[0], 0x400000 + 100000 + i);
}

}  // namespace
}  // namespace gorace::detector::testing
