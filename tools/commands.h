// The subcommands: a file each (cmd_*.cc), listed in commands.cc, dispatched by run_command.
#ifndef GORACE_TOOLS_COMMANDS_H_
#define GORACE_TOOLS_COMMANDS_H_

#include <string>
#include <vector>

namespace gorace::tools {

struct Command {
  const char* name;
  const char* summary;                               // one line, for the list
  std::string (*help)();                             // the whole text
  int (*run)(const std::vector<std::string>& args);  // args: after the subcommand's name. Returns the exit code
};

const std::vector<Command>& commands();
const Command* find_command(const std::string& name);

// run_command runs what `args` (without the program's own name) ask for and returns the exit code.
int run_command(const std::vector<std::string>& args);

std::string help_run();
int cmd_run(const std::vector<std::string>& args);
std::string help_cxx();
int cmd_cxx(const std::vector<std::string>& args);
std::string help_cc();
int cmd_cc(const std::vector<std::string>& args);
std::string help_dump();
int cmd_dump(const std::vector<std::string>& args);
std::string help_symbolize();
int cmd_symbolize(const std::vector<std::string>& args);
std::string help_version();
int cmd_version(const std::vector<std::string>& args);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_COMMANDS_H_
