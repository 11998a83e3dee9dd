// Real threads: simultaneous accesses, where TSan's unlocked shadow loses one race in a few hundred
// (google/sanitizers#1576).
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "detector/shadow/access.h"
#include "detector/syncvar/sync_var.h"
#include "tests/unit/detector/entry_call.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/rendezvous.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

alignas(64) char g_memory[1 << 16];

TEST(ShadowStress, EveryOneOfAThousandSimultaneousPairsIsFound) {
  constexpr int kRounds = 1000;
  Context* creator = new_strand(nullptr, StrandKind::kThread);
  for (const bool second_writes : {true, false}) {
    take_races();
    reset_memory(g_memory, sizeof(g_memory));
    Rendezvous rendezvous(2);
    Context* strands[] = {new_strand(creator), new_strand(creator)};
    std::vector<std::thread> threads;
    for (int who = 0; who < 2; ++who) {
      threads.emplace_back([&, who] {
        // A place of its own for each round: reports are gathered by place.
        for (int i = 0; i < kRounds; ++i) {
          const OriginId origin = origin_at(static_cast<uintptr_t>(1000 + i));
          rendezvous.wait();
          access_memory(strands[who], g_memory + i * 8, 8, who == 0 || second_writes, origin);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(take_races().size(), size_t{kRounds});
    for (Context* strand : strands) context_end(strand);
  }
  context_end(creator);
  context_forget(creator);
}

// The entry points renew a strand's own words without the granules' locks (detector/abi/entry_x86_64.S). One strand has
// the writes, the other one the reads, and each knows of the other's: both renew them at the same time.
TEST(ShadowStress, EverySimultaneousPairOfRenewalsIsFound) {
  constexpr int kRounds = 100;
  constexpr size_t kBytes = 512 * 8;
  Context* creator = new_strand(nullptr, StrandKind::kThread);
  Context* writes = new_strand(creator);
  Context* reads = new_strand(creator);
  const auto object = reinterpret_cast<uintptr_t>(g_memory + kBytes);
  const OriginId origin = origin_at(1);
  // Half of the granule is written: else the write takes the read's word away, too.
  const auto walk = [=](Context* context) {
    const bool is_write = context == writes;
    for (size_t at = 0; at < kBytes; at += 8) {
      enter(context, reinterpret_cast<uintptr_t>(g_memory + at), is_write ? 4 : 8, is_write, origin);
    }
  };
  const auto hand_over = [=](Context* from, Context* to) {
    release(from, object);
    acquire(to, object);
  };
  Rendezvous rendezvous(2);
  std::thread reader([&] {
    for (int i = 0; i < kRounds; ++i) {
      rendezvous.wait();
      walk(reads);
      rendezvous.wait();
    }
  });
  take_races();
  for (int i = 0; i < kRounds; ++i) {
    reset_memory(g_memory, kBytes);
    walk(writes);
    hand_over(writes, reads);
    walk(reads);
    hand_over(reads, writes);
    EXPECT_TRUE(take_races().empty());
    rendezvous.wait();
    walk(writes);
    rendezvous.wait();
    std::set<uintptr_t> raced;
    for (const SeenRace& race : take_races()) raced.insert(race.address);
    EXPECT_EQ(raced.size(), kBytes / 8);
    hand_over(reads, writes);
    hand_over(writes, reads);
  }
  reader.join();
  reset_memory(g_memory, kBytes);
  forget_sync_vars(object, 8);
  for (Context* strand : {writes, reads, creator}) context_end(strand);
  context_forget(creator);
}

// A free passes over most granules without their locks (detector/shadow/freed.cc).
TEST(ShadowStress, EveryFreeThatMeetsAnAccessIsFound) {
  constexpr int kRounds = 3000;
  constexpr size_t kBytes = 1024;
  take_races();
  Context* creator = new_strand(nullptr, StrandKind::kThread);
  Context* freeing = new_strand(creator);
  Context* other = new_strand(creator);
  Rendezvous rendezvous(2);
  std::thread accesses([&] {
    for (int i = 0; i < kRounds; ++i) {
      const OriginId origin = origin_at(static_cast<uintptr_t>(1000 + i));
      char* at = g_memory + static_cast<size_t>(i) * 8 % kBytes;
      rendezvous.wait();
      if (i % 4 < 2) {
        enter(other, reinterpret_cast<uintptr_t>(at), 8, i % 3 == 0, origin);
      } else {
        access_memory(other, at, 8, i % 3 == 0, origin);
      }
      rendezvous.wait();
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    const OriginId origin = origin_at(static_cast<uintptr_t>(1000 + kRounds + i), AccessKind::kFree);
    reset_memory(g_memory, kBytes);
    if (i % 2 == 0) access_memory(freeing, g_memory, kBytes, true, origin_at(1));
    context_advance_epoch(freeing);  // else that write would stand for the free
    rendezvous.wait();
    free_memory(freeing, g_memory, kBytes, origin);
    rendezvous.wait();
    // The other races are those with the write before the free.
    size_t with_free = 0;
    for (const SeenRace& race : take_races()) {
      if (race.present_origin == origin || race.previous_origin == origin) ++with_free;
    }
    // By either side or by both: the free may have seen a first write by the time that this one notices the free. A
    // report is made once (report/seen_pairs.h).
    EXPECT_GE(with_free, 1u) << "round " << i;
    EXPECT_LE(with_free, 2u) << "round " << i;
  }
  accesses.join();
  for (Context* strand : {freeing, other, creator}) context_end(strand);
  context_forget(creator);
}

TEST(ShadowStress, RecordsSurviveAccessesAndResetsOfManyThreads) {
  reset_memory(g_memory, sizeof(g_memory));
  Context* creator = new_strand(nullptr, StrandKind::kThread);
  Rendezvous rendezvous(4);
  std::vector<std::thread> threads;
  for (int who = 0; who < 4; ++who) {
    Context* strand = new_strand(creator);
    threads.emplace_back([&, who, strand] {
      rendezvous.wait();
      uint64_t random = static_cast<uint64_t>(who) + 1;
      for (int i = 0; i < 100000; ++i) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        char* at = g_memory + (random >> 40) % 256;
        switch ((random >> 20) % 16) {
          case 0:
            reset_memory(at, 1 + (random >> 50) % 64);
            break;
          case 1:
            release_acquire(strand, reinterpret_cast<uintptr_t>(g_memory + 512));
            break;
          case 2:
          case 3:
            atomic_write_to(strand, at, 1);
            break;
          case 4:
          case 5:
          case 6:
            write_to(strand, at, 1 + (random >> 50) % 12);
            break;
          default:
            read_from(strand, at, 1 + (random >> 50) % 12);
        }
      }
      context_end(strand);
    });
  }
  for (std::thread& thread : threads) thread.join();
  take_races();
  reset_memory(g_memory, sizeof(g_memory));
  forget_sync_vars(reinterpret_cast<uintptr_t>(g_memory), sizeof(g_memory));
  context_end(creator);
  context_forget(creator);
  // A reset that hits a granule in use may leave a record behind, no more than one a time.
  EXPECT_LT(shadow_records_in_use(), 1000u);
  // The shadow works as before.
  Context* first = new_strand(nullptr);
  Context* second = new_strand(nullptr);
  for (int i = 0; i < 256; i += 8) {
    write_to(first, g_memory + i, 8);
    write_to(second, g_memory + i, 8);
    EXPECT_EQ(take_races().size(), 1u);
  }
  context_end(first);
  context_end(second);
  reset_memory(g_memory, sizeof(g_memory));
}

TEST(ShadowStress, ContendedSyncVarOrdersWhatItProtects) {
  reset_memory(g_memory, sizeof(g_memory));
  take_races();
  Context* creator = new_strand(nullptr, StrandKind::kThread);
  std::atomic_flag mutex = ATOMIC_FLAG_INIT;
  std::vector<std::thread> threads;
  const auto object = reinterpret_cast<uintptr_t>(g_memory + 1024);
  for (int who = 0; who < 3; ++who) {
    Context* strand = new_strand(creator);
    threads.emplace_back([&, strand] {
      for (int i = 0; i < 20000; ++i) {
        while (mutex.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
        acquire(strand, object);
        read_from(strand, g_memory, 4);
        write_to(strand, g_memory + i % 8, 4);
        release(strand, object);
        mutex.clear(std::memory_order_release);
      }
      context_end(strand);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(take_races().empty());
  forget_sync_vars(object, 8);
  reset_memory(g_memory, sizeof(g_memory));
  context_end(creator);
  context_forget(creator);
}

}  // namespace
}  // namespace gorace::detector::testing
