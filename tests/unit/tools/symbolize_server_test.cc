#include "tools/symbolize_server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "pprof/encode/profile_file.h"
#include "tests/unit/tools/symbolizer_subject.h"

namespace gorace::tools {
namespace {

constexpr char kUnknown[] = "??\t\t\t\t\n\n";

std::string code_request(uint64_t offset) { return absl::StrCat("CODE\t" SUBJECT "\t", absl::Hex(offset)); }

TEST(SymbolizeServer, AnswersCodeWithALineForEachFrame) {
  SymbolizeServer server(0);
  const std::string reply = server.add_line(code_request(ask_subject().code));
  EXPECT_TRUE(reply.starts_with(
      absl::StrCat("(anonymous namespace)::innermost\t" SUBJECT_SOURCE "\t", line_of("innermost"), "\t")))
      << reply;
  EXPECT_TRUE(reply.ends_with("\n\n"));
  EXPECT_EQ(std::count(reply.begin(), reply.end(), '\n'), 4) << "three frames and the end: " << reply;
  EXPECT_EQ(std::count(reply.begin(), reply.end(), '\t'), 3 * 4) << reply;
}

TEST(SymbolizeServer, AcceptsOffsetsWithAndWithout0x) {
  SymbolizeServer server(0);
  const uint64_t code = ask_subject().code;
  EXPECT_EQ(server.add_line(absl::StrCat("CODE\t" SUBJECT "\t0x", absl::Hex(code))),
            server.add_line(code_request(code)));
}

TEST(SymbolizeServer, AnswersDataWithTheVariable) {
  SymbolizeServer server(0);
  const Subject subject = ask_subject();
  EXPECT_EQ(server.add_line(absl::StrCat("DATA\t" SUBJECT "\t", absl::Hex(subject.data))),
            absl::StrCat("app::counter\t", absl::Hex(subject.data - 8), "\t16\t" SUBJECT_SOURCE "\t", line_of("data"),
                         "\n\n"));
}

TEST(SymbolizeServer, SaysUnknownAndGoesOn) {
  SymbolizeServer server(0);
  EXPECT_EQ(server.add_line("CODE\t/no/such/file\t1234"), kUnknown);
  EXPECT_EQ(server.add_line("CODE\t" SUBJECT "\tnot hex"), kUnknown);
  EXPECT_EQ(server.add_line("DATA\t/no/such/file\t1234"), kUnknown);
  EXPECT_EQ(server.add_line("DATA\t" SUBJECT "\t"), kUnknown);
  EXPECT_EQ(server.add_line("LOCAL\t-8\t0\t/no/such/file\t1234"), kUnknown);
  EXPECT_EQ(server.add_line("LOCAL\tnear\t0\t" SUBJECT "\t1234"), kUnknown);
  EXPECT_EQ(server.add_line("LOCAL\t-8\t-1\t" SUBJECT "\t1234"), kUnknown);
  EXPECT_NE(server.add_line(code_request(ask_subject().code)), kUnknown);
}

TEST(SymbolizeServer, AnswersGarbageAndGoesOn) {
  SymbolizeServer server(0);
  const std::string binary("\x00\xff\t\x7f\n", 4);
  for (const std::string& line :
       {std::string("HELLO"), std::string("CODE"), std::string("CODE\ta\tb\tc"), std::string("\t\t"), binary}) {
    EXPECT_EQ(server.add_line(line), "??\n\n") << line;
  }
  EXPECT_EQ(server.add_line(""), "") << "an empty line is no request";
  EXPECT_NE(server.add_line(code_request(ask_subject().code)), kUnknown);
}

class SymbolizeServerProfile : public ::testing::Test {
 protected:
  SymbolizeServerProfile() {
    folder_ = std::filesystem::temp_directory_path() / "gorace-server-XXXXXX";
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  }
  ~SymbolizeServerProfile() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/heap.pb.gz"; }

  std::string folder_;
};

TEST_F(SymbolizeServerProfile, IsWrittenSymbolized) {
  SymbolizeServer server(0);
  const uint64_t pc = ask_subject().code + 1;  // a return address
  for (const std::string& line :
       {absl::StrCat("PROFILE\theap\t", path()), std::string("time\t1700000000000000000"),
        std::string("type\tinuse_space\tbytes"), std::string("module\t5000\t9999999999\t0\t5000\t" SUBJECT "\tabcd"),
        absl::StrCat("sample\t42\t", absl::Hex(pc + 0x5000))}) {
    EXPECT_EQ(server.add_line(line), "");
  }
  EXPECT_EQ(server.add_line(""), "ok\n\n");
  const auto profile = pprof::read_profile_file(path());
  ASSERT_TRUE(profile.ok()) << profile.status();
  ASSERT_EQ(profile->location_size(), 1);
  EXPECT_EQ(profile->location(0).line_size(), 3);
  EXPECT_EQ(profile->string_table(static_cast<int>(profile->function(0).name())), "(anonymous namespace)::innermost");
}

TEST_F(SymbolizeServerProfile, ThatIsMalformedIsRefusedWithItsLineAndTheServerGoesOn) {
  SymbolizeServer server(0);
  server.add_line(absl::StrCat("PROFILE\theap\t", path()));
  server.add_line("type\tinuse_space\tbytes");
  server.add_line("nonsense");
  server.add_line("CODE\tis part of the profile\t1");
  EXPECT_EQ(server.add_line(""), "error\tline 2: unknown record 'nonsense'\n\n");
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_NE(server.add_line(code_request(ask_subject().code)), kUnknown);
}

TEST_F(SymbolizeServerProfile, WithoutAPathIsSkippedWhole) {
  SymbolizeServer server(0);
  EXPECT_EQ(server.add_line("PROFILE\theap"), "");
  EXPECT_EQ(server.add_line("type\tinuse_space\tbytes"), "");
  EXPECT_TRUE(server.add_line("").starts_with("error\t"));
}

TEST_F(SymbolizeServerProfile, ThatCannotBeWrittenIsAnError) {
  SymbolizeServer server(0);
  server.add_line("PROFILE\theap\t/dev/null/heap.pb.gz");
  server.add_line("type\tinuse_space\tbytes");
  EXPECT_EQ(server.add_line(""), "error\tcannot write /dev/null/heap.pb.gz: Not a directory\n\n");
}

}  // namespace
}  // namespace gorace::tools
