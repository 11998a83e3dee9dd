#include "tools/symbolizer/function_name.h"

#include <gtest/gtest.h>

namespace gorace::tools {
namespace {

TEST(FunctionName, LeavesOutReturnTypeAndParameters) {
  EXPECT_EQ(function_name("_Z6workeriPKc"), "worker");
  EXPECT_EQ(function_name("_ZN3app5CacheIiE3getERKi"), "app::Cache<int>::get");
  EXPECT_EQ(function_name("_ZSt3maxIiERKT_S2_S2_"), "std::max<int>");
}

TEST(FunctionName, KeepsTheWrittenFormOfStrings) {
  EXPECT_EQ(function_name("_ZN3app5CacheINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEE3getEv"),
            "app::Cache<std::string>::get");
}

TEST(FunctionName, NamesLambdasWithinTheirFunction) {
  EXPECT_EQ(function_name("_ZZ4mainENK3$_0clEi"), "main::$_0::operator()");
}

TEST(FunctionName, NamesChannelOperationsByTheirClass) {
  EXPECT_EQ(function_name("_ZN6gorace8internal8RecvSideINS_4ChanIiEEiE4recvEv"), "gorace::Chan<int>::recv");
}

TEST(FunctionName, LeavesOutWhatCompilersAppendToClones) {
  EXPECT_EQ(function_name("_Z6workeri.cold"), "worker");
  EXPECT_EQ(function_name("_ZL6workeri.isra.0"), "worker");
  EXPECT_EQ(function_name("_ZL6workeri.llvm.1234567890"), "worker");
}

TEST(FunctionName, LeavesOutAbiTags) { EXPECT_EQ(function_name("_Z4nameB5cxx11v"), "name"); }

TEST(FunctionName, ReturnsWhatIsNotMangled) {
  EXPECT_EQ(function_name("main"), "main");
  EXPECT_EQ(function_name(""), "");
  EXPECT_EQ(function_name("_ZZZ garbage"), "_ZZZ garbage");
  EXPECT_EQ(function_name("_Z"), "_Z");
}

TEST(VariableName, IsDemangled) {
  EXPECT_EQ(variable_name("_ZN3app7counterE"), "app::counter");
  EXPECT_EQ(variable_name("counter"), "counter");
  EXPECT_EQ(variable_name("_ZZ4mainE5calls"), "main::calls");
}

}  // namespace
}  // namespace gorace::tools
