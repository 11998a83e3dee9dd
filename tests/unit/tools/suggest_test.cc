#include "tools/base/suggest.h"

#include <gtest/gtest.h>

namespace gorace::tools {
namespace {

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("leaks", "leak"), 1u);
  EXPECT_EQ(edit_distance("rnu", "run"), 1u) << "a swap is one edit";
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Suggest, NamesTheNearestWord) {
  const std::vector<std::string> words = {"run", "dump", "leaks", "profile", "profile-dir"};
  EXPECT_EQ(suggest("rnu", words), "run");
  EXPECT_EQ(suggest("leak", words), "leaks");
  EXPECT_EQ(suggest("profiles", words), "profile");
  EXPECT_EQ(suggest("profile-directory", words), "profile-dir");
}

TEST(Suggest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(suggest("zzz", {"run", "dump"}), "");
  EXPECT_EQ(suggest("", {"run"}), "");
  EXPECT_EQ(suggest(std::string(100000, 'r'), {"run"}), "");
}

}  // namespace
}  // namespace gorace::tools
