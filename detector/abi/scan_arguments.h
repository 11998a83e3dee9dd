// Objects that a format of the scanf family fills in.
#ifndef GORACE_DETECTOR_ABI_SCAN_ARGUMENTS_H_
#define GORACE_DETECTOR_ABI_SCAN_ARGUMENTS_H_

#include <cstdarg>

#include "detector/abi/call_stack.h"

namespace gorace::detector {

// check_scanned_arguments checks, at `site`, the writes of a call scanf(format, arguments) that has assigned `assigned`
// objects (its result). `arguments` is left as it was. From a conversion on that it does not know (%1$d), nothing is
// checked.
void check_scanned_arguments(const char* format, va_list arguments, int assigned, CallSite site);
// The same for the wscanf family.
void check_scanned_arguments(const wchar_t* format, va_list arguments, int assigned, CallSite site);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_SCAN_ARGUMENTS_H_
