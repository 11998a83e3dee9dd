// Statistics: what the pass did to one function, for -gorace-verbose.
#ifndef GORACE_INSTRUMENT_PASS_STATISTICS_H_
#define GORACE_INSTRUMENT_PASS_STATISTICS_H_

#include "llvm/Support/raw_ostream.h"

namespace gorace::instrument {

struct Statistics {
  unsigned inline_checks = 0;  // accesses with an inline check
  unsigned called_checks = 0;  // accesses whose check is a call, in code that is not hot
  unsigned range_calls = 0;    // accesses that always call the detector
  unsigned lane_checks = 0;    // lanes of masked and scattered vector accesses
  unsigned atomics = 0;
  unsigned memory_calls = 0;
  unsigned vptr_updates = 0;
  unsigned eliminated_covered = 0;     // an earlier check of the block covers it
  unsigned eliminated_overwritten = 0;  // a later write's check of the block covers it
  unsigned eliminated_loop = 0;         // a check in front of the loop covers it
  unsigned eliminated_neighbour = 0;    // the check of the bytes beside it covers it
  unsigned skipped_constant = 0;
  unsigned skipped_local = 0;
  bool keeps_context = false;

  bool any_check() const { return inline_checks + called_checks + range_calls + lane_checks + atomics + memory_calls + vptr_updates != 0; }

  void print(llvm::raw_ostream& out, llvm::StringRef function) const {
    out << "gorace: " << function << ": checks " << inline_checks << ", calls " << called_checks << ", ranges " << range_calls << ", lanes " << lane_checks
        << ", atomics " << atomics << ", memory " << memory_calls << ", vptr " << vptr_updates << "; eliminated: covered "
        << eliminated_covered << ", overwritten " << eliminated_overwritten << ", loop " << eliminated_loop << ", neighbour " << eliminated_neighbour << "; skipped: constant " << skipped_constant
        << ", local " << skipped_local << "; context " << (keeps_context ? "kept" : "none") << "\n";
  }
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_STATISTICS_H_
