#include "pprof/collect/allocation_sites.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace gorace::pprof {
namespace {

TEST(AllocationSites, OneForEachStackAndSize) {
  auto sites = std::make_unique<AllocationSites>();
  const uintptr_t stack[] = {1, 2, 3};
  AllocationSite* site = sites->find_or_add(100, stack, 3);
  EXPECT_EQ(sites->find_or_add(100, stack, 3), site);
  EXPECT_NE(sites->find_or_add(101, stack, 3), site);
  EXPECT_NE(sites->find_or_add(100, stack, 2), site);
  EXPECT_NE(sites->find_or_add(100, stack + 1, 2), sites->find_or_add(100, stack, 2));
  int count = 0;
  sites->for_each([&](const AllocationSite&) { ++count; });
  EXPECT_EQ(count, 4);
}

TEST(UnsamplingFactor, IsGos) {
  EXPECT_EQ(unsampling_factor(100, 1), 1.0);
  EXPECT_EQ(unsampling_factor(0, 524288), 1.0);
  EXPECT_DOUBLE_EQ(unsampling_factor(524288, 524288), 1 / (1 - std::exp(-1.0)));
  EXPECT_NEAR(unsampling_factor(64, 524288), 8192.5, 0.01);
}

}  // namespace
}  // namespace gorace::pprof
