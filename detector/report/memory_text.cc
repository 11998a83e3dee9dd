// The part of a race report that says what memory it is about.
#include "detector/report/race_text.h"
#include "detector/report/thread_memory.h"
#include "runtime/sched/sched.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::detector {
namespace {

using runtime::Hex;
using runtime::RawWriter;

bool print_heap_block(RawWriter& out, uintptr_t address, const RaceWording& wording) {
  HeapBlock block;
  if (!find_heap_block(address, &block)) return false;
  out << "\nHeap block of size " << block.bytes << " at " << Hex{block.address, 12} << (block.freed ? ", freed," : "")
      << " allocated by ";
  print_strand(out, block.allocated_by_kind, block.allocated_by, "", wording);
  out << ":\n";
  print_origin(out, block.allocated_at);
  return true;
}

bool print_thread_memory(RawWriter& out, uintptr_t address, const RaceWording& wording) {
  ThreadMemory memory;
  const ThreadMemoryPart part = find_thread_memory(address, &memory);
  if (part == ThreadMemoryPart::kNone) return false;
  out << (part == ThreadMemoryPart::kStack ? "\nStack of " : "\nTLS of ");
  print_strand(out, memory.kind, memory.id, "", wording);
  out << ".\n";
  return true;
}

struct GoroutineStackSearch {
  uintptr_t address;
  uint64_t id = 0;
};

bool print_goroutine_stack(RawWriter& out, uintptr_t address, const RaceWording& wording) {
  if (!wording.has_goroutines) return false;
  GoroutineStackSearch search{address};
  const auto visit = [](runtime::G* g, void* argument) {
    auto* wanted = static_cast<GoroutineStackSearch*>(argument);
    const bool own_stack = g->kind == runtime::GKind::kGoroutine;
    if (own_stack && wanted->address >= g->stack_low && wanted->address < g->stack_high) wanted->id = g->id;
  };
  runtime::for_each_goroutine(visit, &search, /*stop_the_world=*/false);
  if (search.id == 0) return false;
  out << "\nStack of ";
  print_strand(out, StrandKind::kGoroutine, search.id, "", wording);
  out << ".\n";
  return true;
}

bool print_global(RawWriter& out, uintptr_t address) {
  runtime::DataSymbol symbol;
  if (!runtime::symbolize_data(address, &symbol)) return false;
  out << "\nGlobal var " << symbol.name << " of size " << symbol.bytes << " at " << Hex{symbol.address, 12};
  if (symbol.file[0] != '\0') out << " declared at " << symbol.file << ":" << symbol.line;
  out << "\n";
  return true;
}

bool print_descriptor(RawWriter& out, uintptr_t address, const RaceWording& wording) {
  DescriptorInfo info;
  if (find_descriptor == nullptr || !find_descriptor(address, &info)) return false;
  out << "\nFile descriptor " << info.fd;
  if (info.opened_by == 0) {
    out << "\n";
    return true;
  }
  out << " opened by ";
  print_strand(out, info.opened_by_kind, info.opened_by, "", wording);
  out << " at:\n";
  print_origin(out, info.opened_at);
  return true;
}

}  // namespace

void print_memory(RawWriter& out, uintptr_t address, const RaceWording& wording) {
  if (print_descriptor(out, address, wording)) return;
  if (print_heap_block(out, address, wording)) return;
  if (print_thread_memory(out, address, wording)) return;
  if (print_goroutine_stack(out, address, wording)) return;
  print_global(out, address);
}

}  // namespace gorace::detector
