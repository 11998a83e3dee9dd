#include "tools/inspect/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "llvm/ADT/StringRef.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/ObjectFile.h"

namespace gorace::tools {
namespace {

using llvm::StringRef;
using llvm::object::ELFObjectFileBase;

// header_of returns the first bytes of a file; false when it cannot be read.
bool header_of(const std::string& path, std::string* header) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char bytes[4];
  const ssize_t length = read(fd, bytes, sizeof bytes);
  close(fd);
  if (length < 0) return false;
  header->assign(bytes, static_cast<size_t>(length));
  return true;
}

bool has_note(const ELFObjectFileBase& file) {
  for (const llvm::object::SectionRef& section : file.sections()) {
    llvm::Expected<StringRef> name = section.getName();
    if (!name) {
      llvm::consumeError(name.takeError());
    } else if (*name == ".note.gorace") {
      return true;
    }
  }
  return false;
}

template <class Symbols>
ProgramKind kind_by_symbols(const Symbols& symbols) {
  ProgramKind kind = ProgramKind::kForeign;
  for (const llvm::object::SymbolRef& symbol : symbols) {
    llvm::Expected<StringRef> name = symbol.getName();
    if (!name) {
      llvm::consumeError(name.takeError());
      continue;
    }
    if (*name == "__gorace_module_init" || *name == "__gorace_abi_version") return ProgramKind::kInstrumented;
    if (name->starts_with("__gorace_") || name->starts_with("_ZN6gorace7runtime")) kind = ProgramKind::kGoroutines;
  }
  return kind;
}

ProgramKind inspect_elf(const std::string& path) {
  auto opened = llvm::object::ObjectFile::createObjectFile(path);
  if (!opened) {
    llvm::consumeError(opened.takeError());
    return ProgramKind::kOther;
  }
  const auto* file = llvm::dyn_cast<ELFObjectFileBase>(opened->getBinary());
  if (file == nullptr) return ProgramKind::kOther;
  if (has_note(*file)) return ProgramKind::kInstrumented;
  // The dynamic symbols first: they are few and strip keeps them.
  const ProgramKind dynamic = kind_by_symbols(file->getDynamicSymbolIterators());
  return dynamic != ProgramKind::kForeign ? dynamic : kind_by_symbols(file->symbols());
}

}  // namespace

ProgramKind inspect_program(const std::string& path) {
  std::string header;
  if (!header_of(path, &header)) return ProgramKind::kUnreadable;
  const StringRef start(header);
  if (start.starts_with("#!")) return ProgramKind::kScript;
  if (!start.starts_with("\x7f"
                         "ELF"))
    return ProgramKind::kOther;
  return inspect_elf(path);
}

}  // namespace gorace::tools
