// What is wrong when the process ends: threads that nobody joined, accesses that are still being ignored.
#ifndef GORACE_DETECTOR_INTERCEPT_EXIT_FINDINGS_H_
#define GORACE_DETECTOR_INTERCEPT_EXIT_FINDINGS_H_

#include "detector/context/context.h"

namespace gorace::detector {

// find_at_exit is an exit hook; it leaves the exit code as it is.
int find_at_exit(int exit_code);

// check_ignores_ended: the strand ends while an annotation still has its accesses or synchronisation ignored.
void check_ignores_ended(const Context* context);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_EXIT_FINDINGS_H_
