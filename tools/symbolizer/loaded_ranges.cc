#include "tools/symbolizer/loaded_ranges.h"

#include "llvm/Object/ELFObjectFile.h"

namespace gorace::tools {
namespace {

std::vector<std::pair<uint64_t, uint64_t>> read_ranges(const std::string& path) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  auto opened = llvm::object::ObjectFile::createObjectFile(path);
  if (!opened) {
    llvm::consumeError(opened.takeError());
    return ranges;
  }
  const auto* file = llvm::dyn_cast<llvm::object::ELF64LEObjectFile>(opened->getBinary());
  if (file == nullptr) return ranges;
  auto headers = file->getELFFile().program_headers();
  if (!headers) {
    llvm::consumeError(headers.takeError());
    return ranges;
  }
  for (const auto& header : *headers) {
    if (header.p_type == llvm::ELF::PT_LOAD) ranges.emplace_back(header.p_vaddr, header.p_vaddr + header.p_memsz);
  }
  return ranges;
}

}  // namespace

bool LoadedRanges::contains(const std::string& path, uint64_t address) {
  auto [entry, is_new] = files_.try_emplace(path);
  if (is_new) entry->second = read_ranges(path);
  for (const auto& [start, end] : entry->second) {
    if (address >= start && address < end) return true;
  }
  return false;
}

}  // namespace gorace::tools
