// Module constructor: tells the detector that instrumented code is loaded, which ABI it speaks, and whether it has fences.
#ifndef GORACE_INSTRUMENT_PASS_MODULE_CONSTRUCTOR_H_
#define GORACE_INSTRUMENT_PASS_MODULE_CONSTRUCTOR_H_

#include "instrument/pass/runtime_functions.h"

namespace gorace::instrument {

// add_module_constructor: priority 0, and a COMDAT named after what it passes on, so that a program or shared library has at most
// one of each kind however many modules it is linked from.
void add_module_constructor(llvm::Module& module, RuntimeFunctions& runtime, bool has_fences);

// list_functions enters each function of the module into the table that the constructor hands over (abi.h, GoraceCode):
// those without any check too, which the user has excluded or which need none.
void list_functions(llvm::Module& module);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_MODULE_CONSTRUCTOR_H_
