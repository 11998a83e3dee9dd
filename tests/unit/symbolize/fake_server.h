// Addresses that the fake symbolizer has names for.
#ifndef GORACE_TESTS_UNIT_SYMBOLIZE_FAKE_SERVER_H_
#define GORACE_TESTS_UNIT_SYMBOLIZE_FAKE_SERVER_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "runtime/symbolize/modules.h"

namespace gorace::testing {

// The steps with a meaning of their own; higher ones are functions deep() on the line of their number.
enum Step { kWorker = 1, kInlined, kPark, kRecv, kMain, kUnknown, kDeep };

// One for each test file (static, and so are the functions: an inline one would mix the files' anchors up). In the
// executable, at a place that no function covers, so that no offset depends on the compiler.
static char anchor[16 << 10];

static inline uintptr_t pc_of(int step) {
  return reinterpret_cast<uintptr_t>(anchor) + static_cast<uintptr_t>(step) * 16;
}

// use_fake_symbolizer has symbolizers that are started from now on be the fake. `mode` as in fake_symbolizer.cc.
static inline void use_fake_symbolizer(const char* mode = "", const char* state = "") {
  runtime::refresh_modules();
  char base[32];
  const auto anchor_address = reinterpret_cast<uintptr_t>(anchor);
  snprintf(base, sizeof base, "%lx", anchor_address - runtime::find_module(anchor_address)->bias);
  setenv("FAKE_BASE", base, 1);
  setenv("FAKE_MODE", mode, 1);
  setenv("FAKE_STATE", state, 1);
  setenv("GORACE_TOOL", FAKE_SYMBOLIZER, 1);
}

}  // namespace gorace::testing

#endif  // GORACE_TESTS_UNIT_SYMBOLIZE_FAKE_SERVER_H_
