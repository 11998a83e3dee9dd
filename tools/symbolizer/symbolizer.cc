#include "tools/symbolizer/symbolizer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/DebugInfo/DIContext.h"
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

}  // namespace gorace::tools
