// gorace symbolize: addresses to functions, files and lines.
#include <unistd.h>

#include <cstdio>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tools/base/message.h"
#include "tools/commands.h"
#include "tools/inspect/program.h"
#include "tools/symbolize_server.h"

namespace gorace::tools {
namespace {

std::string describe(const pprof::SourceFrame& frame) {
  if (frame.file.empty()) return frame.function;
  return absl::StrCat(frame.function, " at ", frame.file, ":", frame.line, ":", frame.column);
}

int print_frames(const std::string& binary, const std::vector<uint64_t>& addresses) {
  if (access(binary.c_str(), R_OK) != 0)
    return fail(kExitFailed, absl::StrCat(binary, ": there is no such file, or it cannot be read"));
  Symbolizer symbolizer;
  for (uint64_t address : addresses) {
    const std::vector<pprof::SourceFrame> frames = symbolizer.frames(binary, address);
    printf("0x%s: %s\n", absl::StrCat(absl::Hex(address)).c_str(), frames.empty() ? "??" : describe(frames[0]).c_str());
    for (size_t i = 1; i < frames.size(); ++i) printf("  inlined by %s\n", describe(frames[i]).c_str());
  }
  return kExitOk;
}

}  // namespace

std::string help_symbolize() {
  return "usage: gorace symbolize BINARY ADDRESS...\n       gorace symbolize --server\n\n"
         "Prints the function, file and line of hexadecimal addresses in an ELF file, inlined functions first.\n"
         "--server answers the runtime of a program on standard input and output.\n";
}

int cmd_symbolize(const std::vector<std::string>& args) {
  if (args.size() == 1 && args[0] == "--server") return serve_symbols(STDIN_FILENO, STDOUT_FILENO);
  if (!args.empty() && args[0].size() > 1 && args[0][0] == '-') {
    return fail(kExitMisuse, absl::StrCat("unknown flag ", args[0], "; the only one is --server"));
  }
  if (args.size() < 2) return fail(kExitMisuse, "takes a binary and addresses; `gorace help symbolize` tells more");
  std::vector<uint64_t> addresses;
  for (size_t i = 1; i < args.size(); ++i) {
    if (!absl::SimpleHexAtoi(args[i], &addresses.emplace_back())) {
      return fail(kExitMisuse, absl::StrCat("'", args[i], "' is not a hexadecimal address"));
    }
  }
  return print_frames(args[0], addresses);
}

}  // namespace gorace::tools
