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

enum class ModelEffect { kAcquire, kRelease, kLock, kUnlock, kLockShared, kUnlockShared, kDestroy, kTask };

// What an action is about.
struct ModelObject {
  enum class Place { kArgument, kPointedTo, kFunction, kNamed };
  Place place = Place::kArgument;
  unsigned argument = 0;  // counted from `this` of a member function
  int64_t offset = 0;     // kArgument: bytes added to it. kPointedTo: where the pointer lies, from the argument
  std::string name;       // kNamed
};

struct ModelCondition {
  enum class Test { kNone, kResultNonzero, kResultZero, kArgumentIs };
  Test test = Test::kNone;
  unsigned argument = 0;
  int64_t value = 0;
};

struct ModelAction {
  ModelEffect effect = ModelEffect::kAcquire;
  ModelObject object;
  ModelCondition condition;
  bool is_after = false;  // of the call, or of the callback's body; else before it
  // Of a task: names that are acquired when it begins, and released when it ends; empty: none.
  std::string acquired;
  std::string released;
};

enum class ModelKind {
  kCall,      // calls of a function that the module only declares
  kCallback,  // a function of the program that the library calls: the model speaks of its arguments
  kOverride,  // the same, for whatever overrides a virtual function
  kArgument,  // the same, for what is passed as an argument of a call
};

struct CallModel {
  std::string file;  // for messages
  unsigned line = 0;
  ModelKind kind = ModelKind::kCall;
  unsigned argument = 0;                   // kArgument: which
  llvm::SmallVector<std::string, 4> name;  // what stands between the ::
  std::string parameters;                  // "(int)"; empty: any
  llvm::SmallVector<ModelAction, 2> actions;
  bool is_quiet = false;  // accesses during the call are not checked
};

// parse_model reads a line, FUNCTION = ACTION, ... or one of the other forms, into `model`; the error says what is
// wrong with it.
llvm::Error parse_model(llvm::StringRef line, CallModel& model);

// split_name cuts a name at each :: that is not within <> or ().
void split_name(llvm::StringRef name, llvm::SmallVectorImpl<std::string>& parts);

class CallModels {
 public:
  // add_text appends the models of `text`. The error names `file` and the line; lines after it are not read.
  llvm::Error add_text(llvm::StringRef text, llvm::StringRef file);
  llvm::Error add_file(llvm::StringRef path);

  // find returns the last model of this kind that fits the function with this (mangled or C) name, so that files change
  // what is built in; null when there is none.
  const CallModel* find(ModelKind kind, llvm::StringRef symbol) const;

  // find_arguments returns, for each argument of the function that has one, the last model of what is passed there.
  llvm::SmallVector<const CallModel*, 1> find_arguments(llvm::StringRef symbol) const;

  // find_override is find for a virtual function's name as C++ writes it.
  const CallModel* find_override(llvm::StringRef qualified) const;

  // may_override tells whether find_override would find one, for functions whose last name this is: a cheap first
  // question.
  bool may_override(llvm::StringRef last_name) const;

 private:
  std::vector<CallModel> models_;
};

// The models that come with gorace.
extern const char kBuiltinModels[];

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_MODEL_FILE_H_
