// [[clang::annotate("text")]] as it reaches LLVM.
#ifndef GORACE_INSTRUMENT_PASS_ANNOTATIONS_H_
#define GORACE_INSTRUMENT_PASS_ANNOTATIONS_H_

#include <utility>
#include <vector>

#include "llvm/ADT/StringRef.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

// annotations_of lists functions and global variables with their annotations; the texts live as long as the module.
std::vector<std::pair<llvm::Constant*, llvm::StringRef>> annotations_of(const llvm::Module& module);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_ANNOTATIONS_H_
