#include "tools/compile/classify.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gorace::tools {
namespace {

using Words = std::vector<std::string>;

bool links(const Words& args) { return classify(args).links_program; }

TEST(Classify, SourcesAndObjectsAreLinkedIntoAProgram) {
  for (const Words& args : std::vector<Words>{{"a.cc"},
                                              {"a.o", "-o", "a"},
                                              {"-O2", "a.cc", "b.cc"},
                                              {"a.o", "-lfoo"},
                                              {"-x", "c++", "-"},
                                              {"-lfoo"},
                                              {"-la", "--", "-odd.cc"}}) {
    EXPECT_TRUE(links(args)) << args[0];
  }
}

TEST(Classify, OtherOutputsAreNoProgram) {
  for (const char* flag :
       {"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "-shared", "-r", "--precompile", "-emit-ast", "--analyze"}) {
    EXPECT_FALSE(links({flag, "a.cc"})) << flag;
    EXPECT_FALSE(links({"a.cc", flag})) << flag;
  }
}

TEST(Classify, FlagsThatOnlyLookAlikeStillLink) {
  for (const char* flag : {"-static-libgcc", "-static-libstdc++", "-shared-libgcc", "-MD", "-MMD", "-Bstatic",
                           "-std=c++20", "-save-temps", "-rdynamic"}) {
    EXPECT_TRUE(links({flag, "a.cc"})) << flag;
    EXPECT_FALSE(classify({flag, "a.cc"}).is_static) << flag;
  }
}

TEST(Classify, WithoutInputTheCompilerOnlyPrints) {
  for (const Words& args : std::vector<Words>{
           {}, {"--version"}, {"-v"}, {"-###"}, {"-print-search-dirs"}, {"-dumpmachine"}, {"-o", "out"}}) {
    EXPECT_FALSE(classify(args).has_input);
    EXPECT_FALSE(classify(args).links_program);
  }
}

TEST(Classify, ObjectsLibrariesAndAssemblyAreNotCompiled) {
  EXPECT_TRUE(classify({"a.o", "b.cc"}).compiles);
  EXPECT_TRUE(classify({"a.S"}).compiles) << "preprocessed";
  EXPECT_TRUE(classify({"-x", "c++", "-"}).compiles);
  EXPECT_FALSE(classify({"a.o", "libb.a", "c.so", "d.so.1.2", "e.s", "-lf"}).compiles);
}

TEST(Classify, ValuesOfOptionsAreNoInput) {
  EXPECT_FALSE(classify({"-I", "include", "-D", "X", "-MF", "a.d", "-Xclang", "-load", "-include", "x.h"}).has_input);
}

TEST(Classify, ValuesOfOptionsAreNoOptions) {
  EXPECT_TRUE(links({"-o", "-c", "a.cc"})) << "a file named -c";
  EXPECT_TRUE(links({"-Xlinker", "-shared", "a.cc"}));
}

TEST(Classify, HeadersBecomePrecompiledHeaders) {
  EXPECT_FALSE(links({"a.h"}));
  EXPECT_FALSE(links({"-x", "c++-header", "a.cc"}));
  EXPECT_FALSE(links({"-xc++-header", "a.cc"}));
  EXPECT_TRUE(links({"-xc++", "a.inc"}));
}

TEST(Classify, SeesDebugFlags) {
  for (const char* flag : {"-g", "-g0", "-g1", "-g3", "-ggdb", "-ggdb3", "-gdwarf-4", "-gline-tables-only"}) {
    EXPECT_TRUE(classify({flag, "a.cc"}).has_debug_flag) << flag;
  }
  for (const char* flag : {"-gsplit-dwarf", "-gz", "-grecord-command-line", "-gcc-toolchain"}) {
    EXPECT_FALSE(classify({flag, "a.cc"}).has_debug_flag) << flag;
  }
}

TEST(Classify, SeesSanitizersThatCannotShareAProcess) {
  EXPECT_EQ(classify({"-fsanitize=thread", "a.cc"}).sanitizer, "thread");
  EXPECT_EQ(classify({"-fsanitize=undefined,address", "a.cc"}).sanitizer, "address");
  EXPECT_EQ(classify({"-fsanitize=undefined", "a.cc"}).sanitizer, "");
  EXPECT_EQ(classify({"-fno-sanitize=thread", "a.cc"}).sanitizer, "");
  EXPECT_EQ(classify({"-fno-sanitize-link-runtime", "a.o"}).sanitizer, "");
}

TEST(Classify, SeesStaticLinking) {
  EXPECT_TRUE(classify({"-static", "a.cc"}).is_static);
  EXPECT_TRUE(classify({"a.cc", "-static-pie"}).is_static);
}

TEST(Classify, TellsWhatIncludesHeaders) {
  for (const char* input : {"a.cc", "a.cppm", "a.c", "a.S", "-"})
    EXPECT_TRUE(classify({"-c", input}).preprocesses) << input;
  for (const char* input : {"a.pcm", "a.ii", "a.ll", "a.o", "a.s"})
    EXPECT_FALSE(classify({"-c", input}).preprocesses) << input;
  EXPECT_TRUE(classify({"a.pcm", "a.cc"}).preprocesses);
}

class ResponseFile : public ::testing::Test {
 protected:
  ResponseFile() {
    folder_ = std::filesystem::temp_directory_path() / "gorace-classify-XXXXXX";
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  }
  ~ResponseFile() override { std::filesystem::remove_all(folder_); }
  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
    return "@" + folder_ + "/" + name;
  }
  std::string folder_;
};

TEST_F(ResponseFile, IsRead) {
  EXPECT_TRUE(links({file("link.rsp", "a.o \"b c.o\"\n-o out")}));
  EXPECT_FALSE(links({file("compile.rsp", "a.cc -c")}));
  EXPECT_TRUE(classify({file("debug.rsp", "-g"), "a.cc"}).has_debug_flag);
}

TEST_F(ResponseFile, MayNameAnother) {
  const std::string inner = file("inner.rsp", "-c");
  EXPECT_FALSE(links({file("outer.rsp", inner + " a.cc")}));
}

TEST_F(ResponseFile, ThatNamesItselfEnds) {
  const std::string name = "@" + folder_ + "/self.rsp";
  file("self.rsp", name + " a.cc");
  EXPECT_TRUE(links({name}));
}

TEST_F(ResponseFile, ThatIsNotThereIsLeftToTheCompiler) { EXPECT_TRUE(classify({"@/no/such/file"}).has_input); }

}  // namespace
}  // namespace gorace::tools
