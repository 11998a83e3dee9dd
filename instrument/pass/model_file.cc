#include "instrument/pass/model_file.h"

#include <cstdlib>
#include <memory>

#include "instrument/pass/text_file.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Demangle/Demangle.h"

namespace gorace::instrument {
namespace {

using llvm::StringRef;

StringRef without_template_arguments(StringRef part) {
  return part.starts_with("operator") ? part : part.take_until([](char c) { return c == '<'; });
}

bool fits_part(StringRef pattern, StringRef part) {
  return pattern == part || pattern == without_template_arguments(part);
}

// The part of a pattern `**` stands for any number of parts: absl::**::Mutex fits absl::Mutex and
// absl::lts_20230802::Mutex. Where a part does not fit, only the last `**` needs to take one more: the earlier ones
// have the shortest text that lets the rest fit. So the time is the product of the lengths, whatever the pattern.
bool fits(llvm::ArrayRef<std::string> pattern, llvm::ArrayRef<StringRef> name) {
  size_t at = 0, in_name = 0, after_stars = 0, taken_by_stars = 0;
  while (in_name < name.size()) {
    if (at < pattern.size() && pattern[at] == "**") {
      after_stars = ++at;
      taken_by_stars = in_name;
    } else if (at < pattern.size() && fits_part(pattern[at], name[in_name])) {
      ++at;
      ++in_name;
    } else if (after_stars != 0) {
      at = after_stars;
      in_name = ++taken_by_stars;
    } else {
      return false;
    }
  }
  return llvm::all_of(pattern.drop_front(at), [](const std::string& part) { return part == "**"; });
}

// The demangler's answers are malloc'ed.
std::string taken(char* text) {
  const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
  return text == nullptr ? "" : text;
}

struct FunctionName {
  std::string qualified;
  std::string parameters;
};

FunctionName demangled(StringRef symbol) {
  llvm::ItaniumPartialDemangler demangler;
  const std::string mangled = symbol.str();  // the demangler keeps pointers into it
  if (!symbol.starts_with("_Z") || demangler.partialDemangle(mangled.c_str()) || !demangler.isFunction()) {
    return {symbol.str(), ""};
  }
  // Of a member function: its class and its name. Together they are the name without parameters and without `const`.
  std::string context = taken(demangler.getFunctionDeclContextName(nullptr, nullptr));
  const std::string base = taken(demangler.getFunctionBaseName(nullptr, nullptr));
  if (!context.empty()) context += "::";
  return {context + base, taken(demangler.getFunctionParameters(nullptr, nullptr))};
}

// Nothing is demangled that cannot fit: an identifier stands in the mangled name as it is.
bool may_fit(const CallModel& model, StringRef symbol) {
  const StringRef last = model.name.back();
  return !llvm::all_of(last, [](char c) { return llvm::isAlnum(c) || c == '_'; }) || symbol.contains(last);
}

bool fits_function(const CallModel& model, const FunctionName& function, llvm::ArrayRef<StringRef> parts) {
  if (!model.parameters.empty() && model.parameters != function.parameters) return false;
  return fits(model.name, parts);
}

// Demangles at the first question only.
class Symbol {
 public:
  explicit Symbol(StringRef symbol) : symbol_(symbol) {}

  bool fits_model(const CallModel& model) {
    if (!may_fit(model, symbol_)) return false;
    if (parts_.empty()) split();
    return fits_function(model, function_, parts_);
  }

 private:
  void split() {
    function_ = demangled(symbol_);
    split_name(function_.qualified, owned_);
    parts_.assign(owned_.begin(), owned_.end());
  }

  StringRef symbol_;
  FunctionName function_;
  llvm::SmallVector<std::string, 6> owned_;
  llvm::SmallVector<StringRef, 6> parts_;
};

}  // namespace

llvm::Error CallModels::add_text(StringRef text, StringRef file) {
  unsigned number = 0;
  while (!text.empty()) {
    StringRef line;
    std::tie(line, text) = text.split('\n');
    ++number;
    line = line.take_until([](char c) { return c == '#'; }).trim();
    if (line.empty()) continue;
    CallModel model;
    model.file = file.str();
    model.line = number;
    if (llvm::Error error = parse_model(line, model)) {
      return mistake("model file " + file + ", line " + llvm::Twine(number) + ": " + llvm::toString(std::move(error)));
    }
    models_.push_back(std::move(model));
  }
  return llvm::Error::success();
}

llvm::Error CallModels::add_file(StringRef path) {
  auto text = read_text_file(path);
  if (!text) return mistake("model file " + path + llvm::toString(text.takeError()));
  return add_text((*text)->getBuffer(), path);
}

const CallModel* CallModels::find(ModelKind kind, StringRef symbol) const {
  Symbol asked(symbol);
  for (const CallModel& model : llvm::reverse(models_)) {
    if (model.kind == kind && asked.fits_model(model)) return &model;
  }
  return nullptr;
}

llvm::SmallVector<const CallModel*, 1> CallModels::find_arguments(StringRef symbol) const {
  Symbol asked(symbol);
  llvm::SmallVector<const CallModel*, 1> found;
  for (const CallModel& model : llvm::reverse(models_)) {
    if (model.kind != ModelKind::kArgument || !asked.fits_model(model)) continue;
    const auto is_same = [&model](const CallModel* other) { return other->argument == model.argument; };
    if (llvm::none_of(found, is_same)) found.push_back(&model);
  }
  return found;
}

const CallModel* CallModels::find_override(StringRef qualified) const {
  llvm::SmallVector<std::string, 6> owned;
  split_name(qualified, owned);
  const llvm::SmallVector<StringRef, 6> parts(owned.begin(), owned.end());
  for (const CallModel& model : llvm::reverse(models_)) {
    if (model.kind == ModelKind::kOverride && fits(model.name, parts)) return &model;
  }
  return nullptr;
}

bool CallModels::may_override(StringRef last_name) const {
  return llvm::any_of(models_, [last_name](const CallModel& model) {
    return model.kind == ModelKind::kOverride && (model.name.back() == last_name || model.name.back() == "**");
  });
}

}  // namespace gorace::instrument
