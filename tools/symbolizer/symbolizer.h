// Symbolizer: LLVM's symbolizer behind a small interface. Reads ELF and DWARF, follows .gnu_debuglink and build ids
// into /usr/lib/debug, and falls back to the symbol table where there is no debug information.
//
// Thread safety: none. Files stay mapped and indexed for the life of the object.
#ifndef GORACE_TOOLS_SYMBOLIZER_SYMBOLIZER_H_
#define GORACE_TOOLS_SYMBOLIZER_SYMBOLIZER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pprof/encode/frame_source.h"

namespace gorace::tools {

struct SourceVariable {
  std::string name;
  uint64_t start = 0;
  uint64_t bytes = 0;
  std::string file;
  int64_t line = 0;
};

// StackVariable: a local variable or parameter in memory. Only the function is known when `name` is empty.
struct StackVariable {
  std::string function;
  std::string name;
  int64_t offset = 0;  // from the frame's cfa
  uint64_t bytes = 0;
  std::string file;
  int64_t line = 0;
};

class Symbolizer : public pprof::FrameSource {
 public:
  // `program` is the process whose addresses will be asked for, 0 for none. When a module is its executable, the file
  // that it really runs is read (/proc/PID/exe), even when the path meanwhile names another file or none: `gorace run
  // x.cc` deletes the binary before it starts it, and a rebuild replaces one.
  explicit Symbolizer(int program = 0);
  ~Symbolizer() override;

  std::vector<pprof::SourceFrame> frames(const std::string& module, uint64_t offset) override;
  std::optional<SourceVariable> variable(const std::string& module, uint64_t offset);
  // stack_variable finds the variable that holds the byte at `cfa_offset` from the canonical frame address of the
  // function that `offset` lies in.
  std::optional<StackVariable> stack_variable(const std::string& module, uint64_t offset, int64_t cfa_offset,
                                              uint64_t frame_bytes);

 private:
  class Llvm;
  std::unique_ptr<Llvm> llvm_;
  int program_;
};

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_SYMBOLIZER_SYMBOLIZER_H_
