#include "detector/context/context.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "detector/context/identity.h"
#include "detector/context/slots.h"
#include "detector/context/thread_state.h"
#include "detector/syncvar/sync_var.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

int g_object;
const auto kObject = reinterpret_cast<uintptr_t>(&g_object);

TEST(Context, ChildKnowsWhatItsCreatorDid) {
  Context* creator = new_strand(nullptr);
  const uint32_t epoch = creator->epoch;
  Context* child = new_strand(creator);
  EXPECT_EQ(child->clock.get(creator->slot), epoch);
  EXPECT_EQ(creator->epoch, epoch + 1);
  EXPECT_EQ(creator->clock.get(child->slot), 0u);
  EXPECT_EQ(child->creator_id, creator->id);
  context_end(child);
  context_end(creator);
}

TEST(Context, ASlotIsReusedByWhoKnowsItsOwnersEnd) {
  Context* creator = new_strand(nullptr);
  Context* first = new_strand(creator);
  const uint32_t slot = first->slot;
  const uint32_t epoch = first->epoch;
  first->last_used_epoch = epoch;
  release_merge(first, kObject);
  context_end(first);
  acquire(creator, kObject);
  Context* second = new_strand(creator);
  EXPECT_EQ(second->slot, slot);
  EXPECT_GT(second->epoch, epoch);
  context_end(second);
  context_end(creator);
}

TEST(Context, ASlotIsNotReusedByWhoDoesNotKnowItsOwnersEnd) {
  Context* creator = new_strand(nullptr);
  Context* first = new_strand(creator);
  const uint32_t slot = first->slot;
  release_merge(first, kObject);
  acquire(creator, kObject);
  // One access after the last release that anybody heard of.
  write_to(first, &g_object, 4);
  context_end(first);
  std::vector<Context*> others;
  for (int i = 0; i < 50; ++i) {
    others.push_back(new_strand(creator));
    EXPECT_NE(others.back()->slot, slot);
  }
  for (Context* other : others) context_end(other);
  context_end(creator);
  reset_memory(&g_object, 4);
}

TEST(Context, JoinedThreadsGiveTheirSlotsToTheirJoinersChildren) {
  Context* creator = new_strand(nullptr, StrandKind::kThread);
  const size_t before = fresh_slots_used(SlotClass::kLong);
  for (int i = 0; i < 100; ++i) {
    Context* thread = new_strand(creator, StrandKind::kThread);
    write_to(thread, &g_object, 4);
    context_end(thread);
    context_join(creator, thread);
    write_to(creator, &g_object, 4);
  }
  EXPECT_LE(fresh_slots_used(SlotClass::kLong), before + 1);
  context_end(creator);
  context_forget(creator);
  reset_memory(&g_object, 4);
}

TEST(Context, RecursiveSpawnersReuseTheirOwnChildrensSlots) {
  // Each of two strands hears only of its own children; the queue of freed slots is full of the other's.
  Context* root = new_strand(nullptr);
  Context* parents[] = {new_strand(root), new_strand(root)};
  const size_t before = fresh_slots_used(SlotClass::kShort);
  int objects[2];
  for (int i = 0; i < 1000; ++i) {
    for (int p = 0; p < 2; ++p) {
      Context* child = new_strand(parents[p]);
      release(child, reinterpret_cast<uintptr_t>(&objects[p]));
      context_end(child);
      acquire(parents[p], reinterpret_cast<uintptr_t>(&objects[p]));
    }
  }
  EXPECT_LE(fresh_slots_used(SlotClass::kShort), before + 4);
  for (Context* parent : parents) context_end(parent);
  context_end(root);
  forget_sync_vars(reinterpret_cast<uintptr_t>(objects), sizeof(objects));
}

TEST(Context, EpochsThatRunOutMoveTheStrandAndKeepItsOrder) {
  Context* strand = new_strand(nullptr);
  Context* other = new_strand(nullptr);
  ASSERT_EQ(slot_class(strand->slot), SlotClass::kShort);
  const uint32_t first_slot = strand->slot;
  write_to(strand, &g_object, 4);
  const uint32_t wrote_in = strand->epoch;
  while (strand->slot == first_slot) context_advance_epoch(strand);
  EXPECT_EQ(slot_class(strand->slot), SlotClass::kLong);
  EXPECT_EQ(strand->clock.get(first_slot), kMaxShortEpoch);
  EXPECT_EQ(strand->current, make_identity(strand->slot, strand->epoch) | GORACE_BYTE_MASK);
  release(strand, kObject);
  acquire(other, kObject);
  EXPECT_GE(other->clock.get(first_slot), wrote_in);
  context_end(strand);
  context_end(other);
  reset_memory(&g_object, 4);
  EXPECT_EQ(losses().epochs_exhausted, 0u);
}

TEST(Context, ReportsCanNameEveryOwnerOfASlotForEver) {
  Context* creator = new_strand(nullptr);
  struct Life {
    uint64_t word;
    uint64_t id;
  };
  std::vector<Life> lives;
  for (int i = 0; i < 100; ++i) {
    Context* strand = new_strand(creator);
    snprintf(strand->name, sizeof(strand->name), "worker %d", i);
    lives.push_back({strand->current, strand->id});
    Context live;
    ASSERT_TRUE(describe_identity(strand->current, &live));
    EXPECT_FALSE(live.finished);
    EXPECT_STREQ(live.name, strand->name);
    release(strand, kObject);
    write_to(strand, &g_object, 4);
    lives.push_back({strand->current, strand->id});
    release(strand, kObject);
    context_end(strand);
    acquire(creator, kObject);
  }
  reset_memory(&g_object, 4);
  for (size_t i = 0; i < lives.size(); ++i) {
    Context described;
    ASSERT_TRUE(describe_identity(lives[i].word, &described));
    EXPECT_EQ(described.id, lives[i].id);
    EXPECT_EQ(described.creator_id, creator->id);
    EXPECT_EQ(described.kind, StrandKind::kGoroutine);
    EXPECT_TRUE(described.finished);
    EXPECT_EQ(described.name, "worker " + std::to_string(i / 2));
  }
  context_end(creator);
}

TEST(Context, AMovedStrandIsStillNamedByItsOldWords) {
  Context* strand = new_strand(nullptr);
  const uint64_t old_word = strand->current;
  const uint32_t old_slot = strand->slot;
  while (strand->slot == old_slot) context_advance_epoch(strand);
  strcpy(strand->name, "mover");
  const uint64_t id = strand->id;
  context_end(strand);
  Context described;
  ASSERT_TRUE(describe_identity(old_word, &described));
  EXPECT_EQ(described.id, id);
  EXPECT_TRUE(described.finished);
  EXPECT_STREQ(described.name, "mover");
}

TEST(Context, SwitchingSavesAndLoadsTheThreadsWords) {
  Context* first = new_strand(nullptr);
  Context* second = new_strand(nullptr);
  set_current_context(first);
  EXPECT_EQ(current_context(), first);
  EXPECT_EQ(__gorace_tls.current, first->current);
  __gorace_tls.calling_context = 42;
  set_current_context(second);
  EXPECT_EQ(__gorace_tls.calling_context, 0u);
  set_current_context(first);
  EXPECT_EQ(__gorace_tls.calling_context, 42u);
  context_advance_epoch(first);
  EXPECT_EQ(__gorace_tls.current, first->current);
  context_advance_epoch(second);
  EXPECT_EQ(__gorace_tls.current, first->current);
  set_current_context(nullptr);
  EXPECT_EQ(__gorace_tls.current, 0u);
  context_end(first);
  context_end(second);
}

TEST(ThreadState, StatesOfThreadsThatAreGonePassToNewOnes) {
  std::vector<void*> states;
  for (int i = 0; i < 500; ++i) {
    std::thread([&] { states.push_back(&thread_state()); }).join();
  }
  size_t count = 0;
  for_each_thread_state([](ThreadState&, void* n) { ++*static_cast<size_t*>(n); }, &count);
  EXPECT_LT(count, 200u);
}

int g_deferred_runs;

TEST(ThreadState, DeferredSignalsRunWhenTheOutermostScopeEnds) {
  set_deferred_signal_runner([] { ++g_deferred_runs; });
  {
    const DetectorScope outer;
    {
      const DetectorScope inner;
      EXPECT_TRUE(in_detector());
      note_deferred_signal();
    }
    EXPECT_EQ(g_deferred_runs, 0);
  }
  EXPECT_EQ(g_deferred_runs, 1);
  EXPECT_FALSE(in_detector());
  set_deferred_signal_runner(nullptr);
}

}  // namespace
}  // namespace gorace::detector::testing
