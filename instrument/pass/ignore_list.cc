#include "instrument/pass/ignore_list.h"

#include <cstdlib>
#include <memory>

#include "instrument/pass/options.h"
#include "instrument/pass/skip.h"
#include "instrument/pass/text_file.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/Support/SpecialCaseList.h"

namespace gorace::instrument {
namespace {

using llvm::StringRef;

constexpr StringRef kKinds[] = {"src", "mainfile", "fun", "global", "type", "enum"};

// LLVM takes any word for a kind, and a misspelt one would just be without effect. Returns what is wrong, or "".
std::string find_unknown_kind(const std::string& path, StringRef text) {
  int number = 0;
  for (auto [line, rest] = text.split('\n'); !line.empty() || !rest.empty(); std::tie(line, rest) = rest.split('\n')) {
    ++number;
    line = line.trim();
    if (line.empty() || line.starts_with("#") || line.starts_with("[")) continue;
    const StringRef kind = line.split(':').first;
    if (kind.size() == line.size() || llvm::is_contained(kKinds, kind)) continue;  // without a colon: LLVM says so
    return ("ignore list " + llvm::Twine(path) + ", line " + llvm::Twine(number) + ": unknown kind '" + kind +
            "'; there are src, mainfile, fun and global")
        .str();
  }
  return "";
}

// The demangler's answer is malloc'ed.
std::string name_text(char* text) {
  const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
  return text == nullptr ? "" : text;
}

// The qualified name without parameters; "" for what is not mangled.
std::string qualified_name(const std::string& symbol) {
  llvm::ItaniumPartialDemangler demangler;
  if (demangler.partialDemangle(symbol.c_str())) return "";
  return name_text(demangler.isFunction() ? demangler.getFunctionName(nullptr, nullptr)
                                          : demangler.finishDemangle(nullptr, nullptr));
}

class IgnoreLists {
 public:
  // load returns what is wrong, or "".
  std::string load(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      auto text = read_text_file(path);
      if (!text) return "ignore list " + path + llvm::toString(text.takeError());
      if (std::string wrong = find_unknown_kind(path, (*text)->getBuffer()); !wrong.empty()) return wrong;
      std::string error;
      lists_.push_back(llvm::SpecialCaseList::create(text->get(), error));
      if (lists_.back() == nullptr) return "ignore list " + path + ": " + error;
    }
    return "";
  }

  bool names(StringRef kind, StringRef what) const {
    return !what.empty() && llvm::any_of(lists_, [kind, what](const auto& list) {
      return list->inSection("thread", kind, what) || list->inSection("gorace", kind, what);
    });
  }
  bool names_symbol(StringRef kind, const llvm::GlobalObject& symbol) const {
    return names(kind, symbol.getName()) || names(kind, qualified_name(symbol.getName().str()));
  }
  bool names_function(const llvm::Function& function) const {
    if (names_symbol("fun", function)) return true;
    const llvm::DISubprogram* debug = function.getSubprogram();
    return names("src", debug == nullptr ? function.getParent()->getSourceFileName() : debug->getFilename().str());
  }

 private:
  std::vector<std::unique_ptr<llvm::SpecialCaseList>> lists_;
};

}  // namespace

void mark_ignored(llvm::Module& module) {
  const std::vector<std::string> paths = ignore_lists();
  if (paths.empty()) return;
  IgnoreLists lists;
  if (const std::string wrong = lists.load(paths); !wrong.empty()) {
    module.getContext().emitError("gorace: " + wrong);
    return;
  }
  const bool is_whole_module = lists.names("mainfile", module.getSourceFileName());
  for (llvm::Function& function : module) {
    if (!function.isDeclaration() && (is_whole_module || lists.names_function(function)))
      function.addFnAttr(kSkipAttribute);
  }
  for (llvm::GlobalVariable& variable : module.globals()) {
    if (lists.names_symbol("global", variable)) variable.addAttribute(kSkipAttribute);
  }
}

}  // namespace gorace::instrument
