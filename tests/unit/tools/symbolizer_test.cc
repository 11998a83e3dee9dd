#include "tools/symbolizer/symbolizer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/unit/tools/symbolizer_subject.h"

namespace gorace::tools {
namespace {

TEST(Symbolizer, NamesInlinedFunctionsInnermostFirst) {
  const Subject subject = ask_subject();
  ASSERT_NE(subject.code, 0u);
  Symbolizer symbolizer;
  const auto frames = symbolizer.frames(SUBJECT, subject.code);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].function, "(anonymous namespace)::innermost");
  EXPECT_EQ(frames[1].function, "app::Cache<std::string>::middle");
  EXPECT_EQ(frames[2].function, "app::Cache<std::string>::outer");
  EXPECT_EQ(frames[0].line, line_of("innermost"));
  EXPECT_EQ(frames[1].line, line_of("middle"));
  EXPECT_EQ(frames[2].line, line_of("outer"));
  for (const auto& frame : frames) {
    EXPECT_EQ(frame.file, SUBJECT_SOURCE);
    EXPECT_EQ(frame.system_name.substr(0, 2), "_Z");
    EXPECT_GT(frame.column, 0);
    EXPECT_GT(frame.start_line, 0);
    EXPECT_LE(frame.start_line, frame.line);
  }
}

TEST(Symbolizer, WithoutDebugInformationTheSymbolTableNamesTheFunction) {
  const Subject subject = ask_subject();
  Symbolizer symbolizer;
  const auto frames = symbolizer.frames(SUBJECT ".nodebug", subject.code);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].function, "app::Cache<std::string>::outer");
  EXPECT_EQ(frames[0].file, "");
  EXPECT_EQ(frames[0].line, 0);
}

TEST(Symbolizer, FindsTheVariableAroundAnAddress) {
  const Subject subject = ask_subject();
  Symbolizer symbolizer;
  const auto variable = symbolizer.variable(SUBJECT, subject.data);
  ASSERT_TRUE(variable.has_value());
  EXPECT_EQ(variable->name, "app::counter");
  EXPECT_EQ(variable->start, subject.data - 2 * sizeof(int));
  EXPECT_EQ(variable->bytes, 4 * sizeof(int));
  EXPECT_EQ(variable->file, SUBJECT_SOURCE);
  EXPECT_EQ(variable->line, line_of("data"));
}

TEST(Symbolizer, WhatIsUnknownIsEmpty) {
  Symbolizer symbolizer;
  EXPECT_TRUE(symbolizer.frames("/no/such/file", 0x1000).empty());
  EXPECT_TRUE(symbolizer.frames("/no/such/file", 0x1000).empty()) << "the second time too";
  EXPECT_TRUE(symbolizer.frames(SUBJECT, 0xffff'ffff'0000).empty());
  EXPECT_TRUE(symbolizer.frames(SUBJECT_SOURCE, 0).empty()) << "not an object file";
  EXPECT_FALSE(symbolizer.variable(SUBJECT, 0xffff'ffff'0000).has_value());
  EXPECT_FALSE(symbolizer.variable("", 0).has_value());
}

// `gorace run x.cc` deletes the binary before the program starts; make replaces one while it runs.
TEST(Symbolizer, ReadsTheFileThatTheProgramRunsWhenItsPathIsGoneOrAnothers) {
  std::string copy = std::filesystem::temp_directory_path() / "gorace-symbolizer-XXXXXX";
  close(mkstemp(copy.data()));
  std::filesystem::copy_file(SUBJECT, copy, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::permissions(copy, std::filesystem::perms::owner_all);

  int to_child[2], from_child[2];
  ASSERT_EQ(pipe(to_child), 0);
  ASSERT_EQ(pipe(from_child), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(to_child[0], 0);
    dup2(from_child[1], 1);
    close(to_child[1]);
    execl(copy.c_str(), copy.c_str(), "wait", nullptr);
    _exit(127);
  }
  close(to_child[0]);
  close(from_child[1]);
  FILE* output = fdopen(from_child[0], "r");
  const Subject subject = read_subject(output);
  ASSERT_NE(subject.code, 0u);

  std::filesystem::remove(copy);
  for (const std::string& name : {copy, copy + " (deleted)"}) {
    const auto frames = Symbolizer(pid).frames(name, subject.code);
    ASSERT_EQ(frames.size(), 3u) << name;
    EXPECT_EQ(frames[2].function, "app::Cache<std::string>::outer");
  }
  std::filesystem::copy_file("/bin/true", copy);
  EXPECT_EQ(Symbolizer(pid).frames(copy, subject.code).size(), 3u) << "another file has taken the path";
  EXPECT_TRUE(Symbolizer().frames(copy, subject.code).size() != 3u) << "without a process the path counts";

  std::filesystem::remove(copy);
  close(to_child[1]);
  fclose(output);
}

}  // namespace
}  // namespace gorace::tools
