// Elimination: which checks another check makes unnecessary. Rules; A is the access whose check goes:
//
//   covered      on every path to A lies an access E of the same bytes (or more), with no release in between; E writes,
//   or A reads.
//                An access X of another strand that is unordered with A is unordered with E. For X before A: X happens
//                before E would put it before A. For E before X: without a release between E and A, whatever orders E
//                before X orders A before X too. (An acquire in between does not matter: it can only order X before A.)
//                So X races with E, whose check reports it.
//   overwritten  A reads, and a later access W of A's basic block writes the same bytes (or more), with no acquire, and
//   nothing that may
//                not return, in between. X unordered with A is unordered with W: X before W needs an acquire in
//                between, W before X implies A before X. W's check stays where it is: W must execute for its own races
//                to be found.
//
// Calls count as everything, but for those that are known to be quiet (quiet_calls.h). A relaxed atomic is no barrier:
// it orders nothing by itself, and a fence is a barrier of its own. The price: a report names the access whose check is
// left, and its line.
//
// Loops have rules of their own (loop_entry.h, loop_ranges.h). Not done: the second rule over several blocks, which
// would need a write on every path from A.
#ifndef GORACE_INSTRUMENT_PASS_ELIMINATION_H_
#define GORACE_INSTRUMENT_PASS_ELIMINATION_H_

#include "instrument/pass/access.h"

namespace gorace::instrument {

// Place: an access's bytes as [offset, offset + bytes) from a base value.
struct Place {
  const llvm::Value* base;
  int64_t offset;
  uint64_t bytes;
  bool is_write;

  // For places on one base.
  bool contains(const Place& other) const {
    return offset <= other.offset &&
           other.offset + static_cast<int64_t>(other.bytes) <= offset + static_cast<int64_t>(bytes);
  }
  // covers: a check of this one may stand for the other one's (rule 1).
  bool covers(const Place& other) const {
    return base == other.base && (is_write || !other.is_write) && contains(other);
  }
};

// A scalable vector is known to have at least the bytes of vscale 1 and counts for these as the covering access; it is
// never eliminated.
Place place_of(const Access& access, const llvm::DataLayout& layout);

// Sets is_eliminated in plan.accesses. To be called while the blocks are as `plan` was collected from.
void eliminate(llvm::Function& function, FunctionPlan& plan, Statistics& statistics);

// The first rule (covered.cc).
void eliminate_covered(llvm::Function& function, FunctionPlan& plan, Statistics& statistics);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_ELIMINATION_H_
