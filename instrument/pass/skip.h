// What is not instrumented: functions by attribute, accesses by what they touch.
#ifndef GORACE_INSTRUMENT_PASS_SKIP_H_
#define GORACE_INSTRUMENT_PASS_SKIP_H_

#include "instrument/pass/statistics.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"

namespace gorace::instrument {

// The string attribute that skip_annotations.h gives to functions and global variables annotated with "gorace.skip", or named
// in an ignore list.
inline constexpr const char kSkipAttribute[] = "gorace-skip";

enum class FunctionMode {
  kNothing,      // left as it is: disable_sanitizer_instrumentation, naked, interrupt handlers, the detector's own
  kNoAccesses,   // "gorace.skip", no_sanitize("thread"): synchronisation and calling context are kept, since losing an edge
                 // would give false reports elsewhere
  kEverything,
};
FunctionMode mode_of(const llvm::Function& function);

// is_vptr_access: does this load or store move an object's vtable pointer? By TBAA, and at -O0, where clang emits none, by the stored value.
bool is_vptr_access(const llvm::Instruction& access);

// AccessFilter decides for each address of one function whether an access to it can take part in a race at all.
class AccessFilter {
 public:
  explicit AccessFilter(Statistics& statistics) : statistics_(statistics) {}

  bool needs_check(const llvm::Instruction& access, const llvm::Value* address, bool is_write);

 private:
  bool is_private(const llvm::Value* object);

  Statistics& statistics_;
  llvm::DenseMap<const llvm::Value*, bool> private_objects_;
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_SKIP_H_
