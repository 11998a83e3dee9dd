#include "detector/leak/leak.h"

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <string>

#include "runtime/base/raw_writer.h"
#include "tests/unit/dump/child.h"
#include "tests/unit/symbolize/fake_server.h"

namespace gorace::detector {
namespace {

using namespace gorace::testing;
using runtime::GKind;
using runtime::GoroutineSnapshot;
using runtime::GStatus;
using runtime::Snapshot;
using runtime::WaitReason;

GoroutineSnapshot blocked(uint64_t id, WaitReason reason = WaitReason::kChanReceive) {
  GoroutineSnapshot g;
  g.id = id;
  g.creator_id = 1;
  g.status = GStatus::kWaiting;
  g.wait_reason = reason;
  g.creation_pcs[0] = pc_of(kMain);
  g.creation_count = 1;
  return g;
}

void add(Snapshot& all, GoroutineSnapshot g, std::initializer_list<int> steps) {
  g.first_pc = all.pcs.size();
  g.pc_count = static_cast<int>(steps.size());
  for (const int step : steps) all.pcs.push_back(pc_of(step));
  all.goroutines.push_back(g);
}

// What is printed, and the number returned.
Outcome leaks_of(Snapshot& all) {
  return run_in_child([&] {
    use_fake_symbolizer();
    runtime::RawWriter out(2);
    const size_t found = print_leaks(out, all);
    out.flush();
    return static_cast<int>(found);
  });
}

TEST(PrintLeaks, GroupsGoroutinesThatAreBlockedAlike) {
  Snapshot all;
  add(all, blocked(9), {kPark, kRecv, kWorker});
  add(all, blocked(8, WaitReason::kSelect), {kPark, kInlined});
  add(all, blocked(7), {kPark, kRecv, kWorker});
  add(all, blocked(12), {kPark, kRecv, kWorker});
  const Outcome outcome = leaks_of(all);
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.output,
            "==================\n"
            "WARNING: GOROUTINE LEAK\n"
            "Goroutine 7 (chan receive) and 2 others like it blocked at:\n"
            "  gorace::Chan<int>::recv()\n"
            "      /inc/chan.h:40 +0x0\n"
            "  worker()\n"
            "      /src/worker.cc:12 +0x0\n"
            "\n"
            "Goroutine 7 created at:\n"
            "  main()\n"
            "      /src/main.cc:30 +0x0\n"
            "==================\n"
            "==================\n"
            "WARNING: GOROUTINE LEAK\n"
            "Goroutine 8 (select) blocked at:\n"
            "  inner()\n"
            "      /src/inner.h:5 +0x0\n"
            "  outer()\n"
            "      /src/outer.cc:9 +0x0\n"
            "\n"
            "Goroutine 8 created at:\n"
            "  main()\n"
            "      /src/main.cc:30 +0x0\n"
            "==================\n");
}

// The fake symbolizer has one line for the sixteen addresses of a step.
TEST(PrintLeaks, GroupsDifferentAddressesOfOneLine) {
  Snapshot all;
  add(all, blocked(2), {kWorker});
  add(all, blocked(3), {kWorker});
  all.pcs[1] += 3;
  GoroutineSnapshot elsewhere = blocked(4);
  elsewhere.creation_pcs[0] = pc_of(kDeep);
  add(all, elsewhere, {kWorker});
  const Outcome outcome = leaks_of(all);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.output.find("Goroutine 2 (chan receive) and 1 other like it blocked at:\n"), std::string::npos)
      << outcome.output;
  EXPECT_NE(outcome.output.find("Goroutine 4 (chan receive) blocked at:\n"), std::string::npos) << outcome.output;
}

TEST(PrintLeaks, TellsNamesAndKeepsDifferentOnesApart) {
  Snapshot all;
  GoroutineSnapshot named = blocked(2);
  strcpy(named.name, "pump");
  add(all, named, {kWorker});
  add(all, blocked(3), {kWorker});
  const Outcome outcome = leaks_of(all);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.output.find("Goroutine 2 'pump' (chan receive) blocked at:\n"), std::string::npos)
      << outcome.output;
  EXPECT_NE(outcome.output.find("Goroutine 3 (chan receive) blocked at:\n"), std::string::npos) << outcome.output;
}

TEST(PrintLeaks, SaysNothingWhenThereAreNone) {
  Snapshot all;
  const Outcome outcome = leaks_of(all);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "");
}

TEST(CanLeak, OnlyGoroutinesThatAnotherGoroutineMustWake) {
  EXPECT_TRUE(can_leak(blocked(2)));
  EXPECT_TRUE(can_leak(blocked(2, WaitReason::kMutexLock)));
  EXPECT_FALSE(can_leak(blocked(2, WaitReason::kSleep)));
  EXPECT_FALSE(can_leak(blocked(2, WaitReason::kIOWait)));
  GoroutineSnapshot g = blocked(2);
  g.status = GStatus::kRunnable;
  EXPECT_FALSE(can_leak(g));
  g.status = GStatus::kRunning;
  EXPECT_FALSE(can_leak(g));
  g = blocked(1);
  g.kind = GKind::kMain;
  EXPECT_FALSE(can_leak(g));
  g.kind = GKind::kThread;
  EXPECT_FALSE(can_leak(g));
}

}  // namespace
}  // namespace gorace::detector
