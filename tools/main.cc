// The gorace command. Called through a link named gorace-c++ or gorace-cc it is that compiler, for build systems that
// want a compiler in one word (CXX=gorace-c++).
#include <string>
#include <vector>

#include "tools/commands.h"

int main(int argc, char** argv) {
  std::vector<std::string> args(argv + 1, argv + argc);
  const std::string called = argc > 0 ? argv[0] : "";
  const std::string name = called.substr(called.rfind('/') + 1);
  if (name == "gorace-c++" || name == "gorace-cc") args.insert(args.begin(), name.substr(sizeof "gorace-" - 1));
  return gorace::tools::run_command(args);
}
