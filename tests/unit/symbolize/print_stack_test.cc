#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/base/raw_writer.h"
#include "runtime/symbolize/symbolize.h"
#include "tests/unit/dump/child.h"
#include "tests/unit/symbolize/fake_server.h"

namespace gorace::runtime {
namespace {

using namespace gorace::testing;

std::string printed(const std::vector<uintptr_t>& pcs, StackStyle style) {
  return run_in_child([&] {
           use_fake_symbolizer();
           RawWriter out(2);
           print_stack(out, pcs.data(), static_cast<int>(pcs.size()), style);
           out.flush();
           return 0;
         })
      .output;
}

TEST(PrintStack, RaceStyleIsGos) {
  EXPECT_EQ(printed({pc_of(kPark), pc_of(kRecv), pc_of(kWorker), pc_of(kMain)}, StackStyle::kRace),
            "  gorace::Chan<int>::recv()\n"
            "      /inc/chan.h:40 +0x0\n"
            "  worker()\n"
            "      /src/worker.cc:12 +0x0\n"
            "  main()\n"
            "      /src/main.cc:30 +0x0\n");
}

TEST(PrintStack, AccessStyleBeginsWithTheUsersFrame) {
  EXPECT_EQ(printed({pc_of(kPark), pc_of(kRecv), pc_of(kWorker)}, StackStyle::kAccess),
            "  worker()\n"
            "      /src/worker.cc:12 +0x0\n");
  EXPECT_EQ(printed({pc_of(kPark), pc_of(kRecv)}, StackStyle::kAccess),
            "  gorace::Chan<int>::recv()\n"
            "      /inc/chan.h:40 +0x0\n")
      << "there is none of the user's";
}

TEST(PrintStack, TracebackStyleIsGos) {
  EXPECT_EQ(printed({pc_of(kPark), pc_of(kInlined), pc_of(kMain)}, StackStyle::kTraceback),
            "inner(...)\n"
            "\t/src/inner.h:5\n"
            "outer(...)\n"
            "\t/src/outer.cc:9\n"
            "main(...)\n"
            "\t/src/main.cc:30\n");
}

TEST(PrintStack, InternalFramesShowWhenThereIsNothingElse) {
  EXPECT_EQ(printed({pc_of(kPark)}, StackStyle::kTraceback), "gorace::runtime::park(...)\n\t/lib/park.cc:80\n");
}

int sample_function(int x) { return x * 3; }

TEST(PrintStack, OffsetIsFromTheFunctionsStart) {
  const std::string text = printed({reinterpret_cast<uintptr_t>(&sample_function) + 3}, StackStyle::kTraceback);
  EXPECT_TRUE(text.ends_with(" +0x3\n")) << text;
}

TEST(PrintStack, AddressThatTheServerDoesNotKnowShowsItsModule) {
  const std::string text = printed({pc_of(kUnknown)}, StackStyle::kRace);
  EXPECT_TRUE(
      text.starts_with("  ?"
                       "?()\n      /"))
      << text;
  EXPECT_NE(text.find("unit_symbolize:0 +0x"), std::string::npos) << text;
}

TEST(PrintStack, AddressOutsideAllModules) {
  EXPECT_EQ(printed({16}, StackStyle::kRace),
            "  ?"
            "?()\n      -:0 +0x0\n");
}

TEST(PrintStack, DeepStacksKeepTheFiftyInnermostAndOutermost) {
  std::vector<uintptr_t> pcs;
  std::string expected;
  for (int i = 0; i < 130; ++i) {
    const int step = kDeep + i;
    pcs.push_back(pc_of(step));
    if (i < 50 || i >= 80) expected += "deep(...)\n\t/src/deep.cc:" + std::to_string(step) + "\n";
    if (i == 50) expected += "...30 frames elided...\n";
  }
  EXPECT_EQ(printed(pcs, StackStyle::kTraceback), expected);
}

}  // namespace
}  // namespace gorace::runtime
