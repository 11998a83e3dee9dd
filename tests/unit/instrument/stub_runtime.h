// What the stub detector (stub_runtime.cc) has counted: for the run-time tests of the pass.
#ifndef GORACE_TESTS_UNIT_INSTRUMENT_STUB_RUNTIME_H_
#define GORACE_TESTS_UNIT_INSTRUMENT_STUB_RUNTIME_H_

#include <cstddef>
#include <cstdint>
#include <vector>

struct StubCall {
  bool is_write;
  const void* address;
  uint64_t bytes;
  uint64_t calling_context;
};

// The slow-path calls of this thread since the last stub_clear(), oldest first (at most 1000).
const std::vector<StubCall>& stub_calls();
void stub_clear();

// A new epoch for the calling thread: what a release does.
void stub_new_epoch();

uint32_t stub_module_flags();
uint64_t stub_calling_context();
// Names of the __tsan_* functions called, in order.
const std::vector<const char*>& stub_events();

#endif  // GORACE_TESTS_UNIT_INSTRUMENT_STUB_RUNTIME_H_
