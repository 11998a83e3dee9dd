#include "pprof/encode/profile_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace gorace::pprof {
namespace {

using perftools::profiles::Location;
using perftools::profiles::Profile;
using ::testing::ElementsAre;
using Frames = std::vector<SourceFrame>;

// TableSource knows what the test tells it.
class TableSource : public FrameSource {
 public:
  std::vector<SourceFrame> frames(const std::string& module, uint64_t offset) override {
    ++questions;
    return table[{module, offset}];
  }
  // at adds functions at an offset of /bin/program, innermost first.
  void at(uint64_t offset, const std::vector<std::string>& functions) {
    int64_t line = 10;
    for (const std::string& function : functions) {
      table[{"/bin/program", offset}].push_back({function, "_Z" + function, "/src/a.cc", line, 3, 1});
      line += 10;
    }
  }
  std::map<std::pair<std::string, uint64_t>, Frames> table;
  int questions = 0;
};

// base is a profile of one type over two modules: /bin/program loaded 0x1000 above its addresses, and /lib/x.so.
RawProfile base() {
  RawProfile raw;
  raw.types = {{"inuse_space", "bytes"}};
  raw.modules = {{0x1000, 0x5000, 0x200, 0x1000, "/bin/program", "abcd"}, {0x9000, 0xa000, 0, 0x9000, "/lib/x.so", ""}};
  return raw;
}

RawSample sample(int64_t value, std::vector<uint64_t> pcs) { return {{value}, std::move(pcs), {}}; }

std::string text(const Profile& profile, int64_t index) { return profile.string_table(static_cast<int>(index)); }

const Location& location(const Profile& profile, int sample_index, int depth) {
  return profile.location(static_cast<int>(profile.sample(sample_index).location_id(depth)) - 1);
}

// stack returns the function names of a sample, leaf first; unnamed locations as "?".
std::vector<std::string> stack(const Profile& profile, int sample_index) {
  std::vector<std::string> names;
  for (int depth = 0; depth < profile.sample(sample_index).location_id_size(); ++depth) {
    const Location& at = location(profile, sample_index, depth);
    if (at.line_size() == 0) names.push_back("?");
    for (const auto& line : at.line())
      names.push_back(text(profile, profile.function(static_cast<int>(line.function_id()) - 1).name()));
  }
  return names;
}

TEST(ProfileBuilder, CarriesTheHeader) {
  RawProfile raw = base();
  raw.types = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  raw.time_ns = 17;
  raw.duration_ns = 18;
  raw.period_type = {"space", "bytes"};
  raw.period = 524288;
  raw.default_type = "inuse_space";
  raw.comments = {"a comment"};
  TableSource source;
  const Profile profile = build_profile(raw, source);
  EXPECT_EQ(profile.string_table(0), "");
  ASSERT_EQ(profile.sample_type_size(), 2);
  EXPECT_EQ(text(profile, profile.sample_type(1).type()), "inuse_space");
  EXPECT_EQ(text(profile, profile.sample_type(1).unit()), "bytes");
  EXPECT_EQ(profile.time_nanos(), 17);
  EXPECT_EQ(profile.duration_nanos(), 18);
  EXPECT_EQ(text(profile, profile.period_type().type()), "space");
  EXPECT_EQ(profile.period(), 524288);
  EXPECT_EQ(text(profile, profile.default_sample_type()), "inuse_space");
  EXPECT_EQ(text(profile, profile.comment(0)), "a comment");
}

TEST(ProfileBuilder, MapsTheExecutableFirstAndSaysThatItIsSymbolized) {
  TableSource source;
  const Profile profile = build_profile(base(), source);
  ASSERT_EQ(profile.mapping_size(), 2);
  const auto& mapping = profile.mapping(0);
  EXPECT_EQ(mapping.id(), 1u);
  EXPECT_EQ(mapping.memory_start(), 0x1000u);
  EXPECT_EQ(mapping.memory_limit(), 0x5000u);
  EXPECT_EQ(mapping.file_offset(), 0x200u);
  EXPECT_EQ(text(profile, mapping.filename()), "/bin/program");
  EXPECT_EQ(text(profile, mapping.build_id()), "abcd");
  EXPECT_TRUE(mapping.has_functions() && mapping.has_filenames() && mapping.has_line_numbers() &&
              mapping.has_inline_frames());
}

TEST(ProfileBuilder, LooksUpTheCallBeforeAReturnAddress) {
  RawProfile raw = base();
  raw.samples = {sample(1, {0x1235})};
  TableSource source;
  source.at(0x234, {"worker"});
  const Profile profile = build_profile(raw, source);
  ASSERT_EQ(profile.location_size(), 1);
  EXPECT_EQ(profile.location(0).address(), 0x1234u);
  EXPECT_EQ(profile.location(0).mapping_id(), 1u);
  EXPECT_THAT(stack(profile, 0), ElementsAre("worker"));
  const auto& function = profile.function(0);
  EXPECT_EQ(text(profile, function.system_name()), "_Zworker");
  EXPECT_EQ(text(profile, function.filename()), "/src/a.cc");
  EXPECT_EQ(function.start_line(), 1);
  EXPECT_EQ(profile.location(0).line(0).line(), 10);
  EXPECT_EQ(profile.location(0).line(0).column(), 3);
}

TEST(ProfileBuilder, AReturnAddressAtTheEndOfAModuleIsStillInIt) {
  RawProfile raw = base();
  raw.samples = {sample(1, {0x5000})};  // the call of a noreturn function is a module's last instruction
  TableSource source;
  source.at(0x3fff, {"die"});
  EXPECT_THAT(stack(build_profile(raw, source), 0), ElementsAre("die"));
}

TEST(ProfileBuilder, InlinedFunctionsAreLinesOfOneLocation) {
  RawProfile raw = base();
  raw.samples = {sample(1, {0x1101, 0x1201})};
  TableSource source;
  source.at(0x100, {"inner", "outer"});
  source.at(0x200, {"main"});
  const Profile profile = build_profile(raw, source);
  EXPECT_EQ(profile.location_size(), 2);
  EXPECT_EQ(profile.location(0).line_size(), 2);
  EXPECT_THAT(stack(profile, 0), ElementsAre("inner", "outer", "main"));
}

TEST(ProfileBuilder, SharesLocationsFunctionsAndQuestions) {
  RawProfile raw = base();
  raw.samples = {sample(1, {0x1101, 0x1201}), sample(2, {0x1101, 0x1201}), sample(3, {0x1201})};
  TableSource source;
  source.at(0x100, {"worker"});
  source.at(0x200, {"main"});
  const Profile profile = build_profile(raw, source);
  EXPECT_EQ(profile.location_size(), 2);
  EXPECT_EQ(profile.function_size(), 2);
  EXPECT_EQ(source.questions, 2);
}

TEST(ProfileBuilder, AnAddressWithoutAModuleOrANameHasNoLine) {
  RawProfile raw = base();
  raw.samples = {sample(1, {0x7000, 0x9101})};
  TableSource source;
  const Profile profile = build_profile(raw, source);
  EXPECT_THAT(stack(profile, 0), ElementsAre("?", "?"));
  EXPECT_EQ(location(profile, 0, 0).mapping_id(), 0u);
  EXPECT_EQ(location(profile, 0, 1).mapping_id(), 2u);
  EXPECT_EQ(profile.function_size(), 0);
}

TEST(ProfileBuilder, LeavesOutMachineryAndAllocatorsAtTheLeaf) {
  RawProfile raw = base();
  raw.samples = {sample(1, {0x1101, 0x1201, 0x1301, 0x1401, 0x1501})};
  TableSource source;
  source.at(0x100, {"gorace::runtime::sample_allocation", "operator new"});
  source.at(0x200, {"std::__new_allocator<int>::allocate", "std::vector<int>::push_back"});
  source.at(0x300, {"worker"});
  source.at(0x400, {"std::__invoke<int>"});
  source.at(0x500, {"gorace::runtime::goroutine_start"});
  EXPECT_THAT(stack(build_profile(raw, source), 0), ElementsAre("std::vector<int>::push_back", "worker"));
}

TEST(ProfileBuilder, KeepsAnAllocatorThatIsNotTheLeaf) {
  RawProfile raw = base();
  raw.samples = {sample(1, {0x1101, 0x1201}), sample(1, {0x1201})};
  TableSource source;
  source.at(0x100, {"on_new_handler"});
  source.at(0x200, {"operator new", "caller"});
  const Profile profile = build_profile(raw, source);
  EXPECT_THAT(stack(profile, 0), ElementsAre("on_new_handler", "operator new", "caller"));
  EXPECT_THAT(stack(profile, 1), ElementsAre("caller")) << "the same address, shown differently";
}

TEST(ProfileBuilder, AStackOfNothingButMachineryIsItsOutermostFunction) {
  RawProfile raw = base();
  raw.samples = {sample(1, {0x1101, 0x1201})};
  TableSource source;
  source.at(0x100, {"gorace::runtime::take_snapshot"});
  source.at(0x200, {"gorace::runtime::run_list", "gorace::runtime::at_exit"});
  EXPECT_THAT(stack(build_profile(raw, source), 0), ElementsAre("gorace::runtime::at_exit"));
}

TEST(ProfileBuilder, AModuleWhoseFileIsGoneKeepsItsName) {
  RawProfile raw = base();
  raw.modules[0].path = "/tmp/counter (deleted)";
  TableSource source;
  const Profile profile = build_profile(raw, source);
  EXPECT_EQ(text(profile, profile.mapping(0).filename()), "/tmp/counter");
}

TEST(ProfileBuilder, CarriesLabels) {
  RawProfile raw = base();
  raw.samples = {sample(1, {})};
  raw.samples[0].labels = {{"state", "select", 0, ""}, {"goroutine", "", 0, "id"}};
  TableSource source;
  const Profile profile = build_profile(raw, source);
  const auto& labels = profile.sample(0).label();
  ASSERT_EQ(labels.size(), 2);
  EXPECT_EQ(text(profile, labels[0].key()), "state");
  EXPECT_EQ(text(profile, labels[0].str()), "select");
  EXPECT_EQ(labels[1].num(), 0);
  EXPECT_EQ(text(profile, labels[1].num_unit()), "id");
}

}  // namespace
}  // namespace gorace::pprof
