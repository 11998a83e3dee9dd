#include "tools/base/flag_set.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/base/suggest.h"

namespace gorace::tools {
namespace {

absl::Status read_switch(const std::string& value, bool* out) {
  if (value.empty() || value == "true" || value == "1") {
    *out = true;
  } else if (value == "false" || value == "0") {
    *out = false;
  } else {
    return absl::InvalidArgumentError("it is true or false");
  }
  return absl::OkStatus();
}

std::string dashes(const std::string& name) { return name.size() == 1 ? "-" : "--"; }

}  // namespace

void FlagSet::add_switch(std::string name, std::string help, bool* out) {
  flags_.push_back(
      {std::move(name), "", std::move(help), [out](const std::string& value) { return read_switch(value, out); }});
}

void FlagSet::add_text(std::string name, std::string placeholder, std::string help, std::string* out) {
  add(std::move(name), std::move(placeholder), std::move(help), [out](const std::string& value) {
    *out = value;
    return absl::OkStatus();
  });
}

void FlagSet::add(std::string name, std::string placeholder, std::string help,
                  std::function<absl::Status(const std::string&)> set, bool joined) {
  flags_.push_back({std::move(name), std::move(placeholder), std::move(help), std::move(set), joined});
}

const FlagSet::Flag* FlagSet::find(absl::string_view name) const {
  for (const Flag& flag : flags_) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

absl::Status FlagSet::unknown(absl::string_view argument, absl::string_view name) const {
  std::vector<std::string> names;
  for (const Flag& flag : flags_) names.push_back(flag.name);
  const std::string nearest = suggest(name, names);
  return absl::InvalidArgumentError(
      absl::StrCat("unknown flag ", argument,
                   nearest.empty() ? "" : absl::StrCat("; did you mean ", dashes(nearest), nearest, "?")));
}

absl::Status FlagSet::apply(const Flag& flag, const std::string& value) const {
  const absl::Status status = flag.set(value);
  if (status.ok()) return status;
  return absl::InvalidArgumentError(
      absl::StrCat("bad value '", value, "' for ", dashes(flag.name), flag.name, ": ", status.message()));
}

absl::StatusOr<size_t> FlagSet::parse(const std::vector<std::string>& args) const {
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& argument = args[i];
    if (argument == "--") return i + 1;
    if (argument.size() < 2 || argument[0] != '-') return i;
    const absl::string_view body = absl::string_view(argument).substr(argument[1] == '-' ? 2 : 1);
    const size_t equals = body.find('=');
    const absl::string_view name = body.substr(0, equals);
    const Flag* flag = find(name);
    absl::Status status;
    if (flag == nullptr) {
      const Flag* letter = argument[1] == '-' ? nullptr : find(body.substr(0, 1));
      if (letter == nullptr || !letter->joined) return unknown(argument, name);
      status = apply(*letter, std::string(body.substr(1)));
    } else if (equals != absl::string_view::npos) {
      status = apply(*flag, std::string(body.substr(equals + 1)));
    } else if (flag->placeholder.empty()) {
      status = apply(*flag, "");
    } else if (i + 1 < args.size()) {
      status = apply(*flag, args[++i]);
    } else {
      return absl::InvalidArgumentError(absl::StrCat("flag ", argument, " needs a value: ", flag->placeholder));
    }
    if (!status.ok()) return status;
  }
  return args.size();
}

std::string FlagSet::help() const {
  constexpr size_t kColumn = 26;
  std::string text;
  for (const Flag& flag : flags_) {
    std::string left = absl::StrCat("  ", dashes(flag.name), flag.name);
    if (!flag.placeholder.empty()) absl::StrAppend(&left, flag.joined ? "" : "=", flag.placeholder);
    if (left.size() + 2 > kColumn) {
      absl::StrAppend(&text, left, "\n");
      left.clear();
    }
    for (absl::string_view line : absl::StrSplit(flag.help, '\n')) {
      left.resize(kColumn, ' ');
      absl::StrAppend(&text, left, line, "\n");
      left.clear();
    }
  }
  return text;
}

absl::Status read_number(const std::string& text, int64_t least, int64_t most, int64_t* out) {
  if (absl::SimpleAtoi(text, out) && *out >= least && *out <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("it is a number from ", least, " to ", most));
}

}  // namespace gorace::tools
