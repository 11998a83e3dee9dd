// The part of a race report that says what memory it is about.
#include "detector/report/race_text.h"
#include "detector/report/stack_frames.h"
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
      << " allocated";
  if (block.is_strand_known) {
    out << " by ";
    print_strand(out, block.allocated_by_kind, block.allocated_by, "", wording);
  }
  out << ":\n";
  print_origin(out, block.allocated_at);
  return true;
}

// print_stack_variable adds what of the stack it is, where that can be told: "Local var x of f() of size 4 ...".
void print_stack_variable(RawWriter& out, uintptr_t address, AddressRange stack) {
  const StackFrame frame = find_stack_frame(address, stack);
  runtime::StackVariable variable;
  if (frame.pc == 0 ||
      !runtime::symbolize_stack(frame.pc, static_cast<ptrdiff_t>(address - frame.cfa), frame.bytes, &variable))
    return;
  if (variable.name[0] == '\0') {
    out << "In the frame of " << variable.function << "().\n";
    return;
  }
  out << "Local var " << variable.name << " of " << variable.function << "() of size " << variable.bytes << " at "
      << Hex{frame.cfa + static_cast<uintptr_t>(variable.offset), 12} << " declared at " << variable.file << ":"
      << variable.line << "\n";
}

bool print_thread_memory(RawWriter& out, uintptr_t address, const RaceWording& wording) {
  ThreadMemory memory;
  const ThreadMemoryPart part = find_thread_memory(address, &memory);
  if (part == ThreadMemoryPart::kNone) return false;
  out << (part == ThreadMemoryPart::kStack ? "\nStack of " : "\nTLS of ");
  print_strand(out, memory.kind, memory.id, "", wording);
  out << ".\n";
  if (part == ThreadMemoryPart::kStack) print_stack_variable(out, address, {memory.stack_low, memory.stack_high});
  return true;
}

struct GoroutineStackSearch {
  uintptr_t address;
  uint64_t id = 0;
  AddressRange stack{};
};

bool print_goroutine_stack(RawWriter& out, uintptr_t address, const RaceWording& wording) {
  if (!wording.has_goroutines) return false;
  GoroutineStackSearch search{address};
  const auto visit = [](runtime::G* g, void* argument) {
    auto* wanted = static_cast<GoroutineStackSearch*>(argument);
    const bool own_stack = g->kind == runtime::GKind::kGoroutine;
    const AddressRange stack{g->stack_low, g->stack_high};
    if (!own_stack || !stack.contains(wanted->address)) return;
    wanted->id = g->id;
    wanted->stack = stack;
  };
  runtime::for_each_goroutine(visit, &search, /*stop_the_world=*/false);
  if (search.id == 0) return false;
  out << "\nStack of ";
  print_strand(out, StrandKind::kGoroutine, search.id, "", wording);
  out << ".\n";
  print_stack_variable(out, address, search.stack);
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
