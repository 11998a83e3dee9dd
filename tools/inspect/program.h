// What kind of program a file is, as far as gorace can help with it.
#ifndef GORACE_TOOLS_INSPECT_PROGRAM_H_
#define GORACE_TOOLS_INSPECT_PROGRAM_H_

#include <string>

namespace gorace::tools {

enum class ProgramKind {
  kUnreadable,    // may be run all the same: execute permission without read permission
  kScript,        // begins with #!
  kOther,         // neither ELF nor script
  kForeign,       // an ELF file that gorace has no part in
  kGoroutines,    // uses the gorace runtime, built without race detection
  kInstrumented,  // built with race detection
};

// inspect_program reads the file's header, notes and symbol names. An instrumented program carries the note
// .note.gorace, which strip keeps, and exports __gorace_module_init; one with the runtime alone is told by symbols of
// namespace gorace::runtime or exported __gorace_*.
ProgramKind inspect_program(const std::string& path);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_INSPECT_PROGRAM_H_
