#include "pprof/encode/frame_filter.h"

#include <gtest/gtest.h>

namespace gorace::pprof {
namespace {

TEST(FrameFilter, GoracesOwnFunctionsAreMachinery) {
  EXPECT_TRUE(is_machinery("gorace::runtime::park"));
  EXPECT_TRUE(is_machinery("gorace::internal::chan_recv"));
  EXPECT_TRUE(is_machinery("gorace::detector::Shadow::check"));
  EXPECT_TRUE(is_machinery("__gorace_write8"));
  EXPECT_TRUE(is_machinery("std::__invoke_impl<void, main::$_0>"));
}

TEST(FrameFilter, ThePublicApiAndTheUsersCodeAreNot) {
  EXPECT_FALSE(is_machinery("gorace::Chan<int>::send"));
  EXPECT_FALSE(is_machinery("gorace::sleep"));
  EXPECT_FALSE(is_machinery("main"));
  EXPECT_FALSE(is_machinery("app::gorace::runtime::park"));
  EXPECT_FALSE(is_machinery("std::vector<int>::push_back"));
}

TEST(FrameFilter, AllocatorsAreTold) {
  EXPECT_TRUE(is_allocator("operator new"));
  EXPECT_TRUE(is_allocator("malloc"));
  EXPECT_TRUE(is_allocator("std::__new_allocator<int>::allocate"));
  EXPECT_TRUE(is_allocator("std::_Vector_base<int, std::allocator<int>>::_M_allocate"));
  EXPECT_FALSE(is_allocator("std::vector<int, std::allocator<int>>::push_back"));
  EXPECT_FALSE(is_allocator("app::malloc"));
  EXPECT_FALSE(is_allocator("mallocate"));
  EXPECT_FALSE(is_allocator("std::string::_M_create_x"));
}

}  // namespace
}  // namespace gorace::pprof
