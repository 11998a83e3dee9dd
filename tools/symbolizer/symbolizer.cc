#include "tools/symbolizer/symbolizer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/DebugInfo/DIContext.h"
#include "llvm/DebugInfo/DWARF/DWARFCompileUnit.h"
#include "llvm/DebugInfo/DWARF/DWARFContext.h"
#include "llvm/DebugInfo/Symbolize/Symbolize.h"
#include "llvm/Object/BuildID.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/Path.h"
#include "tools/symbolizer/function_name.h"
#include "tools/symbolizer/loaded_ranges.h"

namespace gorace::tools {
namespace {

constexpr absl::string_view kDeleted = " (deleted)";

std::string read_link(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  return length <= 0 ? std::string() : std::string(target, static_cast<size_t>(length));
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat in_a, in_b;
  return stat(a.c_str(), &in_a) == 0 && stat(b.c_str(), &in_b) == 0 && in_a.st_dev == in_b.st_dev &&
         in_a.st_ino == in_b.st_ino;
}

// openable returns the path through which the file that `program` runs as `module` can be read now. The module's own
// path is preferred: debug files are looked for beside it.
std::string openable(const std::string& module, int program) {
  std::string wanted(absl::StripSuffix(module, kDeleted));
  if (program <= 0) return wanted;
  const std::string exe = absl::StrCat("/proc/", program, "/exe");
  const std::string runs = read_link(exe);
  if (absl::StripSuffix(runs, kDeleted) == wanted && !same_file(exe, wanted)) return exe;
  return wanted;
}

std::string known(const std::string& text) { return text == llvm::DILineInfo::BadString ? "" : text; }

// DWARF joins the compiler's folder and the name that it was given: /build/../src/./x.cc. The short form is shown where
// it names the same file; ".." after a symbolic link may not.
std::string clean_path(const std::string& path) {
  llvm::SmallString<256> plain(path);
  llvm::sys::path::remove_dots(plain, /*remove_dot_dot=*/false);
  if (!absl::StrContains(path, "..")) return plain.str().str();
  llvm::SmallString<256> shorter(path);
  llvm::sys::path::remove_dots(shorter, /*remove_dot_dot=*/true);
  return access(shorter.c_str(), F_OK) == 0 ? shorter.str().str() : plain.str().str();
}

llvm::symbolize::LLVMSymbolizer::Options symbolizer_options() {
  llvm::symbolize::LLVMSymbolizer::Options options;
  options.PrintFunctions = llvm::DILineInfoSpecifier::FunctionNameKind::LinkageName;
  options.PathStyle = llvm::DILineInfoSpecifier::FileLineInfoKind::AbsoluteFilePath;
  options.UseSymbolTable = true;
  options.Demangle = false;  // function_name() does it: parameters and return types are noise in stacks
  return options;
}

pprof::SourceFrame to_frame(const llvm::DILineInfo& info) {
  pprof::SourceFrame frame;
  frame.system_name = known(info.FunctionName);
  frame.function = function_name(frame.system_name);
  frame.file = clean_path(known(info.FileName));
  frame.line = info.Line;
  frame.column = info.Column;
  frame.start_line = info.StartLine;
  return frame;
}

// Where the offsets of a function's variables are counted from, as an offset from the cfa: the cfa itself (g++), rbp
// (clang with frame pointers; it lies below the return address and the saved rbp), or the stack pointer.
std::optional<int64_t> frame_base(const llvm::DWARFDie& function, uint64_t frame_bytes) {
  const std::optional<llvm::DWARFFormValue> base = function.find(llvm::dwarf::DW_AT_frame_base);
  if (!base.has_value()) return std::nullopt;
  const std::optional<llvm::ArrayRef<uint8_t>> expression = base->getAsBlock();
  if (!expression.has_value() || expression->size() != 1) return std::nullopt;
  constexpr uint8_t kRbp = llvm::dwarf::DW_OP_reg6;
  constexpr uint8_t kRsp = llvm::dwarf::DW_OP_reg7;
  if (expression->front() == llvm::dwarf::DW_OP_call_frame_cfa) return 0;
  if (function.getDwarfUnit()->getContext().getArch() != llvm::Triple::x86_64) return std::nullopt;
  if (expression->front() == kRbp) return -16;
  if (expression->front() == kRsp && frame_bytes != 0) return -static_cast<int64_t>(frame_bytes);
  return std::nullopt;
}

// Debug information of one file, read at the first question about a stack in it.
struct DebugFile {
  llvm::object::OwningBinary<llvm::object::ObjectFile> file;
  std::unique_ptr<llvm::DWARFContext> context;
};

std::unique_ptr<DebugFile> open_debug_file(const std::string& path) {
  auto opened = llvm::object::ObjectFile::createObjectFile(path);
  if (!opened) {
    llvm::consumeError(opened.takeError());
    return std::make_unique<DebugFile>();
  }
  auto debug = std::make_unique<DebugFile>();
  debug->context = llvm::DWARFContext::create(*opened->getBinary());
  debug->file = std::move(*opened);
  return debug;
}

}  // namespace

class Symbolizer::Llvm {
 public:
  Llvm() : symbolizer_(symbolizer_options()) {
    symbolizer_.setBuildIDFetcher(
        std::make_unique<llvm::object::BuildIDFetcher>(std::vector<std::string>{"/usr/lib/debug"}));
  }

  static llvm::object::SectionedAddress at(uint64_t offset) {
    return {offset, llvm::object::SectionedAddress::UndefSection};
  }

  llvm::symbolize::LLVMSymbolizer symbolizer_;
  LoadedRanges ranges_;
  std::map<std::string, std::unique_ptr<DebugFile>> debug_files_;
};

Symbolizer::Symbolizer(int program) : llvm_(std::make_unique<Llvm>()), program_(program) {}

Symbolizer::~Symbolizer() = default;

std::vector<pprof::SourceFrame> Symbolizer::frames(const std::string& module, uint64_t offset) {
  std::vector<pprof::SourceFrame> frames;
  const std::string path = openable(module, program_);
  if (!llvm_->ranges_.contains(path, offset)) return frames;
  auto found = llvm_->symbolizer_.symbolizeInlinedCode(path, Llvm::at(offset));
  if (!found) {
    llvm::consumeError(found.takeError());  // a module that cannot be read: its frames are unknown, the others are not
    return frames;
  }
  for (uint32_t i = 0; i < found->getNumberOfFrames(); ++i) {
    pprof::SourceFrame frame = to_frame(found->getFrame(i));
    if (!frame.function.empty()) frames.push_back(std::move(frame));
  }
  return frames;
}

std::optional<SourceVariable> Symbolizer::variable(const std::string& module, uint64_t offset) {
  const std::string path = openable(module, program_);
  if (!llvm_->ranges_.contains(path, offset)) return std::nullopt;
  auto found = llvm_->symbolizer_.symbolizeData(path, Llvm::at(offset));
  if (!found) {
    llvm::consumeError(found.takeError());
    return std::nullopt;
  }
  SourceVariable variable;
  variable.name = variable_name(known(found->Name));
  variable.start = found->Start;
  variable.bytes = found->Size;
  // The nearest symbol before an address between variables, or a mark without a size (__bss_start), is no variable
  // there.
  if (variable.name.empty() || offset - variable.start >= variable.bytes) return std::nullopt;
  variable.file = clean_path(known(found->DeclFile));
  variable.line = static_cast<int64_t>(found->DeclLine);
  return variable;
}

std::optional<StackVariable> Symbolizer::stack_variable(const std::string& module, uint64_t offset, int64_t cfa_offset,
                                                        uint64_t frame_bytes) {
  const std::vector<pprof::SourceFrame> inlined = frames(module, offset);
  if (inlined.empty()) return std::nullopt;
  StackVariable variable;
  variable.function = inlined.back().function;
  const std::string path = openable(module, program_);
  std::unique_ptr<DebugFile>& debug = llvm_->debug_files_[path];
  if (debug == nullptr) debug = open_debug_file(path);
  if (debug->context == nullptr) return variable;
  const llvm::DWARFDie function = debug->context->getDIEsForAddress(offset).FunctionDIE;
  if (!function.isValid()) return variable;
  const std::optional<int64_t> base = frame_base(function, frame_bytes);
  if (!base.has_value()) return variable;
  for (const llvm::DILocal& local : debug->context->getLocalsForAddress(Llvm::at(offset))) {
    if (!local.FrameOffset.has_value() || local.Name.empty()) continue;
    const int64_t start = *base + *local.FrameOffset;
    const uint64_t bytes = local.Size.value_or(1);
    // Variables of different blocks may share a place. Of those the address may have, the first is as good as any.
    if (cfa_offset < start || static_cast<uint64_t>(cfa_offset - start) >= bytes) continue;
    variable.name = local.Name;
    variable.offset = start;
    variable.bytes = bytes;
    variable.file = clean_path(local.DeclFile);
    variable.line = static_cast<int64_t>(local.DeclLine);
    // An inlined function's variables belong to it, not to whose frame they are in.
    if (!local.FunctionName.empty()) variable.function = function_name(local.FunctionName);
    break;
  }
  return variable;
}

}  // namespace gorace::tools
