// Models of synchronisation in libraries that are not instrumented: which functions take, give back, publish or wait,
// and on which object. Read from text (docs/models.md), looked up by a function's mangled name.
#ifndef GORACE_INSTRUMENT_PASS_MODEL_FILE_H_
#define GORACE_INSTRUMENT_PASS_MODEL_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace gorace::instrument {

enum class ModelEffect { kAcquire, kRelease, kLock, kUnlock, kLockShared, kUnlockShared, kDestroy };

struct ModelAction {
  ModelEffect effect;
  unsigned argument = 0;    // which argument points to the object; 0 is `this` of a member function
  int64_t offset = 0;       // bytes added to it
  bool is_after = false;    // of the call; else before it
  bool if_nonzero = false;  // only when the call returns true, non-zero or non-null
  bool if_zero = false;     // only when it returns false, zero or null
};

struct CallModel {
  std::string file;  // for messages
  unsigned line = 0;
  llvm::SmallVector<std::string, 4> name;  // what stands between the ::
  std::string parameters;                  // "(int)"; empty: any
  llvm::SmallVector<ModelAction, 2> actions;
  bool is_quiet = false;  // accesses during the call are not checked
};

class CallModels {
 public:
  // add_text appends the models of `text`. The error names `file` and the line; lines after it are not read.
  llvm::Error add_text(llvm::StringRef text, llvm::StringRef file);
  llvm::Error add_file(llvm::StringRef path);

  // find returns the last model that fits the function with this (mangled or C) name, so that files change what is
  // built in; null when there is none.
  const CallModel* find(llvm::StringRef symbol) const;

 private:
  std::vector<CallModel> models_;
};

// The models that come with gorace.
extern const char kBuiltinModels[];

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_MODEL_FILE_H_
