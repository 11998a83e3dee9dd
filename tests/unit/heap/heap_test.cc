#include "detector/heap/heap.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <vector>

#include "detector/report/report.h"
#include "detector/syncvar/meta.h"
#include "detector/syncvar/sync_var.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

// The hooks are called as malloc and free would, on blocks that really are malloc's.
class Heap : public ::testing::Test {
 protected:
  Heap() : owner_(new_strand(nullptr, StrandKind::kThread)), other_(new_strand(nullptr, StrandKind::kThread)) {
    take_races();
  }
  ~Heap() override {
    for (Context* context : {owner_, other_}) {
      context_end(context);
      context_forget(context);
    }
    take_races();
  }

  [[gnu::noinline]] void* allocate(Context* by, size_t bytes) {
    void* block = malloc(bytes);
    set_current_context(by);
    kHeapHooks.allocated(block, bytes, __builtin_frame_address(0));
    set_current_context(nullptr);
    return block;
  }
  [[gnu::noinline]] void announce_free(Context* by, void* block) {
    set_current_context(by);
    kHeapHooks.freeing(block, __builtin_frame_address(0));
    set_current_context(nullptr);
  }
  static uintptr_t address_of(const void* block) { return reinterpret_cast<uintptr_t>(block); }

  Context* const owner_;
  Context* const other_;
};

TEST_F(Heap, ABlockIsFoundFromAnyOfItsBytes) {
  void* block = allocate(owner_, 100);
  HeapBlock found;
  for (size_t offset : {0, 1, 50, 99}) {
    ASSERT_TRUE(find_heap_block(address_of(block) + offset, &found)) << offset;
    EXPECT_EQ(found.address, address_of(block));
    EXPECT_EQ(found.bytes, 100u);
    EXPECT_EQ(found.allocated_by, owner_->id);
    EXPECT_EQ(found.allocated_by_kind, StrandKind::kThread);
    EXPECT_FALSE(found.freed);
    EXPECT_GT(origin_info(found.allocated_at).frame_count, 0);
  }
  EXPECT_FALSE(find_heap_block(address_of(block) + 100, &found));
  free(block);
}

TEST_F(Heap, ALargeBlockIsFoundFromItsEnd) {
  constexpr size_t kBytes = size_t{64} << 20;
  void* block = allocate(owner_, kBytes);
  HeapBlock found;
  ASSERT_TRUE(find_heap_block(address_of(block) + kBytes - 1, &found));
  EXPECT_EQ(found.address, address_of(block));
  free(block);
}

TEST_F(Heap, FreeingIsAWrite) {
  void* block = allocate(owner_, 64);
  write_to(other_, static_cast<char*>(block) + 40, 8);
  announce_free(owner_, block);
  const auto races = take_races();
  ASSERT_EQ(races.size(), 1u);
  EXPECT_EQ(races[0].address, address_of(block) + 40);
  EXPECT_EQ(origin_info(races[0].present_origin).kind, AccessKind::kFree);
  free(block);
}

TEST_F(Heap, UseAfterFreeByAnotherStrandIsARace) {
  void* block = allocate(owner_, 64);
  announce_free(owner_, block);
  read_from(other_, block, 8);
  const auto races = take_races();
  ASSERT_EQ(races.size(), 1u);
  EXPECT_EQ(origin_info(races[0].previous_origin).kind, AccessKind::kFree);
  HeapBlock found;
  ASSERT_TRUE(find_heap_block(address_of(block), &found));
  EXPECT_TRUE(found.freed);
  free(block);
}

TEST_F(Heap, OfALargeBlockTheStartIsChecked) {
  constexpr size_t kBytes = 3 * kCheckedFreeBytes;
  auto* block = static_cast<char*>(allocate(owner_, kBytes));
  announce_free(owner_, block);
  read_from(other_, block + kCheckedFreeBytes - 8, 8);
  EXPECT_EQ(take_races().size(), 1u);
  read_from(other_, block + kCheckedFreeBytes, 8);
  EXPECT_EQ(take_races().size(), 0u);
  free(block);
}

TEST_F(Heap, ANewBlockHasNoPast) {
  void* block = allocate(owner_, 64);
  write_to(owner_, block, 64);
  release(owner_, address_of(block));
  announce_free(owner_, block);
  // The same memory is handed to another strand.
  set_current_context(other_);
  kHeapHooks.allocated(block, 32, __builtin_frame_address(0));
  set_current_context(nullptr);
  write_to(other_, block, 64);
  EXPECT_EQ(take_races().size(), 0u);
  EXPECT_EQ(lock_sync_var_if_present(address_of(block)), nullptr);
  HeapBlock found;
  ASSERT_TRUE(find_heap_block(address_of(block), &found));
  EXPECT_EQ(found.bytes, 32u);
  EXPECT_EQ(found.allocated_by, other_->id);
  free(block);
}

TEST_F(Heap, BlocksMergedByTheAllocatorAreForgottenInside) {
  auto* memory = static_cast<char*>(malloc(4096));
  set_current_context(owner_);
  for (size_t offset = 0; offset < 2048; offset += 256) {
    put_heap_cell({.address = address_of(memory) + offset, .bytes = 256});
  }
  kHeapHooks.allocated(memory, 4096, __builtin_frame_address(0));
  set_current_context(nullptr);
  HeapBlock found;
  ASSERT_TRUE(find_heap_block(address_of(memory) + 1000, &found));
  EXPECT_EQ(found.address, address_of(memory));
  free(memory);
}

TEST_F(Heap, OnAnUnwatchedThreadOnlyThePastIsForgotten) {
  void* block = allocate(owner_, 64);
  write_to(owner_, block, 8);
  kHeapHooks.allocated(block, 64, __builtin_frame_address(0));
  write_to(other_, block, 8);
  EXPECT_EQ(take_races().size(), 0u);
  HeapBlock found;
  EXPECT_FALSE(find_heap_block(address_of(block), &found));
  free(block);
}

}  // namespace
}  // namespace gorace::detector::testing
