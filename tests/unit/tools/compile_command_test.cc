#include "tools/compile/compile_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gorace::tools {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using Words = std::vector<std::string>;

const Layout kLayout{"/opt/gorace/include", "/opt/gorace/lib/gorace"};

Words command(const Words& args, CompileMode mode = {}, const Layout& layout = kLayout) {
  return compile_command({{"clang++-19"}, 19}, layout, mode, classify(args), args);
}

size_t position(const Words& words, const std::string& word) {
  return static_cast<size_t>(std::find(words.begin(), words.end(), word) - words.begin());
}

TEST(CompileCommand, CompilesWithThePluginAsBothKinds) {
  EXPECT_THAT(
      command({"-c", "a.cc"}),
      ElementsAre("clang++-19", "-fplugin=/opt/gorace/lib/gorace/llvm19/gorace-plug.so",
                  "-fpass-plugin=/opt/gorace/lib/gorace/llvm19/gorace-plug.so", "-g", "-isystem", "/opt/gorace/include",
                  "-c", "a.cc", "-fno-omit-frame-pointer", "-mno-omit-leaf-frame-pointer"));
}

TEST(CompileCommand, LinksTheWholeDetectorBeforeTheRuntime) {
  const Words words = command({"a.cc", "-o", "a"});
  const size_t race = position(words, "/opt/gorace/lib/gorace/libgorace_race.a");
  EXPECT_EQ(words.at(race - 1), "-Wl,--whole-archive");
  EXPECT_EQ(words.at(race + 1), "-Wl,--no-whole-archive");
  EXPECT_EQ(words.at(race + 2), "/opt/gorace/lib/gorace/libgorace_detector.a");
  EXPECT_EQ(words.at(race + 3), "/opt/gorace/lib/gorace/libgorace.a");
  EXPECT_LT(position(words, "a.cc"), race);
  EXPECT_THAT(words, IsSupersetOf(Words{"-lpthread", "-ldl", "-Wl,--export-dynamic-symbol=__gorace_*",
                                        "-Wl,--export-dynamic-symbol=__tsan_*", "-Wl,--build-id"}));
  EXPECT_THAT(words, Not(Contains("-lstdc++")));
}

TEST(CompileCommand, AsksForThePartsThatStartByThemselves) {
  EXPECT_THAT(command({"a.cc"}), IsSupersetOf(Words{"-Wl,-u,__gorace_profiles", "-Wl,-u,__gorace_leak_check"}));
}

TEST(CompileCommand, WithoutRaceHasNeitherPluginNorDetector) {
  const Words words = command({"a.cc"}, {Language::kCxx, false});
  EXPECT_THAT(words, Contains("/opt/gorace/lib/gorace/libgorace.a"));
  for (const std::string& word : words) {
    EXPECT_THAT(word, Not(HasSubstr("plug")));
    EXPECT_THAT(word, Not(HasSubstr("libgorace_")));
  }
}

TEST(CompileCommand, LinksCWithTheLibrariesTheRuntimeIsWrittenWith) {
  EXPECT_THAT(command({"a.c"}, {Language::kC, true}), IsSupersetOf(Words{"-lstdc++", "-lm"}));
}

TEST(CompileCommand, ALibraryGetsNoRuntime) {
  const Words words = command({"-shared", "-fPIC", "a.cc", "-o", "liba.so"});
  EXPECT_THAT(words, Contains("-fplugin=/opt/gorace/lib/gorace/llvm19/gorace-plug.so"));
  for (const std::string& word : words) EXPECT_THAT(word, Not(HasSubstr(".a")));
}

TEST(CompileCommand, AQuestionToTheCompilerIsPassedUntouched) {
  EXPECT_THAT(command({"--version"}), ElementsAre("clang++-19", "--version"));
}

TEST(CompileCommand, LinkingObjectsAddsNoCompilerFlags) {
  const Words words = command({"a.o", "-o", "a"});
  for (const char* flag : {"-g", "-isystem", "-fno-omit-frame-pointer"}) EXPECT_THAT(words, Not(Contains(flag)));
  EXPECT_THAT(words, Contains(kLayout.library("gorace_race")));
}

TEST(CompileCommand, TheUsersDebugFlagWins) { EXPECT_THAT(command({"-g0", "-c", "a.cc"}), Not(Contains("-g"))); }

TEST(CompileCommand, ALanguageDoesNotReachTheLibraries) {
  const Words words = command({"-x", "c++", "-"});
  EXPECT_LT(position(words, "none"), position(words, "/opt/gorace/lib/gorace/libgorace.a"));
  EXPECT_EQ(words.at(position(words, "none") - 1), "-x");
}

TEST(CompileCommand, InputsAfterTwoDashesKeepTheirMeaning) {
  const Words words = command({"-O2", "--", "-odd.cc", "plain.cc"});
  EXPECT_THAT(words, IsSupersetOf(Words{"-O2", "./-odd.cc", "plain.cc"}));
  EXPECT_THAT(words, Not(Contains("--")));
}

TEST(CompileCommand, DefaultIncludeFoldersAreNotNamed) {
  EXPECT_THAT(command({"-c", "a.cc"}, {}, {"/usr/include", "/usr/lib/gorace"}), Not(Contains("-isystem")));
}

TEST(CompileCommand, SwitchesOfLintsAreSaidToThePlugin) {
  const Words flags = {"-Wno-gorace-lock-leak", "-Werror=gorace", "-Wgorace-busy-select",
                       "-Wno-error=gorace-busy-select"};
  Words args = flags;
  args.insert(args.end(), {"-Wno-unused", "-c", "a.cc"});
  const Words words = command(args);
  EXPECT_THAT(words, IsSupersetOf(Words{"-fplugin-arg-gorace-Wno-gorace-lock-leak", "-fplugin-arg-gorace-Werror=gorace",
                                        "-fplugin-arg-gorace-Wgorace-busy-select",
                                        "-fplugin-arg-gorace-Wno-error=gorace-busy-select", "-Wno-unused"}));
  // Without the plugin nobody would know them.
  for (const std::string& flag : flags) {
    EXPECT_THAT(words, Not(Contains(flag)));
    EXPECT_THAT(command(args, {Language::kCxx, false}), Not(Contains(HasSubstr("gorace-lock-leak"))));
  }
  EXPECT_THAT(command({"-Wno-gorace-lock-leak", "a.o"}), Not(Contains(HasSubstr("lock-leak"))));
}

TEST(CompileCommand, AWrapperStaysInFront) {
  const Words args = {"-c", "a.cc"};
  const Words words = compile_command({{"/usr/bin/ccache", "clang++-19"}, 19}, kLayout, {}, classify(args), args);
  EXPECT_EQ(words.at(0), "/usr/bin/ccache");
  EXPECT_EQ(words.at(1), "clang++-19");
}

TEST(CheckUse, RefusesWhatCannotBeCombined) {
  EXPECT_THAT(std::string(check_use({}, classify({"-fsanitize=address", "a.cc"})).message()),
              HasSubstr("-fsanitize=address"));
  EXPECT_THAT(std::string(check_use({}, classify({"-static", "a.cc"})).message()), HasSubstr("static executable"));
  EXPECT_TRUE(check_use({}, classify({"-static", "-c", "a.cc"})).ok()) << "nothing is linked";
  EXPECT_TRUE(check_use({Language::kCxx, false}, classify({"-static", "-fsanitize=address", "a.cc"})).ok());
}

TEST(NeededFiles, AreThoseThatTheCommandNames) {
  EXPECT_TRUE(needed_files(kLayout, {}, classify({"-c", "a.cc"})).empty());
  EXPECT_THAT(
      needed_files(kLayout, {}, classify({"a.cc"})),
      ElementsAre(kLayout.library("gorace"), kLayout.library("gorace_race"), kLayout.library("gorace_detector")));
  EXPECT_THAT(needed_files(kLayout, {Language::kCxx, false}, classify({"a.cc"})),
              ElementsAre(kLayout.library("gorace")));
  EXPECT_TRUE(needed_files(kLayout, {}, classify({"--version"})).empty());
}

TEST(NeedsPlugin, WhenSomethingIsCompiledWithRaceDetection) {
  EXPECT_TRUE(needs_plugin({}, classify({"-c", "a.cc"})));
  EXPECT_FALSE(needs_plugin({}, classify({"a.o"})));
  EXPECT_FALSE(needs_plugin({}, classify({"--version"})));
  EXPECT_FALSE(needs_plugin({Language::kCxx, false}, classify({"-c", "a.cc"})));
}

}  // namespace
}  // namespace gorace::tools
