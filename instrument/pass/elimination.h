// Elimination: which checks another check makes unnecessary. Rules, within one basic block; A is the access whose check goes:
//
//   covered      an earlier access E of the same bytes (or more), with no release in between; E writes, or A reads.
//                An access X of another strand that is unordered with A is unordered with E. For X before A: X happens before E would put it
//                before A. For E before X: without a release between E and A, whatever orders E before X orders A before X too.
//                (An acquire in between does not matter: it can only order X before A.) So X races with E, whose check reports it.
//   overwritten  A reads, and a later access W of the block writes the same bytes (or more), with no acquire, and nothing that may not
//                return, in between. X unordered with A is unordered with W: X before W needs an acquire in between, W before X
//                implies A before X. W's check stays where it is: W must execute for its own races to be found.
//
// Calls count as everything. A relaxed atomic is no barrier: it orders nothing by itself, and a fence is a barrier of its own. The price: a report
// names the access whose check is left, and its line.
//
// Loops have rules of their own (loop_ranges.h). Not done: the same rules over the dominator tree. Each rule is a function of the steps of a region, so that it can be
// applied to a larger one.
#ifndef GORACE_INSTRUMENT_PASS_ELIMINATION_H_
#define GORACE_INSTRUMENT_PASS_ELIMINATION_H_

#include "instrument/pass/access.h"

namespace gorace::instrument {

// Sets is_eliminated in plan.accesses.
void eliminate(FunctionPlan& plan, const llvm::DataLayout& layout, Statistics& statistics);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_ELIMINATION_H_
