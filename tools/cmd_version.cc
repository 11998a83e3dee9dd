// gorace version
#include <cstdio>

#include "llvm/Config/llvm-config.h"
#include "tools/base/message.h"
#include "tools/commands.h"

namespace gorace::tools {

std::string help_version() {
  return "usage: gorace version\n\nPrints the version of gorace, of LLVM, and how gorace was built.\n";
}

int cmd_version(const std::vector<std::string>& args) {
  if (!args.empty()) return fail(kExitMisuse, "takes no argument; '" + args[0] + "' was given");
  printf("gorace %s (LLVM %s, %s)\n", GORACE_VERSION, LLVM_VERSION_STRING, GORACE_BUILD_TYPE);
  return kExitOk;
}

}  // namespace gorace::tools
