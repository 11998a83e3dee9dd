// Neighbours: checks of bytes that lie side by side become one.
//
//   point = {x, y};      two stores of 4 bytes: one check of the 8
//
// Where accesses of one direction on one base touch bytes without a gap, within one granule or whole granules up to 64
// bytes (in hot code one, see ../README.md), the first one's check takes the bytes of all. That is one before each:
// between them stands nothing that may acquire, release or not return, so whatever is unordered with one is unordered
// with all, and all are made.
//
// Only where the accesses are of one line of the source, inlined from one place: a report names the line of the first,
// and would name a wrong one for the others. And only where the bytes are known to be aligned as their check needs it,
// since one that is not goes to the detector each time. Exactly the touched bytes are checked.
#ifndef GORACE_INSTRUMENT_PASS_NEIGHBOURS_H_
#define GORACE_INSTRUMENT_PASS_NEIGHBOURS_H_

#include "instrument/pass/access.h"

namespace gorace::instrument {

// merge_neighbours sets is_eliminated, and gives the accesses that are left their wider places, computed in front of
// them. To be called after all eliminations and HotCode::mark, while each access is in its block
// still.
void merge_neighbours(llvm::Function& function, FunctionPlan& plan, Statistics& statistics);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_NEIGHBOURS_H_
