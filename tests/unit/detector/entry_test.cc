// The assembly entry points: registers, the stack that the report gets, and sizes.
#include <gtest/gtest.h>

#include <cstring>
#include <span>
#include <vector>

#include "detector/abi/abi.h"
#include "detector/abi/check_calls.h"
#include "detector/shadow/granule.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

#if defined(__x86_64__)

namespace gorace::detector::testing {
namespace {

alignas(64) char g_memory[128];

struct Registers {
  uint64_t rax, rcx, rdx, rsi, rdi, r8, r9, r10;
};

// call_with_registers calls an entry point with every preserved register set, and returns what they are afterwards.
[[gnu::noinline]] Registers call_with_registers(void (*entry)(const void*), const void* address, const Registers& in) {
  Registers out;
  // Below the red zone: an asm that calls must not overwrite it.
  asm volatile(
      "sub $128, %%rsp\n\t"
      "mov %[entry], %%r11\n\t"
      "mov 0(%[in]), %%rax\n\t"
      "mov 8(%[in]), %%rcx\n\t"
      "mov 16(%[in]), %%rdx\n\t"
      "mov 24(%[in]), %%rsi\n\t"
      "mov %[address], %%rdi\n\t"
      "mov 40(%[in]), %%r8\n\t"
      "mov 48(%[in]), %%r9\n\t"
      "mov 56(%[in]), %%r10\n\t"
      "mov %%rsp, %%r13\n\t"
      "and $-16, %%rsp\n\t"
      "call *%%r11\n\t"
      "mov %%r13, %%rsp\n\t"
      "mov %%rax, 0(%[out])\n\t"
      "mov %%rcx, 8(%[out])\n\t"
      "mov %%rdx, 16(%[out])\n\t"
      "mov %%rsi, 24(%[out])\n\t"
      "mov %%rdi, 32(%[out])\n\t"
      "mov %%r8, 40(%[out])\n\t"
      "mov %%r9, 48(%[out])\n\t"
      "mov %%r10, 56(%[out])\n\t"
      "add $128, %%rsp\n\t"
      :
      : [entry] "r"(entry), [address] "r"(address), [in] "b"(&in), [out] "r"(&out)
      : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r13", "memory", "cc", "xmm0", "xmm1", "xmm2",
        "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
  return out;
}

struct Entry {
  void (*function)(const void*);
  size_t bytes;
  bool is_write;
};

using WriteEntry = void (*)(void*);
Entry write_entry(WriteEntry function, size_t bytes) {
  return {reinterpret_cast<void (*)(const void*)>(function), bytes, true};
}

const Entry kEntries[] = {{__gorace_read1, 1, false},      {__gorace_read2, 2, false},
                          {__gorace_read4, 4, false},      {__gorace_read8, 8, false},
                          {__gorace_read16, 16, false},    write_entry(__gorace_write1, 1),
                          write_entry(__gorace_write2, 2), write_entry(__gorace_write4, 4),
                          write_entry(__gorace_write8, 8), write_entry(__gorace_write16, 16)};

constexpr size_t kWidths = std::size(kEntries);

// The same with the check in front, and wider ones.
const Entry kChecks[] = {{__gorace_check_read1, 1, false},        {__gorace_check_read2, 2, false},
                         {__gorace_check_read4, 4, false},        {__gorace_check_read8, 8, false},
                         {__gorace_check_read16, 16, false},      write_entry(__gorace_check_write1, 1),
                         write_entry(__gorace_check_write2, 2),   write_entry(__gorace_check_write4, 4),
                         write_entry(__gorace_check_write8, 8),   write_entry(__gorace_check_write16, 16),
                         {__gorace_check_read24, 24, false},      {__gorace_check_read64, 64, false},
                         write_entry(__gorace_check_write24, 24), write_entry(__gorace_check_write64, 64)};

class EntryPoints : public ::testing::Test {
 protected:
  EntryPoints() {
    strand_ = new_strand(nullptr);
    set_current_context(strand_);
    reset_memory(g_memory, sizeof(g_memory));
  }
  ~EntryPoints() override {
    set_current_context(nullptr);
    context_end(strand_);
    reset_memory(g_memory, sizeof(g_memory));
  }
  Context* strand_;
};

class EntryPointsOfBothKinds : public EntryPoints, public ::testing::WithParamInterface<const Entry*> {};

TEST_P(EntryPointsOfBothKinds, RecordTheirSizeAndPreserveTheRegisters) {
  for (const Entry& entry : std::span(GetParam(), kWidths)) {
    reset_memory(g_memory, sizeof(g_memory));
    const Registers in{1, 2, 3, 4, reinterpret_cast<uint64_t>(g_memory), 6, 7, 8};
    const Registers out = call_with_registers(entry.function, g_memory, in);
    EXPECT_EQ(memcmp(&in, &out, sizeof(in)), 0);
    const uint64_t* words = shadow_words(reinterpret_cast<uintptr_t>(g_memory));
    const size_t in_granule = entry.bytes < 8 ? entry.bytes : 8;
    const uint64_t word = words[entry.is_write ? 0 : 1];
    EXPECT_EQ(word & GORACE_IDENTITY_MASK, strand_->current & GORACE_IDENTITY_MASK);
    EXPECT_EQ(word_mask(word), (1u << in_granule) - 1);
    EXPECT_EQ(words[entry.is_write ? 1 : 0], 0u);
    EXPECT_EQ(words[entry.is_write ? 2 : 3] != 0, entry.bytes >= 16);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EntryPointsOfBothKinds, ::testing::Values(kEntries, kChecks));

// What stands in the shadow of g_memory, origins left out, after an access by `entry`.
std::vector<uint64_t> shadow_after(const Entry& entry, const void* address) {
  call_with_registers(entry.function, address, {});
  const uint64_t* words = shadow_words(reinterpret_cast<uintptr_t>(g_memory));
  std::vector<uint64_t> state;
  for (size_t i = 0; i < sizeof(g_memory) / 4; ++i)
    state.push_back(words[i] & (GORACE_IDENTITY_MASK | GORACE_BYTE_MASK));
  return state;
}

// At each place of a granule, over its end too: a check records what a range of these bytes would.
TEST_F(EntryPoints, ChecksRecordAtAnyAlignment) {
  for (const Entry& check : kChecks) {
    for (size_t offset = 0; offset < 16; ++offset) {
      reset_memory(g_memory, sizeof(g_memory));
      const std::vector<uint64_t> checked = shadow_after(check, g_memory + offset);
      reset_memory(g_memory, sizeof(g_memory));
      (check.is_write ? __gorace_write_range : reinterpret_cast<void (*)(void*, uint64_t)>(__gorace_read_range))(
          g_memory + offset, check.bytes);
      const Entry nothing = {[](const void*) {}, 0, false};
      EXPECT_EQ(checked, shadow_after(nothing, g_memory)) << check.bytes << " bytes at " << offset;
    }
  }
}

// A check passes on exactly the bytes that its epoch has touched: with fewer in the word it goes on to the detector.
TEST_F(EntryPoints, ChecksPassOnWhatWasTouchedOnly) {
  for (const Entry& check : kChecks) {
    for (const bool all : {true, false}) {
      reset_memory(g_memory, sizeof(g_memory));
      uint64_t* words = shadow_words(reinterpret_cast<uintptr_t>(g_memory)) + !check.is_write;
      const size_t in_granule = check.bytes < 8 ? check.bytes : 8;
      const uint64_t touched = ((1u << in_granule) - 1) >> (all ? 0 : 1);
      const uint64_t word = (strand_->current & GORACE_IDENTITY_MASK) | uint64_t{1} << GORACE_ORIGIN_SHIFT | touched;
      const size_t last = check.bytes <= 8 ? 0 : 2 * (check.bytes / 8 - 1);
      for (size_t i = 0; i < last; i += 2) words[i] = word | GORACE_BYTE_MASK;
      words[last] = word;
      call_with_registers(check.function, g_memory, {});
      EXPECT_EQ(words[last] == word, all) << check.bytes << " bytes, write " << check.is_write;
    }
  }
}

// Granules with a record: the entry returns at once when the thread's cache has the strand's access (own_access.h), to
// exactly these bytes, in this direction and epoch; else the access is recorded.
TEST_F(EntryPoints, ReturnOnOwnAccessesInRecordsOnly) {
  Context* other = new_strand(nullptr);
  const auto access = [](Context* context, size_t bytes, bool is_write) {
    is_write ? write_to(context, g_memory, bytes) : read_from(context, g_memory, bytes);
  };
  const auto start_with = [&](size_t own_bytes, bool is_write) {
    reset_memory(g_memory, sizeof(g_memory));
    access(other, 16, is_write);
    access(strand_, own_bytes, is_write);
    // Fills the cache.
    EXPECT_TRUE(is_recorded(*strand_, g_memory, own_bytes, is_write));
    EXPECT_TRUE(is_tagged(*shadow_words(reinterpret_cast<uintptr_t>(g_memory))));
  };
  for (const Entry& entry : kEntries) {
    const uint64_t* words = shadow_words(reinterpret_cast<uintptr_t>(g_memory));
    start_with(16, entry.is_write);
    const uint64_t tags[] = {words[0], words[2]};
    call_with_registers(entry.function, g_memory, {});
    EXPECT_EQ(words[0], tags[0]) << entry.bytes << " bytes, write " << entry.is_write;
    EXPECT_EQ(words[2], tags[1]) << entry.bytes << " bytes, write " << entry.is_write;

    context_advance_epoch(strand_);
    call_with_registers(entry.function, g_memory, {});
    EXPECT_TRUE(is_recorded(*strand_, g_memory, entry.bytes, entry.is_write)) << entry.bytes << " bytes, a new epoch";

    start_with(16, !entry.is_write);
    call_with_registers(entry.function, g_memory, {});
    EXPECT_TRUE(is_recorded(*strand_, g_memory, entry.bytes, entry.is_write)) << entry.bytes << " bytes, a direction";

    if (entry.bytes == 1) continue;
    start_with(entry.bytes - 1, entry.is_write);
    call_with_registers(entry.function, g_memory, {});
    EXPECT_TRUE(is_recorded(*strand_, g_memory, entry.bytes, entry.is_write)) << entry.bytes << " bytes, one missing";
  }
  take_races();
  context_end(other);
}

[[gnu::noinline]] void writes_a_word() {
  call_with_registers(kEntries[8].function, g_memory, {});
  asm volatile("");
}

TEST_F(EntryPoints, KeepTheAccessingStack) {
  writes_a_word();
  const uint64_t word = *shadow_words(reinterpret_cast<uintptr_t>(g_memory));
  const OriginInfo info = origin_info(word_origin(word));
  ASSERT_GE(info.frame_count, 3);
  const auto inside = [](uintptr_t pc, auto* function) {
    const auto start = reinterpret_cast<uintptr_t>(function);
    return pc > start && pc < start + 400;
  };
  EXPECT_TRUE(inside(info.frames[0], call_with_registers));
  EXPECT_TRUE(inside(info.frames[1], writes_a_word));
}

TEST_F(EntryPoints, RecordNothingWithoutAContextOrInAnIgnoredStretch) {
  {
    const IgnoreScope ignored;
    writes_a_word();
  }
  EXPECT_EQ(*shadow_words(reinterpret_cast<uintptr_t>(g_memory)), 0u);
  set_current_context(nullptr);
  writes_a_word();
  EXPECT_EQ(*shadow_words(reinterpret_cast<uintptr_t>(g_memory)), 0u);
}

TEST_F(EntryPoints, RangesRecordEveryByte) {
  __gorace_write_range(g_memory + 3, 20);
  Context* other = new_strand(nullptr);
  take_races();
  for (int i = 0; i < 32; ++i) {
    read_from(other, g_memory + i, 1);
    EXPECT_EQ(take_races().size(), i >= 3 && i < 23 ? 1u : 0u) << i;
  }
  context_end(other);
}

}  // namespace
}  // namespace gorace::detector::testing

#endif  // x86-64
