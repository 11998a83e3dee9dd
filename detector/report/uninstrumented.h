// Which code was not compiled with gorace. Accesses in it are not checked, and what it orders is seen only through
// pthread functions and models: the most common reason for a report that is false. So reports name such code when it is
// on one of their stacks, and the last lines name the modules.
//
// Instrumented modules say so when they are loaded (note_instrumented); of functions in them that were linked from
// other objects, the plugin's table of functions tells (abi.h, struct GoraceCode). The C and C++ libraries are not
// named: what they order is known.
//
// Thread safety: note_instrumented any thread; the others under the reporter's lock.
#ifndef GORACE_DETECTOR_REPORT_UNINSTRUMENTED_H_
#define GORACE_DETECTOR_REPORT_UNINSTRUMENTED_H_

#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/origin/origin.h"
#include "runtime/base/raw_writer.h"

namespace gorace::detector {

// note_instrumented: the module that `address` lies in has instrumented code. Null: it is not known which of its
// functions, all are taken for instrumented (-fsanitize=thread).
void note_instrumented(uintptr_t address, const GoraceCode* begin, const GoraceCode* end);

// is_instrumented: was the instruction at `pc` compiled with gorace? Also true for the C and C++ libraries, for code
// that belongs to no file, and where it is not known.
bool is_instrumented(uintptr_t pc);

// print_uninstrumented names what is not instrumented on these stacks in one line, or prints nothing.
void print_uninstrumented(runtime::RawWriter& out, const OriginId* stacks, int count);

// print_uninstrumented_modules names the loaded modules that are not instrumented, and what that means.
void print_uninstrumented_modules(runtime::RawWriter& out);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_REPORT_UNINSTRUMENTED_H_
