#include <gorace/labels.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "runtime/base/raw_writer.h"
#include "runtime/dump/snapshot.h"
#include "runtime/sched/sched.h"
#include "tests/unit/dump/child.h"
#include "tests/unit/symbolize/fake_server.h"

namespace gorace::runtime {
namespace {

using namespace gorace::testing;

GoroutineSnapshot waiting_goroutine() {
  GoroutineSnapshot g;
  g.id = 7;
  g.creator_id = 1;
  g.status = GStatus::kWaiting;
  g.wait_reason = WaitReason::kChanReceive;
  g.creation_pcs[0] = pc_of(kPark);
  g.creation_pcs[1] = pc_of(kMain);
  g.creation_count = 2;
  return g;
}

std::string printed(GoroutineSnapshot g, const std::vector<uintptr_t>& pcs) {
  g.pc_count = static_cast<int>(pcs.size());
  return run_in_child([&] {
           use_fake_symbolizer();
           RawWriter out(2);
           print_snapshot(out, g, pcs.data());
           out.flush();
           return 0;
         })
      .output;
}

std::string header(GoroutineSnapshot g) {
  g.creation_count = 0;
  const std::string text = printed(g, {});
  return text.substr(0, text.find('\n'));
}

TEST(PrintGoroutine, HasGosForm) {
  EXPECT_EQ(printed(waiting_goroutine(), {pc_of(kPark), pc_of(kRecv), pc_of(kInlined)}),
            "goroutine 7 [chan receive]:\n"
            "gorace::Chan<int>::recv(...)\n"
            "\t/inc/chan.h:40\n"
            "inner(...)\n"
            "\t/src/inner.h:5\n"
            "outer(...)\n"
            "\t/src/outer.cc:9\n"
            "created by main in goroutine 1\n"
            "\t/src/main.cc:30\n");
}

TEST(PrintGoroutine, MainHasNoCreator) {
  GoroutineSnapshot g;
  g.id = 1;
  g.kind = GKind::kMain;
  g.status = GStatus::kRunning;
  EXPECT_EQ(printed(g, {pc_of(kMain)}), "goroutine 1 [running]:\nmain(...)\n\t/src/main.cc:30\n");
}

TEST(PrintGoroutine, HeaderTellsWholeMinutesOfWaiting) {
  GoroutineSnapshot g = waiting_goroutine();
  g.waiting_ns = 59'999'999'999;
  EXPECT_EQ(header(g), "goroutine 7 [chan receive]:");
  g.waiting_ns = 150'000'000'000;
  EXPECT_EQ(header(g), "goroutine 7 [chan receive, 2 minutes]:");
}

TEST(PrintGoroutine, HeaderTellsStateThreadAndName) {
  GoroutineSnapshot g = waiting_goroutine();
  g.status = GStatus::kRunnable;
  EXPECT_EQ(header(g), "goroutine 7 [runnable]:");
  g.status = GStatus::kRunning;
  g.kind = GKind::kThread;
  EXPECT_EQ(header(g), "goroutine 7 [running, locked to thread]:");
  strcpy(g.name, "pump");
  EXPECT_EQ(header(g), "goroutine 7 [running, locked to thread labels:{\"name\": \"pump\"}]:");
}

TEST(PrintGoroutine, HeaderTellsLabels) {
  GoroutineSnapshot g = waiting_goroutine();
  const LabelScope labels({{"user", "a]b"}, {"request", "7"}});
  g.labels = current_g()->labels.load();
  EXPECT_EQ(header(g), "goroutine 7 [chan receive labels:{\"request\": \"7\", \"user\": \"a\\x5db\"}]:");
  strcpy(g.name, "pump");
  EXPECT_EQ(header(g),
            "goroutine 7 [chan receive labels:{\"name\": \"pump\", \"request\": \"7\", \"user\": \"a\\x5db\"}]:");
}

TEST(PrintGoroutine, NamesAreEscaped) {
  GoroutineSnapshot g = waiting_goroutine();
  strcpy(g.name, "a\"b\\c]\n\xc3\xa9");
  EXPECT_EQ(header(g), "goroutine 7 [chan receive labels:{\"name\": \"a\\\"b\\\\c\\x5d\\x0a\xc3\xa9\"}]:");
}

TEST(PrintGoroutine, SaysThatTheWalkStoppedAtItsLimit) {
  GoroutineSnapshot g = waiting_goroutine();
  g.creation_count = 0;
  const std::string text = printed(g, std::vector<uintptr_t>(kMaxDumpFrames, pc_of(kWorker)));
  EXPECT_NE(text.find("...156 frames elided...\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("...additional frames elided...\n")) << text;
}

TEST(PrintSnapshots, StandApartByAnEmptyLine) {
  const Outcome outcome = run_in_child([] {
    use_fake_symbolizer();
    Snapshot all;
    GoroutineSnapshot g = waiting_goroutine();
    g.creation_count = 0;
    all.pcs.push_back(pc_of(kWorker));
    all.pcs.push_back(pc_of(kMain));
    g.pc_count = 1;
    all.goroutines.push_back(g);
    g.id = 8;
    g.first_pc = 1;
    all.goroutines.push_back(g);
    RawWriter out(2);
    print_snapshots(out, all);
    out.flush();
    return 0;
  });
  EXPECT_EQ(outcome.output,
            "goroutine 7 [chan receive]:\nworker(...)\n\t/src/worker.cc:12\n\n"
            "goroutine 8 [chan receive]:\nmain(...)\n\t/src/main.cc:30\n");
}

}  // namespace
}  // namespace gorace::runtime
