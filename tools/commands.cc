#include "tools/commands.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "tools/base/message.h"
#include "tools/base/suggest.h"

namespace gorace::tools {
namespace {

constexpr size_t kNameColumn = 12;

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-help" || word == "-h"; }

std::string overview() {
  std::string text =
      "gorace finds concurrency bugs in C++ programs.\n\nusage: gorace COMMAND [arguments]\n\ncommands:\n";
  for (const Command& command : commands()) {
    std::string name = command.name;
    name.resize(kNameColumn, ' ');
    absl::StrAppend(&text, "  ", name, command.summary, "\n");
  }
  absl::StrAppend(&text, "\n`gorace help COMMAND` tells more about one of them.\n");
  return text;
}

int print(const std::string& text) {
  fputs(text.c_str(), stdout);
  return kExitOk;
}

int unknown(const std::string& name) {
  std::vector<std::string> names = {"help"};
  for (const Command& command : commands()) names.push_back(command.name);
  const std::string nearest = suggest(name, names);
  return fail(kExitMisuse, absl::StrCat("unknown command '", name, "'",
                                        nearest.empty() ? "; `gorace help` lists them"
                                                        : absl::StrCat("; did you mean '", nearest, "'?")));
}

int cmd_help(const std::vector<std::string>& args) {
  if (args.empty() || args[0] == "help") return print(overview());
  const Command* command = find_command(args[0]);
  return command == nullptr ? unknown(args[0]) : print(command->help());
}

}  // namespace

const std::vector<Command>& commands() {
  static const auto* list = new std::vector<Command>{
      {"run", "run a program, or compile and run a source file, and report its races and leaks", help_run, cmd_run},
      {"c++", "compile and link C++ with race detection", help_cxx, cmd_cxx},
      {"cc", "compile and link C with race detection", help_cc, cmd_cc},
      {"dump", "print the goroutines of a running program", help_dump, cmd_dump},
      {"symbolize", "turn addresses into functions, files and lines", help_symbolize, cmd_symbolize},
      {"version", "print the version", help_version, cmd_version},
  };
  return *list;
}

const Command* find_command(const std::string& name) {
  for (const Command& command : commands()) {
    if (name == command.name) return &command;
  }
  return nullptr;
}

int run_command(const std::vector<std::string>& args) {
  set_command_name("gorace");
  if (args.empty()) {
    fputs(overview().c_str(), stderr);
    return kExitMisuse;
  }
  if (args[0] == "--version" || args[0] == "-version") return cmd_version({});
  const std::vector<std::string> rest(args.begin() + 1, args.end());
  if (args[0] == "help" || asks_for_help(args[0])) return cmd_help(rest);
  const Command* command = find_command(args[0]);
  if (command == nullptr) return unknown(args[0]);
  set_command_name(absl::StrCat("gorace ", args[0]));
  if (!rest.empty() && asks_for_help(rest[0])) return print(command->help());
  return command->run(rest);
}

}  // namespace gorace::tools
