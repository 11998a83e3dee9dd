// LoadedRanges: the addresses that an ELF file's segments cover. LLVM's symbolizer answers with the nearest symbol
// before an address however far that is, so that an address which is not in the file at all (a run-time address whose
// load bias was not taken off, most often) would get the name of the file's last symbol.
//
// Thread safety: none.
#ifndef GORACE_TOOLS_SYMBOLIZER_LOADED_RANGES_H_
#define GORACE_TOOLS_SYMBOLIZER_LOADED_RANGES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace gorace::tools {

class LoadedRanges {
 public:
  // contains tells whether a segment of the file at `path` covers `address`. False when the file cannot be read.
  bool contains(const std::string& path, uint64_t address);

 private:
  using Ranges = std::vector<std::pair<uint64_t, uint64_t>>;  // start, end

  absl::flat_hash_map<std::string, Ranges> files_;
};

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_SYMBOLIZER_LOADED_RANGES_H_
