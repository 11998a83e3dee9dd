#include "detector/report/race_text.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "detector/report/thread_memory.h"
#include "tests/unit/report/fakes.h"

namespace gorace::detector::testing {
namespace {

constexpr RaceWording kThreads{};
constexpr RaceWording kGoroutines{.has_goroutines = true};

class RaceText : public ::testing::Test {
 protected:
  RaceText() { g_fakes = {}; }

  static std::string text_of(const Race& race, const RaceWording& wording) {
    return text_of([&](runtime::RawWriter& out) { print_race(out, race, wording); });
  }

  template <class Print>
  static std::string text_of(Print&& print) {
    const int fd = memfd_create("report", 0);
    {
      runtime::RawWriter out(fd);
      print(out);
    }
    std::string text(static_cast<size_t>(lseek(fd, 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    close(fd);
    return text;
  }

  static Context strand(StrandKind kind, uint64_t id, OriginId created_at = kUnknownOrigin, bool finished = false) {
    Context context;
    context.kind = kind;
    context.id = id;
    context.created_at = created_at;
    context.finished = finished;
    return context;
  }
};

TEST_F(RaceText, OfAFindingNamesLocksAndStrandsAndWhatItIsAbout) {
  const Context thread = strand(StrandKind::kThread, 3);
  const FindingStack stacks[] = {
      {.what = "Lock", .lock = 0x5000, .link = " held by ", .strand = &thread, .tail = ", taken at:\n", .origin = 1},
      {.what = "It was made", .origin = 2}};
  HeapBlock block{.address = 0x4ff0,
                  .bytes = 64,
                  .allocated_at = 4,
                  .allocated_by = 1,
                  .allocated_by_kind = {},
                  .freed = false,
                  .is_strand_known = true};
  block.allocated_by_kind = StrandKind::kMain;
  g_fakes.heap_block = block;
  const Finding finding{.headline = "TROUBLE: of some kind",
                        .suppression = SuppressionType::kMutex,
                        .stacks = stacks,
                        .stack_count = 2,
                        .object = 0x5000,
                        .similar = 2};
  EXPECT_EQ(text_of([&](runtime::RawWriter& out) { print_finding(out, finding, kThreads); }),
            "==================\n"
            "WARNING: TROUBLE: of some kind\n"
            "Lock 0x000000005000 held by thread 3, taken at:\n"
            "  f1()\n"
            "      file.cc:1 +0x10\n"
            "\n"
            "It was made at:\n"
            "  f2()\n"
            "      file.cc:2 +0x10\n"
            "\n"
            "Heap block of size 64 at 0x000000004ff0 allocated by main thread:\n"
            "  f4()\n"
            "      file.cc:4 +0x10\n"
            "\n"
            "And 2 more of the same.\n"
            "==================\n");
}

TEST_F(RaceText, OfGoroutineAgainstMainIsGosLayout) {
  const Context goroutine = strand(StrandKind::kGoroutine, 8, 3);
  const Context main = strand(StrandKind::kMain, 1);
  const Race race{.address = 0xc0000a4028, .bytes = 8, .present = {&goroutine, 1, true}, .previous = {&main, 2, false}};
  EXPECT_EQ(text_of(race, kGoroutines),
            "==================\n"
            "WARNING: DATA RACE\n"
            "Write at 0x00c0000a4028 by goroutine 8:\n"
            "  f1()\n"
            "      file.cc:1 +0x10\n"
            "\n"
            "Previous read at 0x00c0000a4028 by main goroutine:\n"
            "  f2()\n"
            "      file.cc:2 +0x10\n"
            "\n"
            "Goroutine 8 (running) created at:\n"
            "  f3()\n"
            "      file.cc:3 +0x10\n"
            "==================\n");
}

TEST_F(RaceText, OfThreadsNamesThemAndTheGlobal) {
  Context worker = strand(StrandKind::kThread, 2, 3, /*finished=*/true);
  strcpy(worker.name, "worker");
  const Context main = strand(StrandKind::kMain, 1);
  runtime::DataSymbol counter{};
  strcpy(counter.name, "counter");
  counter.address = 0x5500000000;
  counter.bytes = 4;
  strcpy(counter.file, "main.cc");
  counter.line = 12;
  g_fakes.global = counter;
  const Race race{.address = 0x5500000000,
                  .bytes = 4,
                  .present = {&main, 1, false},
                  .previous = {&worker, kUnknownAtomicOrigin + 2, true}};
  EXPECT_EQ(text_of(race, kThreads),
            "==================\n"
            "WARNING: DATA RACE\n"
            "Read at 0x005500000000 by main thread:\n"
            "  f1()\n"
            "      file.cc:1 +0x10\n"
            "\n"
            "Previous atomic write at 0x005500000000 by thread 2 'worker':\n"
            "  f2()\n"
            "      file.cc:2 +0x10\n"
            "\n"
            "Global var counter of size 4 at 0x005500000000 declared at main.cc:12\n"
            "\n"
            "Thread 2 'worker' (finished) created at:\n"
            "  f3()\n"
            "      file.cc:3 +0x10\n"
            "\n"
            "Hint: the previous write is atomic, the read is not; make it atomic too.\n"
            "==================\n");
}

TEST_F(RaceText, OfUseAfterFreeNamesTheFreeAndTheBlock) {
  const Context one = strand(StrandKind::kThread, 2, 3);
  const Context other = strand(StrandKind::kThread, 3, 4);
  g_fakes.heap_block = HeapBlock{.address = 0x7000000010,
                                 .bytes = 40,
                                 .allocated_at = 5,
                                 .allocated_by = 1,
                                 .allocated_by_kind = StrandKind::kMain,
                                 .freed = true,
                                 .is_strand_known = true};
  const Race race{.address = 0x7000000018,
                  .bytes = 4,
                  .present = {&one, kUnknownAtomicOrigin + 1, false},
                  .previous = {&other, kFreeOrigin, true}};
  EXPECT_EQ(text_of(race, kThreads),
            "==================\n"
            "WARNING: DATA RACE\n"
            "Atomic read at 0x007000000018 by thread 2:\n"
            "  f1()\n"
            "      file.cc:1 +0x10\n"
            "\n"
            "Previous write at 0x007000000018 (free) by thread 3:\n"
            "  f90()\n"
            "      file.cc:90 +0x10\n"
            "\n"
            "Heap block of size 40 at 0x007000000010, freed, allocated by main thread:\n"
            "  f5()\n"
            "      file.cc:5 +0x10\n"
            "\n"
            "Thread 2 (running) created at:\n"
            "  f3()\n"
            "      file.cc:3 +0x10\n"
            "\n"
            "Thread 3 (running) created at:\n"
            "  f4()\n"
            "      file.cc:4 +0x10\n"
            "\n"
            "Hint: the memory had been freed by another thread, or was being freed.\n"
            "==================\n");
}

TEST_F(RaceText, OfAnAccessInsideAnOperationOfGoracesNamesIt) {
  const Context main = strand(StrandKind::kMain, 1);
  const Context other = strand(StrandKind::kThread, 2);
  const Race race{
      .address = 0x1000, .bytes = 8, .present = {&main, kOperationOrigin, true}, .previous = {&other, 3, false}};
  const std::string text = text_of(race, kGoroutines);
  EXPECT_NE(text.find("\nWrite at 0x000000001000 (gorace::WaitGroup::wait) by main goroutine:\n  f92()\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\nPrevious read at 0x000000001000 by thread 2:\n  f3()\n"), std::string::npos) << text;
}

TEST_F(RaceText, SaysWhatIsNotKnown) {
  const Context main = strand(StrandKind::kMain, 1);
  const Race race{
      .address = 0x10, .bytes = 8, .present = {&main, kUnknownOrigin, true}, .previous = {nullptr, 1, true}};
  EXPECT_EQ(text_of(race, kThreads),
            "==================\n"
            "WARNING: DATA RACE\n"
            "Write at 0x000000000010 by main thread:\n"
            "  [stack not kept: the program has too many distinct ones]\n"
            "\n"
            "Previous write at 0x000000000010 by unknown goroutine:\n"
            "  f1()\n"
            "      file.cc:1 +0x10\n"
            "==================\n");
}

TEST_F(RaceText, KnowsStacksAndThreadLocalStorage) {
  const Context main = strand(StrandKind::kMain, 1);
  add_thread_memory({.id = 5, .stack_low = 0x1000, .stack_high = 0x9000, .tls_low = 0x8000, .tls_high = 0x9000});
  runtime::G goroutine;
  goroutine.id = 7;
  goroutine.stack_low = 0x20000;
  goroutine.stack_high = 0x30000;
  g_fakes.goroutines = {&goroutine};
  const auto line_for = [&](uintptr_t address, const RaceWording& wording) {
    const std::string text =
        text_of({.address = address, .bytes = 8, .present = {&main, 1, true}, .previous = {&main, 2, true}}, wording);
    const size_t start = text.find("\n\n", text.find("Previous"));
    return start == std::string::npos ? "" : text.substr(start + 2, text.find('\n', start + 2) - start - 2);
  };
  EXPECT_EQ(line_for(0x2000, kThreads), "Stack of thread 5.");
  EXPECT_EQ(line_for(0x8008, kThreads), "TLS of thread 5.");
  EXPECT_EQ(line_for(0x20008, kGoroutines), "Stack of goroutine 7.");
  EXPECT_EQ(line_for(0x50000, kGoroutines), "");
  remove_thread_memory(5);
  EXPECT_EQ(line_for(0x2000, kThreads), "");
}

// The text from the first of these words on.
std::string from(const std::string& text, const char* words) {
  const size_t start = text.find(words);
  return start == std::string::npos ? "" : text.substr(start);
}

TEST_F(RaceText, NamesTheLocksOfBothSidesAndWhereTheyWereTaken) {
  Context one = strand(StrandKind::kGoroutine, 7);
  Context other = strand(StrandKind::kGoroutine, 8);
  one.held.add(0x1000, 5, false);
  one.held.add(0x2000, 6, true);
  other.held.add(0x3000, 9, false);
  g_fakes.lock_sets[2] = store_lock_set(other.held);
  const Race race{.address = 0x10, .bytes = 8, .present = {&one, 1, true}, .previous = {&other, 2, false}};
  EXPECT_EQ(from(text_of(race, kGoroutines), "Mutex"),
            "Mutex M1 (0x000000001000) held by goroutine 7, locked at:\n"
            "  f5()\n"
            "      file.cc:5 +0x10\n"
            "\n"
            "Mutex M2 (0x000000002000) held for reading by goroutine 7, locked at:\n"
            "  f6()\n"
            "      file.cc:6 +0x10\n"
            "\n"
            "Mutex M3 (0x000000003000) held by goroutine 8, locked at:\n"
            "  f9()\n"
            "      file.cc:9 +0x10\n"
            "\n"
            "Hint: both sides hold locks, but none in common: the write M1, M2, the previous read M3.\n"
            "==================\n");
}

TEST_F(RaceText, HintsAtTheSideWithoutALock) {
  Context one = strand(StrandKind::kGoroutine, 7);
  const Context other = strand(StrandKind::kGoroutine, 8);
  one.held.add(0x1000, 5, false);
  EXPECT_EQ(
      from(text_of({.address = 0x10, .present = {&one, 1, false}, .previous = {&other, 2, true}}, kGoroutines), "Hint"),
      "Hint: the read is made under M1, the previous write under no lock.\n==================\n");
  g_fakes.lock_sets[2] = store_lock_set(one.held);
  EXPECT_EQ(
      from(text_of({.address = 0x10, .present = {&other, 1, true}, .previous = {&one, 2, true}}, kGoroutines), "Hint"),
      "Hint: the previous write is made under M1, the write under no lock.\n==================\n");
}

// No hint either: "under no lock" would be wrong.
TEST_F(RaceText, SaysWhenTheEarlierSidesLocksAreNotKnown) {
  Context one = strand(StrandKind::kGoroutine, 7);
  const Context other = strand(StrandKind::kGoroutine, 8);
  one.held.add(0x1000, 5, false);
  g_fakes.lock_sets[2] = kUnknownLockSet;
  const Race race{.address = 0x10, .bytes = 8, .present = {&one, 1, true}, .previous = {&other, 2, false}};
  EXPECT_EQ(from(text_of(race, kGoroutines), "Mutex"),
            "Mutex M1 (0x000000001000) held by goroutine 7, locked at:\n"
            "  f5()\n"
            "      file.cc:5 +0x10\n"
            "\n"
            "The locks held by goroutine 8 are not known: the program has too many sets of locks to keep them all.\n"
            "==================\n");
}

TEST_F(RaceText, HintsAtTheWriterUnderAReadLock) {
  Context one = strand(StrandKind::kGoroutine, 7);
  Context other = strand(StrandKind::kGoroutine, 8);
  one.held.add(0x1000, 5, true);
  other.held.add(0x1000, 6, true);
  g_fakes.lock_sets[2] = store_lock_set(other.held);
  EXPECT_EQ(
      from(text_of({.address = 0x10, .present = {&one, 1, true}, .previous = {&other, 2, false}}, kGoroutines), "Hint"),
      "Hint: the write holds M1 for reading only; lock it for writing there.\n==================\n");
  EXPECT_EQ(
      from(text_of({.address = 0x10, .present = {&one, 1, false}, .previous = {&other, 2, true}}, kGoroutines), "Hint"),
      "Hint: the previous write holds M1 for reading only; lock it for writing there.\n==================\n");
}

TEST_F(RaceText, HintsAtThePlainSide) {
  const Context one = strand(StrandKind::kGoroutine, 7);
  const Race race{.address = 0x10, .present = {&one, kUnknownAtomicOrigin + 1, true}, .previous = {&one, 2, false}};
  EXPECT_EQ(from(text_of(race, kGoroutines), "Hint"),
            "Hint: the write is atomic, the previous read is not; make it atomic too.\n==================\n");
}

TEST_F(RaceText, MarksVtablePointers) {
  const Context main = strand(StrandKind::kMain, 1);
  const Race race{
      .address = 0x10, .bytes = 8, .present = {&main, kVptrOrigin, false}, .previous = {&main, kVptrOrigin, true}};
  const std::string text = text_of(race, kThreads);
  EXPECT_NE(text.find("Read at 0x000000000010 (vtable pointer) by main thread:\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Previous write at 0x000000000010 (vtable pointer) by main thread:\n"), std::string::npos)
      << text;
}

}  // namespace
}  // namespace gorace::detector::testing
