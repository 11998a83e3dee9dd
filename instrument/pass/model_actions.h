// Emits what a model's action says, around a call or in a callback.
#ifndef GORACE_INSTRUMENT_PASS_MODEL_ACTIONS_H_
#define GORACE_INSTRUMENT_PASS_MODEL_ACTIONS_H_

#include "instrument/pass/emission.h"
#include "instrument/pass/model_file.h"
#include "llvm/ADT/ArrayRef.h"

namespace gorace::instrument {

// What the words of an action stand for at one place.
struct ModelScope {
  llvm::ArrayRef<llvm::Value*> arguments;  // from `this` on; without the place for a structure that is returned
  llvm::Value* result = nullptr;           // of the call; null before it, and in callbacks
  llvm::Value* function = nullptr;         // the callback
};

// has_object tells whether there is the argument of which the action speaks, with the right type.
bool has_object(const ModelAction& action, llvm::ArrayRef<llvm::Value*> arguments);

void emit_action(Emitter& builder, const ModelAction& action, const ModelScope& scope);

void call_model_runtime(Emitter& builder, llvm::StringRef name, llvm::ArrayRef<llvm::Value*> arguments);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_MODEL_ACTIONS_H_
