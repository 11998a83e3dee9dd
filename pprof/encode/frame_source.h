// FrameSource: where the encoder learns which functions an address belongs to. The gorace command implements it with
// LLVM's symbolizer (tools/symbolizer); tests implement it with a table.
#ifndef GORACE_PPROF_ENCODE_FRAME_SOURCE_H_
#define GORACE_PPROF_ENCODE_FRAME_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace gorace::pprof {

struct SourceFrame {
  std::string function;     // for people: demangled, no parameters; empty: unknown
  std::string system_name;  // as in the symbol table
  std::string file;         // absolute; empty: unknown
  int64_t line = 0;
  int64_t column = 0;
  int64_t start_line = 0;  // where the function begins
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;

  // frames returns what `offset` (a virtual address as in the ELF file `module`) lies in, the innermost inlined
  // function first, the function that really is in the symbol table last. Empty when nothing is known.
  virtual std::vector<SourceFrame> frames(const std::string& module, uint64_t offset) = 0;
};

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_ENCODE_FRAME_SOURCE_H_
