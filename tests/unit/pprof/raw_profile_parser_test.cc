#include "pprof/encode/raw_profile_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace gorace::pprof {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kWhole[] =
    "time\t1700000000000000000\n"
    "duration\t1500\n"
    "period\tspace\tbytes\t524288\n"
    "default\tinuse_space\n"
    "type\tinuse_objects\tcount\n"
    "type\tinuse_space\tbytes\n"
    "comment\tone sample in 524288 bytes\n"
    "module\t5500\t7700\t1000\t4500\t/bin/program\t00ffAA\n"
    "module\t7f0000\t7f8000\t0\t7f0000\t/lib/libc.so\t-\n"
    "sample\t1,64\t5601,7f0123\tstate=chan receive\tbytes:64:bytes\n"
    "sample\t0,-3\t\n"
    "\n"
    "this is not looked at\n";

std::string error_of(const std::string& text) { return std::string(parse_raw_profile(text).status().message()); }

TEST(RawProfileParser, ReadsAWholeProfile) {
  const auto profile = parse_raw_profile(kWhole);
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_EQ(profile->time_ns, 1700000000000000000);
  EXPECT_EQ(profile->duration_ns, 1500);
  EXPECT_EQ(profile->period_type.type, "space");
  EXPECT_EQ(profile->period_type.unit, "bytes");
  EXPECT_EQ(profile->period, 524288);
  EXPECT_EQ(profile->default_type, "inuse_space");
  ASSERT_EQ(profile->types.size(), 2u);
  EXPECT_EQ(profile->types[1].unit, "bytes");
  EXPECT_THAT(profile->comments, ElementsAre("one sample in 524288 bytes"));
}

TEST(RawProfileParser, ReadsModules) {
  const auto profile = parse_raw_profile(kWhole);
  ASSERT_EQ(profile->modules.size(), 2u);
  const RawModule& module = profile->modules[0];
  EXPECT_EQ(module.start, 0x5500u);
  EXPECT_EQ(module.end, 0x7700u);
  EXPECT_EQ(module.file_offset, 0x1000u);
  EXPECT_EQ(module.load_bias, 0x4500u);
  EXPECT_EQ(module.path, "/bin/program");
  EXPECT_EQ(module.build_id, "00ffAA");
  EXPECT_EQ(profile->modules[1].build_id, "");
}

TEST(RawProfileParser, ReadsSamplesAndLabels) {
  const auto profile = parse_raw_profile(kWhole);
  ASSERT_EQ(profile->samples.size(), 2u);
  const RawSample& sample = profile->samples[0];
  EXPECT_THAT(sample.values, ElementsAre(1, 64));
  EXPECT_THAT(sample.pcs, ElementsAre(0x5601, 0x7f0123));
  ASSERT_EQ(sample.labels.size(), 2u);
  EXPECT_EQ(sample.labels[0].key, "state");
  EXPECT_EQ(sample.labels[0].text, "chan receive");
  EXPECT_EQ(sample.labels[1].key, "bytes");
  EXPECT_EQ(sample.labels[1].number, 64);
  EXPECT_EQ(sample.labels[1].unit, "bytes");
  EXPECT_TRUE(profile->samples[1].pcs.empty()) << "a goroutine that has not run has no stack";
  EXPECT_THAT(profile->samples[1].values, ElementsAre(0, -3));
}

TEST(RawProfileParser, ATextLabelMayContainColonsAndEqualsSigns) {
  const auto profile = parse_raw_profile("type\ta\tb\nsample\t1\t10\turl=http://x?a=b\n");
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_EQ(profile->samples[0].labels[0].text, "http://x?a=b");
}

TEST(RawProfileParser, NamesTheFirstBadLine) {
  const std::string type = "type\ta\tb\n";
  EXPECT_EQ(error_of("time\tnow\n"), "line 1: bad time 'now'");
  EXPECT_EQ(error_of("time\t99999999999999999999\n"), "line 1: bad time '99999999999999999999'");
  EXPECT_EQ(error_of(type + "sample\t1\n"), "line 2: record 'sample' has 1 fields, not 2");
  EXPECT_EQ(error_of(type + "sample\t1,2\t10\n"), "line 2: sample has 2 values for 1 types");
  EXPECT_EQ(error_of(type + "sample\t\t10\n"), "line 2: bad sample value ''");
  EXPECT_EQ(error_of(type + "sample\t1\t10,xyz\n"), "line 2: bad pc 'xyz'");
  EXPECT_EQ(error_of(type + "sample\t1\t11112222333344445\n"), "line 2: bad pc '11112222333344445'");
  EXPECT_EQ(error_of(type + "sample\t1\t10\tlabel\n"), "line 2: bad label 'label'");
  EXPECT_EQ(error_of(type + "sample\t1\t10\t=x\n"), "line 2: bad label '=x'");
  EXPECT_EQ(error_of(type + "sample\t1\t10\tk:5\n"), "line 2: label without unit 'k:5'");
  EXPECT_EQ(error_of(type + "sample\t1\t10\tk:five:bytes\n"), "line 2: bad label number 'five'");
  EXPECT_EQ(error_of("module\t20\t10\t0\t0\t/p\t-\n"), "line 1: module ends before it starts: '10'");
  EXPECT_EQ(error_of("module\t10\t20\t0\t0\t\t-\n"), "line 1: empty module path");
  EXPECT_EQ(error_of("module\t10\t20\t0\t0\t/p\tzz\n"), "line 1: bad build id 'zz'");
  EXPECT_EQ(error_of("type\t\tcount\n"), "line 1: empty type");
  EXPECT_EQ(error_of("wat\t1\n"), "line 1: unknown record 'wat'");
  EXPECT_EQ(error_of("default\tx\n" + type), "line 3: the default type is not one of the types: 'x'");
  EXPECT_EQ(error_of("time\t1\n"), "line 2: no 'type' record");
  EXPECT_EQ(error_of(""), "line 1: no 'type' record");
}

TEST(RawProfileParser, ShowsGarbagePrintably) {
  const std::string message = error_of(std::string("\x01\xff", 2) + std::string(100000, 'x') + "\n");
  EXPECT_THAT(message, HasSubstr("line 1: unknown record '\\x01\\xff"));
  EXPECT_LT(message.size(), 200u);
}

// Any change of bytes either gives a profile or a message that begins with a line number.
TEST(RawProfileParser, SurvivesDamagedInput) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::minstd_rand random(seed);
  for (int round = 0; round < 20000; ++round) {
    std::string text = kWhole;
    for (int change = 0; change < 3; ++change) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 10);
          break;
        default:
          text.insert(at, 1, "\t\n,:=0"[random() % 6]);
      }
    }
    const auto profile = parse_raw_profile(text);
    if (profile.ok()) {
      for (const RawSample& sample : profile->samples) ASSERT_EQ(sample.values.size(), profile->types.size());
    } else {
      ASSERT_EQ(profile.status().message().substr(0, 5), "line ");
    }
  }
}

}  // namespace
}  // namespace gorace::pprof
