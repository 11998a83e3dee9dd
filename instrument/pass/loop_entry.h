// Loop entry: checks of what a loop accesses again and again at one address, made once in front of it.
//
//   while (i < queue.size()) { ... queue[i] ... }      queue's own fields: one check, then a loop without
//
// Unlike loop_ranges.h, for loops of any shape, with calls that are quiet (quiet_calls.h): what the loop does at its
// entry, before anything that may acquire or not return, is done whenever the loop is entered, so a check in front of
// it is one of an access that is surely made, and made with nothing in between. And since the loop releases nothing,
// that check stands for every later iteration (elimination.h, first rule).
#ifndef GORACE_INSTRUMENT_PASS_LOOP_ENTRY_H_
#define GORACE_INSTRUMENT_PASS_LOOP_ENTRY_H_

#include "instrument/pass/loop_ranges.h"

namespace gorace::instrument {

// find_loop_entries sets is_eliminated of the accesses that the returned checks stand for. To be called while the
// blocks are as `plan` was collected from.
std::vector<LoopCheck> find_loop_entries(llvm::Function& function, FunctionPlan& plan, const LoopAnalyses& analyses,
                                         Statistics& statistics);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_LOOP_ENTRY_H_
