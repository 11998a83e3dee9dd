#include "tests/unit/report/fakes.h"

#include <cstring>
#include <string>

#include "runtime/base/raw_writer.h"

namespace gorace::detector {

testing::Fakes testing::g_fakes;

OriginId without_locks(OriginId origin) { return origin; }

OriginInfo origin_info(OriginId origin) {
  static uintptr_t frames[1024];
  const OriginId number = is_atomic_origin(origin) ? origin - kUnknownAtomicOrigin : origin;
  if (number == 0) return {AccessKind::kPlain, 0, nullptr};
  frames[number] = number;
  AccessKind kind = is_atomic_origin(origin) ? AccessKind::kAtomic : AccessKind::kPlain;
  if (origin == testing::kFreeOrigin) kind = AccessKind::kFree;
  if (origin == testing::kVptrOrigin) kind = AccessKind::kVptr;
  const auto set = testing::g_fakes.lock_sets.find(origin);
  return {kind, 1, &frames[number], set == testing::g_fakes.lock_sets.end() ? 0 : set->second};
}

bool find_heap_block(uintptr_t, HeapBlock* out) {
  if (testing::g_fakes.heap_block) *out = *testing::g_fakes.heap_block;
  return testing::g_fakes.heap_block.has_value();
}

}  // namespace gorace::detector

namespace gorace::runtime {

using detector::testing::g_fakes;

void print_stack(RawWriter& out, const uintptr_t* pcs, int count, StackStyle) {
  for (int i = 0; i < count; ++i) out << "  f" << pcs[i] << "()\n      file.cc:" << pcs[i] << " +0x10\n";
}

void symbolize_pc(uintptr_t pc, void (*visit)(const Frame&, void*), void* argument) {
  const std::string function = "f" + std::to_string(pc);
  visit({.function = function.c_str(), .file = "/src/lib/file.cc", .line = static_cast<int>(pc), .pc = pc}, argument);
}

const char* name_operation(const uintptr_t* pcs, int count, char* out, size_t) {
  const bool inside = count > 0 && pcs[0] == detector::testing::kOperationOrigin;
  return strcpy(out, inside ? "gorace::WaitGroup::wait" : "");
}

bool is_internal_frame(const char*) { return false; }

bool symbolize_data(uintptr_t, DataSymbol* out) {
  if (g_fakes.global) *out = *g_fakes.global;
  return g_fakes.global.has_value();
}

bool symbolize_stack(uintptr_t, ptrdiff_t, size_t, StackVariable*) { return false; }

void for_each_goroutine(void (*visit)(G*, void*), void* argument, bool) {
  for (G* g : g_fakes.goroutines) visit(g, argument);
}

}  // namespace gorace::runtime
