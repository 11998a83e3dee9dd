// What a compiler command line asks for, as far as `gorace c++` has to know: whether it ends in a link (then the
// runtime joins it) and which of the flags that gorace would add are already there. clang's own option table was not
// linked in: it costs 40 MB for some thirty options.
#ifndef GORACE_TOOLS_COMPILE_CLASSIFY_H_
#define GORACE_TOOLS_COMPILE_CLASSIFY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gorace::tools {

struct CompilerUse {
  bool has_input = false;       // a file to work on; without one the compiler only prints something
  bool compiles = false;        // some input is source text of a language, not an object, a library or assembly
  bool preprocesses = false;    // some input may include headers: not a built module, IR or preprocessed text
  bool links_program = false;   // makes an executable; not an object, a preprocessed file, or a shared library
  bool has_debug_flag = false;  // -g in any form, -g0 included
  bool has_language = false;    // -x LANG, which would also apply to the libraries that gorace adds
  bool is_static = false;       // -static, -static-pie
  std::string sanitizer;        // a -fsanitize= value that cannot share a process with the race detector; empty: none
};

// classify reads compiler arguments (without the compiler itself). Response files (@FILE) are read as the compiler
// reads them.
CompilerUse classify(const std::vector<std::string>& args);

// takes_next_argument: is this a compiler's option whose value is the argument after it, whatever that looks like?
bool takes_next_argument(absl::string_view option);

// is_cxx_source and is_c_source tell sources by their extensions.
bool is_cxx_source(absl::string_view path);
bool is_c_source(absl::string_view path);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_COMPILE_CLASSIFY_H_
