#include "tools/symbolizer/function_name.h"

#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "llvm/Demangle/Demangle.h"
#include "runtime/symbolize/function_name.h"

namespace gorace::tools {
namespace {

// Compilers append ".cold", ".isra.0", ".llvm.123" and the like to the names of pieces and clones of a function.
std::string without_clone_suffix(const std::string& name) { return name.substr(0, name.find('.')); }

std::string without_abi_tags(std::string name) {
  constexpr char kTag[] = "[abi:";
  for (size_t at = name.find(kTag); at != std::string::npos; at = name.find(kTag, at)) {
    const size_t end = name.find(']', at);
    if (end == std::string::npos) break;
    name.erase(at, end - at + 1);
  }
  return name;
}

// Spelled-out defaults that make names unreadable.
std::string shortened(const std::string& name) {
  return absl::StrReplaceAll(
      without_abi_tags(name),
      {{"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char>>", "std::string"},
       {"std::basic_string_view<char, std::char_traits<char>>", "std::string_view"},
       {"std::__cxx11::", "std::"},
       {"std::__1::", "std::"}});
}

// simplified applies the rules that reports and dumps follow: no parameters anywhere in the name, channel operations
// named by their class.
std::string simplified(const std::string& name) {
  std::string out(name.size() + 8, '\0');  // room for the mark of a cut name, which is not needed then
  runtime::simplify_function_name(name.c_str(), out.data(), out.size());
  out.resize(strlen(out.c_str()));
  return out;
}

// take returns malloc'ed text as a std::string; empty for null.
std::string take(char* text) {
  std::string result = text == nullptr ? "" : text;
  std::free(text);
  return result;
}

}  // namespace

std::string function_name(const std::string& linkage_name) {
  if (!absl::StartsWith(linkage_name, "_Z")) return linkage_name;
  const std::string mangled = without_clone_suffix(linkage_name);  // outlives the demangler, which points into it
  llvm::ItaniumPartialDemangler demangler;
  if (demangler.partialDemangle(mangled.c_str())) return linkage_name;
  size_t size = 0;
  std::string name = demangler.isFunction() ? take(demangler.getFunctionName(nullptr, &size))
                                            : take(demangler.finishDemangle(nullptr, &size));
  return name.empty() ? linkage_name : simplified(shortened(name));
}

std::string variable_name(const std::string& linkage_name) {
  if (!absl::StartsWith(linkage_name, "_Z")) return linkage_name;
  llvm::ItaniumPartialDemangler demangler;  // itaniumDemangle() has other parameters in each LLVM
  if (demangler.partialDemangle(linkage_name.c_str())) return linkage_name;
  size_t size = 0;
  const std::string name = take(demangler.finishDemangle(nullptr, &size));
  return name.empty() ? linkage_name : shortened(name);
}

}  // namespace gorace::tools
