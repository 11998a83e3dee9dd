#include "detector/report/suppressions.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "tests/unit/report/fakes.h"

namespace gorace::detector::testing {
namespace {

TEST(Pattern, MatchesAnywhereUnlessTied) {
  EXPECT_TRUE(matches_pattern("bar", "foobarbaz"));
  EXPECT_FALSE(matches_pattern("bar", "foobaz"));
  EXPECT_TRUE(matches_pattern("^foo", "foobar"));
  EXPECT_FALSE(matches_pattern("^bar", "foobar"));
  EXPECT_TRUE(matches_pattern("bar$", "foobar"));
  EXPECT_FALSE(matches_pattern("foo$", "foobar"));
  EXPECT_TRUE(matches_pattern("^foobar$", "foobar"));
  EXPECT_FALSE(matches_pattern("^foobar$", "foobarbar"));
  EXPECT_FALSE(matches_pattern("", "foobar"));
}

TEST(Pattern, StarStandsForAnyText) {
  EXPECT_TRUE(matches_pattern("f*r", "xfoobary"));
  EXPECT_TRUE(matches_pattern("^f*r$", "foobar"));
  EXPECT_TRUE(matches_pattern("^foo*bar$", "foobar"));
  EXPECT_FALSE(matches_pattern("^foo*bar$", "foba"));
  EXPECT_FALSE(matches_pattern("^fo*ob$", "foobar"));
  // What a star takes is not used twice.
  EXPECT_FALSE(matches_pattern("^ab*ba$", "aba"));
  EXPECT_TRUE(matches_pattern("a*b*c", "1a2b3c4"));
  EXPECT_FALSE(matches_pattern("a*c*b", "1a2b3c4"));
  EXPECT_TRUE(matches_pattern("*", "anything"));
  EXPECT_TRUE(matches_pattern("^*bar$", "foobar"));
}

// fN is the function of origin N's only frame, which is line N of /src/lib/file.cc.
OriginInfo stack(OriginId origin) { return origin_info(origin); }

bool hides(const char* text, OriginId one, OriginId other, const char* global = "") {
  Suppressions all;
  const char* why = nullptr;
  EXPECT_EQ(all.add(text, &why), 0) << why;
  return all.hides_race(stack(one), stack(other), global);
}

TEST(Suppressions, OfRacesMatchEitherSideOrTheVariable) {
  EXPECT_TRUE(hides("race:^f7$\n", 7, 8));
  EXPECT_TRUE(hides("race:^f7$\n", 8, 7));
  EXPECT_FALSE(hides("race:^f7$\n", 8, 9));
  EXPECT_TRUE(hides("race:lib/file.cc", 8, 9));
  EXPECT_TRUE(hides("race:counter", 8, 9, "g_counter"));
  EXPECT_FALSE(hides("mutex:f7\nthread:f7\nsignal:f7\ndeadlock:f7\n", 7, 8));
}

TEST(Suppressions, WithTwoSidesNeedBoth) {
  EXPECT_TRUE(hides("race:^f7$ && ^f8$", 7, 8));
  EXPECT_TRUE(hides("race:^f7$ && ^f8$", 8, 7));
  EXPECT_FALSE(hides("race:^f7$ && ^f8$", 7, 9));
  EXPECT_FALSE(hides("race:^f7$ && ^f8$", 7, 7));
}

TEST(Suppressions, OfALineMatchThatLineOnly) {
  EXPECT_TRUE(hides("race:file.cc:12", 12, 9));
  EXPECT_TRUE(hides("race:lib/file.cc:12", 12, 9));
  EXPECT_FALSE(hides("race:file.cc:1", 12, 9));
  EXPECT_FALSE(hides("race:file.cc:123", 12, 9));
  EXPECT_FALSE(hides("race:e.cc:12", 12, 9));
  EXPECT_TRUE(hides("race:^/src/*.cc:12", 12, 9));
}

TEST(Suppressions, OfTheTopLookAtTheInnermostFrame) {
  static const uintptr_t frames[] = {7, 8};
  const OriginInfo two_frames{AccessKind::kPlain, 2, frames};
  const auto hides_two = [&](const char* text) {
    Suppressions all;
    const char* why = nullptr;
    EXPECT_EQ(all.add(text, &why), 0);
    return all.hides_race(two_frames, stack(9), "");
  };
  EXPECT_TRUE(hides_two("race_top:^f7$"));
  EXPECT_FALSE(hides_two("race_top:^f8$"));
  EXPECT_TRUE(hides_two("race:^f8$"));
}

TEST(Suppressions, OfOtherReportsGoByTheirType) {
  Suppressions all;
  const char* why = nullptr;
  ASSERT_EQ(all.add("deadlock:^f7$", &why), 0);
  EXPECT_TRUE(all.hides(SuppressionType::kDeadlock, stack(7)));
  EXPECT_FALSE(all.hides(SuppressionType::kMutex, stack(7)));
}

TEST(Suppressions, CommentsAndBlanksSayNothing) {
  EXPECT_TRUE(hides("# known\n\n   \r\n  race:^f7$  \r\n#race:f8", 7, 9));
  EXPECT_FALSE(hides("# known\n\n#race:f7", 7, 9));
}

std::string mistake_in(const char* text, int expected_line) {
  Suppressions all;
  const char* why = "";
  EXPECT_EQ(all.add(text, &why), expected_line);
  return why == nullptr ? "" : why;
}

TEST(Suppressions, MistakesHaveALine) {
  EXPECT_EQ(mistake_in("race:a\nrace\n", 2), "it is not of the form type:pattern");
  EXPECT_EQ(mistake_in("# x\n\nraces:a", 3),
            "the type is none of race, race_top, mutex, thread, signal, deadlock, called_from_lib");
  EXPECT_EQ(mistake_in("race:  ", 1), "it has no pattern");
  EXPECT_EQ(mistake_in("race:a &&", 1), "a side of && has no pattern");
  EXPECT_EQ(mistake_in("race: && a", 1), "a side of && has no pattern");
  EXPECT_EQ(mistake_in("mutex:a && b", 1), "only race suppressions have two sides (&&)");
  EXPECT_EQ(mistake_in("race:operator&&", 0), "");
}

TEST(Suppressions, ListSaysWhichMatched) {
  Suppressions all;
  const char* why = nullptr;
  ASSERT_EQ(all.add("race:^f7$\nrace:nothing\nrace_top:^f8$", &why), 0);
  all.hides_race(stack(7), stack(9), "");
  all.hides_race(stack(9), stack(7), "");
  all.hides_race(stack(8), stack(9), "");
  const int fd = memfd_create("list", 0);
  {
    runtime::RawWriter out(fd);
    all.print(out);
  }
  char text[512] = "";
  ASSERT_GT(pread(fd, text, sizeof text - 1, 0), 0);
  close(fd);
  EXPECT_STREQ(text,
               "gorace: suppressions that matched:\n"
               "  2 race:^f7$\n"
               "  1 race_top:^f8$\n"
               "gorace: suppressions that never matched:\n"
               "  race:nothing\n");
}

}  // namespace
}  // namespace gorace::detector::testing
