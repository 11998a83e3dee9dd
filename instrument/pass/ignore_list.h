// Ignore lists: what is not checked, named in files of clang's special case list format (docs/exclusions.md). A line is
// kind:pattern with the kinds
//
//   src        functions of this source file, which may be a header; by debug information, which gorace c++ adds
//   mainfile   functions of all files that are compiled into the object of this source file
//   fun        functions, by the mangled name or the qualified one without parameters
//   global     global variables, by either name
//
// in the sections [thread], [gorace] or none. `type` and `enum`, and other sections, are other tools' and passed over.
#ifndef GORACE_INSTRUMENT_PASS_IGNORE_LIST_H_
#define GORACE_INSTRUMENT_PASS_IGNORE_LIST_H_

#include "llvm/IR/Module.h"

namespace gorace::instrument {

// mark_ignored gives kSkipAttribute to the functions and variables of `module` that the lists of the options name. A
// list that cannot be read is a compile error that names it and the line.
void mark_ignored(llvm::Module& module);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_IGNORE_LIST_H_
