// The text of a finding. Layout: that of a race report (race_text.h).
#include "detector/report/race_text.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::detector {
namespace {

using runtime::Hex;
using runtime::RawWriter;

void print_lock(RawWriter& out, uintptr_t lock) {
  out << " " << Hex{lock, 12};
  runtime::DataSymbol global;
  if (runtime::symbolize_data(lock, &global)) out << " (" << global.name << ")";
}

}  // namespace

void print_finding(RawWriter& out, const Finding& finding, const RaceWording& wording) {
  out << "==================\nWARNING: " << finding.headline << "\n";
  for (int i = 0; i < finding.stack_count; ++i) {
    const FindingStack& stack = finding.stacks[i];
    if (i != 0) out << "\n";
    out << stack.what;
    if (stack.detail != nullptr) out << " (" << stack.detail << ")";
    if (stack.lock != 0) print_lock(out, stack.lock);
    if (stack.strand != nullptr) {
      out << stack.link;
      print_strand(out, stack.strand->kind, stack.strand->id, stack.strand->name, wording);
    }
    out << stack.tail;
    print_origin(out, stack.origin);
  }
  if (finding.object != 0) print_memory(out, finding.object, wording);
  if (finding.similar != 0) out << "\nAnd " << finding.similar << " more of the same.\n";
  if (finding.hint != nullptr) out << "\nHint: " << finding.hint << "\n";
  out << "==================\n";
}

}  // namespace gorace::detector
