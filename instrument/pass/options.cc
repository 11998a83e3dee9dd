#include "instrument/pass/options.h"

#include "llvm/Support/CommandLine.h"

namespace gorace::instrument {
namespace {

constexpr const char kVerbose[] = "gorace-verbose";

// LLVM ends the process when an option is registered twice, which happens when gorace-plug.so and gorace-pass.so are both loaded: the
// second one uses the first one's option. The object lives for ever: LLVM's registry keeps a pointer to it.
llvm::cl::opt<bool>* find_or_register_verbose() {
  auto& known = llvm::cl::getRegisteredOptions();
  if (auto found = known.find(kVerbose); found != known.end()) return static_cast<llvm::cl::opt<bool>*>(found->second);
  return new llvm::cl::opt<bool>(kVerbose, llvm::cl::desc("Print what gorace's pass emits for each function"),
                                 llvm::cl::init(false));
}

llvm::cl::opt<bool>* const g_verbose = find_or_register_verbose();

}  // namespace

bool verbose() { return *g_verbose; }

}  // namespace gorace::instrument
