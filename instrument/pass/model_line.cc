// The grammar of a line of a model file (docs/models.md).
#include "instrument/pass/model_file.h"
#include "instrument/pass/text_file.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace gorace::instrument {
namespace {

using llvm::StringRef;
using Words = llvm::SmallVector<StringRef, 8>;

bool parse_argument(StringRef word, unsigned& argument) {
  argument = 0;
  return word == "this" || (word.consume_front("arg") && !word.getAsInteger(10, argument));
}

// A name of the model's own becomes part of a symbol.
llvm::Error parse_name(StringRef word, std::string& name) {
  StringRef rest = word;
  const auto is_plain = [](char c) { return llvm::isAlnum(c) || c == '_'; };
  if (!rest.consume_front("@") || rest.empty() || !llvm::all_of(rest, is_plain)) {
    return mistake("'" + word + "' is no name: write @ and letters, digits and _");
  }
  name = rest.str();
  return llvm::Error::success();
}

llvm::Error parse_object(StringRef word, ModelObject& object) {
  if (word.starts_with("@")) {
    object.place = ModelObject::Place::kNamed;
    return parse_name(word, object.name);
  }
  if (word == "function") {
    object.place = ModelObject::Place::kFunction;
    return llvm::Error::success();
  }
  StringRef inside = word;
  if (inside.consume_front("[")) {
    if (!inside.consume_back("]")) return mistake("'" + word + "' lacks its ]");
    object.place = ModelObject::Place::kPointedTo;
  }
  auto [argument, offset] = inside.split('+');
  if (!parse_argument(argument, object.argument)) {
    return mistake(
        "'" + word +
        "' is no object: write this, arg0, arg1, ..., with +BYTES when it lies inside of it, in [] when a pointer "
        "to it lies there; or @NAME");
  }
  if (inside.contains('+') && offset.getAsInteger(0, object.offset))
    return mistake("'" + offset + "' is no number of bytes");
  return llvm::Error::success();
}

llvm::Error parse_condition(llvm::ArrayRef<StringRef> words, ModelAction& action, ModelKind kind) {
  using Test = ModelCondition::Test;
  if (words.empty()) return llvm::Error::success();
  ModelCondition& condition = action.condition;
  if (words.size() == 4 && words[0] == "if" && words[2] == "is" && parse_argument(words[1], condition.argument) &&
      !words[3].getAsInteger(0, condition.value)) {
    condition.test = Test::kArgumentIs;
    return llvm::Error::success();
  }
  const StringRef what = words.size() == 2 && words[0] == "if" ? words[1] : "";
  if (what == "true" || what == "nonzero") condition.test = Test::kResultNonzero;
  if (what == "false" || what == "zero") condition.test = Test::kResultZero;
  if (condition.test == Test::kNone) {
    return mistake("'" + llvm::join(words, " ") +
                   "' is no condition: write if true, if false, if zero, if nonzero or if argN is NUMBER");
  }
  if (kind != ModelKind::kCall) return mistake("a callback's result is not known: write if argN is NUMBER");
  if (!action.is_after) return mistake("this action comes before the call, when its result is not known yet");
  return llvm::Error::success();
}

// task OBJECT [after @NAME] [before @NAME]
llvm::Error parse_task(llvm::ArrayRef<StringRef> words, ModelAction& action) {
  for (; !words.empty(); words = words.drop_front(2)) {
    if (words.size() < 2 || (words[0] != "after" && words[0] != "before")) {
      return mistake("'" + llvm::join(words, " ") + "': after a task's object stand only after @NAME and before @NAME");
    }
    if (llvm::Error error = parse_name(words[1], words[0] == "after" ? action.acquired : action.released)) return error;
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
    {"task", ModelEffect::kTask, false},
};

// A callback acquires what its caller released before it begins, and releases when it ends: the other way round than a
// call.
bool is_for_callbacks(ModelEffect effect) { return effect == ModelEffect::kAcquire || effect == ModelEffect::kRelease; }

llvm::Error parse_action(StringRef text, CallModel& model) {
  Words words;
  text.split(words, ' ', -1, /*KeepEmpty=*/false);
  if (words.empty()) return mistake("an action is missing");
  const bool is_call = model.kind == ModelKind::kCall;
  if (words[0] == "nothing" && words.size() == 1) return llvm::Error::success();
  if (words[0] == "quiet" && words.size() == 1 && is_call) {
    model.is_quiet = true;
    return llvm::Error::success();
  }
  const Verb* verb = llvm::find_if(kVerbs, [&](const Verb& each) { return words[0] == each.word; });
  if (!is_call && (verb == std::end(kVerbs) || !is_for_callbacks(verb->effect))) {
    return mistake("'" + words[0] + "' is no action of a callback; its actions are acquire, release and nothing");
  }
  if (verb == std::end(kVerbs)) {
    return mistake(
        "unknown action '" + words[0] +
        "'; the actions are acquire, release, lock, unlock, lock_shared, unlock_shared, destroy, task, quiet, nothing");
  }
  if (words.size() < 2) return mistake("'" + words[0] + "' needs its object: this, arg0, arg1, ...");
  ModelAction action;
  action.effect = verb->effect;
  action.is_after = is_call ? verb->is_after : verb->effect == ModelEffect::kRelease;
  if (llvm::Error error = parse_object(words[1], action.object)) return error;
  const bool is_argument = action.object.place == ModelObject::Place::kArgument;
  if (is_call && action.object.place == ModelObject::Place::kFunction) {
    return mistake("'function' is the object of callbacks only: a call's is this, arg0, arg1, ...");
  }
  if (action.effect == ModelEffect::kTask && !is_argument)
    return mistake("a task is an argument: write arg0, arg1, ...");
  const llvm::ArrayRef<StringRef> rest = llvm::ArrayRef(words).drop_front(2);
  if (llvm::Error error =
          action.effect == ModelEffect::kTask ? parse_task(rest, action) : parse_condition(rest, action, model.kind)) {
    return error;
  }
  model.actions.push_back(std::move(action));
  return llvm::Error::success();
}

// What stands before a function's name: nothing, `callback`, `override`, or `callback argN of`.
llvm::Error parse_kind(StringRef& head, CallModel& model) {
  if (head.consume_front("override ")) {
    model.kind = ModelKind::kOverride;
    if (head.contains('(')) return mistake("a function that is overridden is named without its parameters");
  } else if (head.consume_front("callback ")) {
    model.kind = ModelKind::kCallback;
    const auto [argument, name] = head.split(" of ");
    if (argument.size() != head.size()) {
      model.kind = ModelKind::kArgument;
      if (!parse_argument(argument.trim(), model.argument)) {
        return mistake("'" + argument.trim() + "' is no argument: write callback argN of FUNCTION");
      }
      head = name;
    }
  }
  head = head.trim();
  return llvm::Error::success();
}

}  // namespace

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

llvm::Error parse_model(StringRef line, CallModel& model) {
  auto [head, actions] = line.split(" = ");
  if (head.size() == line.size()) return mistake("expected FUNCTION = ACTION, ...");
  head = head.trim();
  if (llvm::Error error = parse_kind(head, model)) return error;
  if (head.empty()) return mistake("expected FUNCTION = ACTION, ...");
  const size_t parameters = head.starts_with("(") ? StringRef::npos : head.find('(');
  model.parameters = parameters == StringRef::npos ? "" : head.substr(parameters).str();
  split_name(head.take_front(parameters), model.name);
  llvm::SmallVector<StringRef, 4> list;
  actions.split(list, ',');
  for (StringRef action : list) {
    if (llvm::Error error = parse_action(action.trim(), model)) return error;
  }
  return llvm::Error::success();
}

}  // namespace gorace::instrument
