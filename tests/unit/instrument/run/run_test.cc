// What instrumented code does when it runs: which accesses reach the detector, and what the calling context is on the
// way.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "detector/abi/abi.h"
#include "tests/unit/instrument/run/subject.h"
#include "tests/unit/instrument/stub_runtime.h"

namespace {

// Fresh memory for each test: no shadow word of this epoch names it.
alignas(64) char g_memory[4096];

class InstrumentRun : public testing::Test {
 protected:
  InstrumentRun() {
    stub_new_epoch();
    stub_clear();
  }
  template <class T>
  static T* at(size_t offset) {
    return reinterpret_cast<T*>(g_memory + offset);
  }
  static void expect_one_call(const void* address, uint64_t bytes, bool is_write) {
    ASSERT_EQ(stub_calls().size(), 1u);
    EXPECT_EQ(stub_calls()[0].address, address);
    EXPECT_EQ(stub_calls()[0].bytes, bytes);
    EXPECT_EQ(stub_calls()[0].is_write, is_write);
  }
};

TEST_F(InstrumentRun, FirstAccessOfAnEpochReachesTheDetectorAndTheNextDoesNot) {
  write8(at<uint64_t>(0));
  expect_one_call(at<void>(0), 8, true);
  write8(at<uint64_t>(0));
  EXPECT_EQ(stub_calls().size(), 1u);
  stub_new_epoch();
  write8(at<uint64_t>(0));
  EXPECT_EQ(stub_calls().size(), 2u);
}

TEST_F(InstrumentRun, WriteDoesNotStandForARead) {
  write8(at<uint64_t>(0));
  stub_clear();
  read8(at<uint64_t>(0));
  expect_one_call(at<void>(0), 8, false);
}

TEST_F(InstrumentRun, NeighbouringBytesAreApart) {
  for (size_t i = 0; i < 8; ++i) {
    stub_clear();
    write1(at<uint8_t>(i));
    expect_one_call(at<void>(i), 1, true);
    write1(at<uint8_t>(i));
    EXPECT_EQ(stub_calls().size(), 1u) << i;
  }
  write8(at<uint64_t>(0));  // all eight are known by now
  EXPECT_EQ(stub_calls().size(), 1u);
}

TEST_F(InstrumentRun, EveryOffsetOfEverySizeIsSeen) {
  for (size_t offset = 0; offset < 16; offset += 2) {
    stub_new_epoch();
    stub_clear();
    write2(at<uint16_t>(offset));
    expect_one_call(at<void>(offset), 2, true);
  }
  for (size_t offset = 0; offset < 16; offset += 4) {
    stub_new_epoch();
    stub_clear();
    write4(at<uint32_t>(offset));
    expect_one_call(at<void>(offset), 4, true);
    write4(at<uint32_t>(offset));
    EXPECT_EQ(stub_calls().size(), 1u);
  }
}

TEST_F(InstrumentRun, SixteenBytesNeedBothGranules) {
  write8(at<uint64_t>(0));
  stub_clear();
  write16(at<__int128>(0));
  EXPECT_FALSE(stub_calls().empty());
  stub_clear();
  write16(at<__int128>(0));
  EXPECT_TRUE(stub_calls().empty());
  stub_new_epoch();
  write8(at<uint64_t>(0));
  stub_clear();
  write16(at<__int128>(0));
  EXPECT_FALSE(stub_calls().empty());
}

TEST_F(InstrumentRun, LongDoubleIsTenBytes) {
  write_long_double(at<long double>(0));
  expect_one_call(at<void>(0), 10, true);
  write_long_double(at<long double>(0));
  EXPECT_EQ(stub_calls().size(), 1u);
}

TEST_F(InstrumentRun, PackedFieldAcrossGranulesIsSeenWhole) {
  for (size_t offset = 0; offset < 8; ++offset) {
    stub_new_epoch();
    stub_clear();
    write_packed(at<Packed>(offset));
    expect_one_call(at<char>(offset + 1), 4, true);
    EXPECT_EQ(at<Packed>(offset)->value, 5u);
  }
}

TEST_F(InstrumentRun, EachElementOfALoopIsSeen) {
  for (int n : {1, 3, 4, 7, 31, 64}) {
    for (size_t start : {0, 4, 8, 12}) {
      stub_new_epoch();
      stub_clear();
      auto* floats = at<float>(1024 + start);
      add_one_to_each(floats, n);
      uint64_t written = 0;
      for (const StubCall& call : stub_calls()) written += call.is_write ? call.bytes : 0;
      EXPECT_EQ(written, n * sizeof(float)) << n << " floats at " << start;
    }
  }
}

TEST_F(InstrumentRun, ReadThenWriteIsOneWrite) {
  increment(at<uint64_t>(0));
  expect_one_call(at<void>(0), 8, true);
}

// The calling context.

uint64_t g_seen[2];
void see_first() { g_seen[0] = stub_calling_context(); }
void see_second() { g_seen[1] = stub_calling_context(); }
void throw_error() { throw std::runtime_error("thrown"); }

TEST_F(InstrumentRun, CallingContextIsRestoredAtReturn) {
  const uint64_t before = stub_calling_context();
  call(see_first);
  EXPECT_NE(g_seen[0], before);
  EXPECT_EQ(stub_calling_context(), before);
}

TEST_F(InstrumentRun, CallingContextIsTheSameForTheSameCallsOnly) {
  uint64_t seen[2];
#pragma clang loop unroll(disable)  // one call instruction, reached twice
  for (uint64_t& context : seen) {
    call(see_first);
    context = g_seen[0];
  }
  EXPECT_EQ(seen[0], seen[1]);
  call(see_first);  // from another line
  EXPECT_NE(g_seen[0], seen[0]);
  call_twice(see_first, see_second);
  EXPECT_EQ(g_seen[0], g_seen[1]);
}

TEST_F(InstrumentRun, HandlerHasItsFunctionsContext) {
  const uint64_t before = stub_calling_context();
  g_seen[1] = 0;
  auto run = [](Callback thrower) { call_catching(thrower, see_second); };
  run([] {
    see_first();
    throw_error();
  });
  const uint64_t in_handler = g_seen[1];
  EXPECT_NE(in_handler, g_seen[0]);  // that was one call deeper
  EXPECT_NE(in_handler, before);
  EXPECT_EQ(stub_calling_context(), before);
}

TEST_F(InstrumentRun, ContextIsRightAfterLongjmp) {
  static std::jmp_buf buffer;
  const uint64_t before = stub_calling_context();
  call_after_longjmp(
      buffer, [] { std::longjmp(buffer, 1); }, see_second);
  const uint64_t after_jump = g_seen[1];
  EXPECT_NE(after_jump, before);
  EXPECT_EQ(stub_calling_context(), before);
}

TEST_F(InstrumentRun, ExceptionFromAColdCallLeavesAnIntactProgram) {
  EXPECT_EQ(checked(2), 2);
  EXPECT_THROW(checked(4), std::out_of_range);
}

TEST_F(InstrumentRun, AtomicsGoThroughTheDetector) {
  EXPECT_EQ(atomics(at<int>(0)), 7);
  std::string events;
  for (const char* event : stub_events()) events += std::string(event) + ' ';
  EXPECT_EQ(events, "store compare_exchange fetch_add fence load ");
  EXPECT_TRUE(stub_module_flags() & GORACE_MODULE_HAS_FENCES);
}

TEST_F(InstrumentRun, FloatingPointAtomicsAreDoneByCompareExchange) {
  *at<float>(0) = 1.5f;
  EXPECT_EQ(add_floating(at<float>(0), 2.0f), 1.5f);
  EXPECT_EQ(*at<float>(0), 3.5f);
}

}  // namespace
