// FlagSet: the flags of one subcommand.
//
//   FlagSet flags;
//   flags.add_text("log", "PATH", "write reports to PATH.PID", &log);
//   flags.add_switch("leaks", "report goroutines that are still blocked at exit", &leaks);
//   StatusOr<size_t> first = flags.parse(args);   // index of the first argument that is not a flag
//
// Go's and GNU's spellings are both read: --flag=value, --flag value, -flag, --noflag for switches is not. Parsing
// stops at the first argument that is not a flag, and after "--": what follows belongs to the program and is never
// looked at.
//
// absl::ParseCommandLine was not chosen for it: it takes flags out of the program's own arguments too, knows no
// subcommands, and exits with 1 on a mistake.
#ifndef GORACE_TOOLS_BASE_FLAG_SET_H_
#define GORACE_TOOLS_BASE_FLAG_SET_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gorace::tools {

class FlagSet {
 public:
  // A switch: --name, --name=true, --name=false.
  void add_switch(std::string name, std::string help, bool* out);
  // A text; `placeholder` names the value in the help.
  void add_text(std::string name, std::string placeholder, std::string help, std::string* out);
  // A flag whose value is checked and stored by `set`; the status' message says what values there are. `joined` flags
  // of one letter take the value without '=' too: -O2.
  void add(std::string name, std::string placeholder, std::string help,
           std::function<absl::Status(const std::string&)> set, bool joined = false);

  // parse reads the leading flags of `args` and returns the index of the first argument after them ("--" skipped).
  // InvalidArgument names the flag, the value and what was likely meant.
  absl::StatusOr<size_t> parse(const std::vector<std::string>& args) const;

  // help returns one line or two for each flag, for the subcommand's help text.
  std::string help() const;

 private:
  struct Flag {
    std::string name;
    std::string placeholder;  // empty: a switch
    std::string help;
    std::function<absl::Status(const std::string&)> set;
    bool joined = false;
  };

  const Flag* find(absl::string_view name) const;
  absl::Status unknown(absl::string_view argument, absl::string_view name) const;
  absl::Status apply(const Flag& flag, const std::string& value) const;

  std::vector<Flag> flags_;
};

// read_number reads a decimal number between `least` and `most`, both included; otherwise the status says so.
absl::Status read_number(const std::string& text, int64_t least, int64_t most, int64_t* out);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_BASE_FLAG_SET_H_
