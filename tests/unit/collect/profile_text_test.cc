#include "pprof/collect/profile_text.h"

#include <gtest/gtest.h>

#include <string>

#include "pprof/collect/raw_profile.h"
#include "tests/unit/dump/child.h"
#include "tests/unit/symbolize/fake_server.h"

namespace gorace::pprof {
namespace {

using namespace gorace::testing;

TEST(ProfileText, RecordsAreAsTheFormatSays) {
  ProfileText text;
  text.period("space", "bytes", 524288);
  text.value_type("alloc_objects", "count");
  text.begin_sample();
  text.add_value(-3);
  text.add_value(INT64_MIN);
  const uintptr_t pcs[] = {0x1000, 0xdeadbeef};
  text.add_stack(pcs, 2);
  text.add_label("state", "chan receive");
  text.add_label("bytes", 64, "bytes");
  text.end_sample();
  text.begin_sample();
  text.add_value(0);
  text.add_stack(nullptr, 0);
  text.end_sample();
  EXPECT_EQ(text.text(),
            "period\tspace\tbytes\t524288\n"
            "type\talloc_objects\tcount\n"
            "sample\t-3,-9223372036854775808\t1000,deadbeef\tstate=chan receive\tbytes:64:bytes\n"
            "sample\t0\t\n");
}

TEST(ProfileText, LabelsOfTheProgramCannotBreakTheFormat) {
  ProfileText text;
  text.add_label("a=b:c\td", "x\ty\nz=1:2");
  EXPECT_EQ(text.text(), "\ta_b_c_d=x y z=1:2");
}

TEST(ProfileText, BeginsWithTheExecutableAmongTheModules) {
  ProfileText text;
  text.begin("heap", "/out/heap.pb.gz");
  const std::string all(text.text());
  EXPECT_EQ(all.find("PROFILE\theap\t/out/heap.pb.gz\ntime\t"), 0u) << all;
  const size_t module = all.find("\nmodule\t") + 1;
  EXPECT_NE(all.substr(module, all.find('\n', module) - module).find("unit_collect\t"), std::string::npos) << all;
  EXPECT_NE(all.find("libc.so.6\t"), std::string::npos) << all;
}

TEST(WriteProfile, RefusesAnUnknownName) {
  EXPECT_STREQ(write_profile("heaps", "/tmp/x"), "there is no profile of this name; there are: goroutine, heap");
}

TEST(WriteProfile, SaysThatTheToolIsMissing) {
  const Outcome outcome = run_in_child([] {
    setenv("GORACE_TOOL", "/nonexistent", 1);
    setenv("PATH", "/nonexistent", 1);
    const char* mistake = write_profile("goroutine", "/tmp/x");
    return mistake != nullptr && std::string(mistake) == "the gorace command, which writes it, is not available" ? 0
                                                                                                                 : 1;
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

}  // namespace
}  // namespace gorace::pprof
