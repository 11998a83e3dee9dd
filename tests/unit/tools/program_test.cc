#include "tools/inspect/program.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gorace::tools {
namespace {

class ProgramTest : public ::testing::Test {
 protected:
  ProgramTest() {
    folder_ = std::filesystem::temp_directory_path() / "gorace-program-XXXXXX";
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  }
  ~ProgramTest() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& text) {
    const std::string path = folder_ + "/file";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  // program compiles C text with the compiler of the system.
  std::string program(const std::string& source, const std::string& flags = "") {
    std::ofstream(folder_ + "/p.c") << source;
    const std::string path = folder_ + "/p";
    EXPECT_EQ(system(("clang-19 " + flags + " " + folder_ + "/p.c -o " + path).c_str()), 0);
    return path;
  }

  std::string folder_;
};

TEST_F(ProgramTest, KindsOfFilesAreTold) {
  EXPECT_EQ(inspect_program(file("#!/bin/sh\n")), ProgramKind::kScript);
  EXPECT_EQ(inspect_program(file("hello")), ProgramKind::kOther);
  EXPECT_EQ(inspect_program(file("")), ProgramKind::kOther);
  EXPECT_EQ(inspect_program("/no/such/file"), ProgramKind::kUnreadable);
  EXPECT_EQ(inspect_program("/bin/sh"), ProgramKind::kForeign);
}

TEST_F(ProgramTest, DamagedElfFilesAreSurvived) {
  EXPECT_EQ(inspect_program(file("\x7f"
                                 "ELF")),
            ProgramKind::kOther);
  std::ifstream whole("/bin/sh", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(whole)), {});
  for (size_t length : {16ul, 64ul, 100ul, 4096ul, bytes.size() / 2}) {
    const ProgramKind kind = inspect_program(file(bytes.substr(0, length)));
    EXPECT_TRUE(kind == ProgramKind::kOther || kind == ProgramKind::kForeign) << length;
  }
  std::string noise = bytes;
  for (size_t i = 64; i < noise.size(); i += 7) noise[i] = static_cast<char>(i * 31);
  const ProgramKind kind = inspect_program(file(noise));
  EXPECT_TRUE(kind == ProgramKind::kOther || kind == ProgramKind::kForeign);
}

TEST_F(ProgramTest, TheNoteTellsAnInstrumentedProgramEvenStripped) {
  const char source[] =
      "__attribute__((section(\".note.gorace\"), used)) static const int note[] = {0};\n"
      "int main(void) { return 0; }\n";
  EXPECT_EQ(inspect_program(program(source, "-s")), ProgramKind::kInstrumented);
}

TEST_F(ProgramTest, TheEntryPointTellsAnInstrumentedProgram) {
  const char source[] = "void __gorace_module_init(void) {}\nint main(void) { return 0; }\n";
  EXPECT_EQ(inspect_program(program(source)), ProgramKind::kInstrumented);
  EXPECT_EQ(inspect_program(program(source, "-s -Wl,--export-dynamic-symbol=__gorace_*")), ProgramKind::kInstrumented);
}

TEST_F(ProgramTest, TheRuntimeAloneIsToldApart) {
  const char source[] = "void _ZN6gorace7runtime4parkEv(void) {}\nint main(void) { return 0; }\n";
  EXPECT_EQ(inspect_program(program(source)), ProgramKind::kGoroutines);
  EXPECT_EQ(inspect_program(program("int __gorace_profiles;\nint main(void) { return 0; }\n",
                                    "-s -Wl,--export-dynamic-symbol=__gorace_*")),
            ProgramKind::kGoroutines);
}

}  // namespace
}  // namespace gorace::tools
