// Puts acquire and release around calls into libraries that are not instrumented, as the models say (model_file.h).
#ifndef GORACE_INSTRUMENT_PASS_CALL_MODELS_H_
#define GORACE_INSTRUMENT_PASS_CALL_MODELS_H_

#include "llvm/IR/Module.h"

namespace gorace::instrument {

// model_calls looks at calls of functions that the module only declares, in functions that are instrumented. Mistakes
// in model files become errors of the compilation.
void model_calls(llvm::Module& module);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_CALL_MODELS_H_
