// Callbacks: functions of the program that a library which is not instrumented calls, often on a thread of its own.
// What the program did when it handed the work over is acquired where the callback begins, and its end is released, as
// the models say (model_file.h).
#ifndef GORACE_INSTRUMENT_PASS_CALLBACK_MODELS_H_
#define GORACE_INSTRUMENT_PASS_CALLBACK_MODELS_H_

#include "instrument/pass/model_file.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

// The annotation by which the front end tells what a method overrides, before the overridden function's name.
inline constexpr const char kOverrideAnnotation[] = "gorace.override ";

// model_callbacks looks at functions that the module defines, and at what it passes to functions that it declares.
void model_callbacks(llvm::Module& module, const CallModels& models);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_CALLBACK_MODELS_H_
