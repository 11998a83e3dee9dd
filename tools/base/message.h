// Messages: what the command says to the user, on stderr, one sentence a line, led by the command's name, so that they
// are never mixed with the program's output:
//   gorace run: ./server: no such file
#ifndef GORACE_TOOLS_BASE_MESSAGE_H_
#define GORACE_TOOLS_BASE_MESSAGE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gorace::tools {

// Exit codes of the command itself; otherwise it passes on the program's.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,          // the work could not be done: a file does not compile, a process does not answer
  kExitMisuse = 2,          // unknown flag or key, bad value, unwritable output path
  kExitCannotLaunch = 126,  // found, but cannot be run
  kExitNotFound = 127,
};

// set_command_name sets what messages begin with ("gorace run"). Called once by main, before anything else.
void set_command_name(absl::string_view name);

// say writes "NAME: TEXT" and a newline to stderr.
void say(absl::string_view text);

// fail says and returns `code`, so that a command can `return fail(kExitMisuse, ...)`.
int fail(int code, absl::string_view text);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_BASE_MESSAGE_H_
