#include "instrument/pass/model_file.h"

#include <cstdlib>
#include <memory>

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/Support/MemoryBuffer.h"

namespace gorace::instrument {
namespace {

using llvm::StringRef;

llvm::Error mistake(const llvm::Twine& what) { return llvm::createStringError(llvm::inconvertibleErrorCode(), what); }

// split_name cuts a name at each :: that is not within <> or ().
void split_name(StringRef name, llvm::SmallVectorImpl<std::string>& parts) {
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<' || name[i] == '(') ++depth;
    if (name[i] == '>' || name[i] == ')') --depth;
    if (depth == 0 && name.substr(i).starts_with("::")) {
      parts.push_back(name.slice(start, i).str());
      start = ++i + 1;
    }
  }
  parts.push_back(name.substr(start).str());
}

StringRef without_template_arguments(StringRef part) {
  return part.starts_with("operator") ? part : part.take_until([](char c) { return c == '<'; });
}

// The part of a pattern `**` stands for any number of parts: absl::**::Mutex fits absl::Mutex and
// absl::lts_20230802::Mutex.
bool fits(llvm::ArrayRef<std::string> pattern, llvm::ArrayRef<StringRef> name) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == "**") {
    return fits(pattern.drop_front(), name) || (!name.empty() && fits(pattern, name.drop_front()));
  }
  if (name.empty()) return false;
  if (pattern.front() != name.front() && pattern.front() != without_template_arguments(name.front())) return false;
  return fits(pattern.drop_front(), name.drop_front());
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

llvm::Error parse_object(StringRef word, ModelAction& action) {
  auto [argument, offset] = word.split('+');
  if (argument == "this") {
    action.argument = 0;
  } else if (!argument.consume_front("arg") || argument.getAsInteger(10, action.argument)) {
    return mistake("'" + word + "' is no object: write this, arg0, arg1, ..., with +BYTES when it lies inside of it");
  }
  if (word.contains('+') && offset.getAsInteger(0, action.offset))
    return mistake("'" + offset + "' is no number of bytes");
  return llvm::Error::success();
}

llvm::Error parse_condition(llvm::ArrayRef<StringRef> words, ModelAction& action) {
  if (words.empty()) return llvm::Error::success();
  if (words.size() != 2 || words[0] != "if") {
    return mistake("'" + llvm::join(words, " ") + "' is no condition: write if true, if false, if zero or if nonzero");
  }
  if (!action.is_after) return mistake("this action comes before the call, when its result is not known yet");
  if (words[1] == "true" || words[1] == "nonzero") {
    action.if_nonzero = true;
  } else if (words[1] == "false" || words[1] == "zero") {
    action.if_zero = true;
  } else {
    return mistake("'if " + words[1] + "' is no condition: write if true, if false, if zero or if nonzero");
  }
  return llvm::Error::success();
}

struct Verb {
  const char* word;
  ModelEffect effect;
  bool is_after;
};
constexpr Verb kVerbs[] = {
    {"acquire", ModelEffect::kAcquire, true},
    {"release", ModelEffect::kRelease, false},
    {"lock", ModelEffect::kLock, true},
    {"unlock", ModelEffect::kUnlock, false},
    {"lock_shared", ModelEffect::kLockShared, true},
    {"unlock_shared", ModelEffect::kUnlockShared, false},
    {"destroy", ModelEffect::kDestroy, false},
};

llvm::Error parse_action(StringRef text, CallModel& model) {
  llvm::SmallVector<StringRef, 4> words;
  text.split(words, ' ', -1, /*KeepEmpty=*/false);
  if (words.empty()) return mistake("an action is missing");
  if (words[0] == "quiet" && words.size() == 1) {
    model.is_quiet = true;
    return llvm::Error::success();
  }
  if (words[0] == "nothing" && words.size() == 1) return llvm::Error::success();
  const Verb* verb = llvm::find_if(kVerbs, [&](const Verb& each) { return words[0] == each.word; });
  if (verb == std::end(kVerbs)) {
    return mistake(
        "unknown action '" + words[0] +
        "'; the actions are acquire, release, lock, unlock, lock_shared, unlock_shared, destroy, quiet, nothing");
  }
  if (words.size() < 2) return mistake("'" + words[0] + "' needs its object: this, arg0, arg1, ...");
  ModelAction action{verb->effect};
  action.is_after = verb->is_after;
  if (llvm::Error error = parse_object(words[1], action)) return error;
  if (llvm::Error error = parse_condition(llvm::ArrayRef(words).drop_front(2), action)) return error;
  model.actions.push_back(action);
  return llvm::Error::success();
}

llvm::Error parse_line(StringRef line, CallModel& model) {
  auto [name, actions] = line.split(" = ");
  if (name.size() == line.size()) return mistake("expected FUNCTION = ACTION, ...");
  name = name.trim();
  if (name.empty()) return mistake("expected FUNCTION = ACTION, ...");
  const size_t parameters = name.starts_with("(") ? StringRef::npos : name.find('(');
  model.parameters = parameters == StringRef::npos ? "" : name.substr(parameters).str();
  split_name(name.take_front(parameters), model.name);
  llvm::SmallVector<StringRef, 4> list;
  actions.split(list, ',');
  for (StringRef action : list) {
    if (llvm::Error error = parse_action(action.trim(), model)) return error;
  }
  return llvm::Error::success();
}

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
    if (llvm::Error error = parse_line(line, model)) {
      return mistake("model file " + file + ", line " + llvm::Twine(number) + ": " + llvm::toString(std::move(error)));
    }
    models_.push_back(std::move(model));
  }
  return llvm::Error::success();
}

llvm::Error CallModels::add_file(StringRef path) {
  auto text = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!text) return mistake("model file " + path + ": " + text.getError().message());
  return add_text((*text)->getBuffer(), path);
}

const CallModel* CallModels::find(StringRef symbol) const {
  const FunctionName function = demangled(symbol);
  llvm::SmallVector<std::string, 6> owned;
  split_name(function.qualified, owned);
  const llvm::SmallVector<StringRef, 6> parts(owned.begin(), owned.end());
  for (const CallModel& model : llvm::reverse(models_)) {
    if (model.name.back() != "**" && model.name.back() != parts.back() &&
        model.name.back() != without_template_arguments(parts.back())) {
      continue;
    }
    if (!model.parameters.empty() && model.parameters != function.parameters) continue;
    if (fits(model.name, parts)) return &model;
  }
  return nullptr;
}

}  // namespace gorace::instrument
