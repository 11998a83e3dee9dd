// Texts that a format of the printf family prints.
#ifndef GORACE_DETECTOR_ABI_FORMAT_ARGUMENTS_H_
#define GORACE_DETECTOR_ABI_FORMAT_ARGUMENTS_H_

#include <cstdarg>

#include "detector/abi/call_stack.h"

namespace gorace::detector {

// check_format_arguments checks, at `site`, the bytes that printf(format, arguments) reads through %s and writes
// through %n. `arguments` is left as it was. From a conversion on that it does not know (%1$s, wide characters' width
// aside), nothing is checked.
void check_format_arguments(const char* format, va_list arguments, CallSite site);
// The same for the wprintf family.
void check_wide_format_arguments(const wchar_t* format, va_list arguments, CallSite site);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_FORMAT_ARGUMENTS_H_
