// The test program of symbolizer_subject.cc: what it says about itself.
#ifndef GORACE_TESTS_UNIT_TOOLS_SYMBOLIZER_SUBJECT_H_
#define GORACE_TESTS_UNIT_TOOLS_SYMBOLIZER_SUBJECT_H_

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

namespace gorace::tools {

struct Subject {
  uint64_t code = 0;  // in innermost(), inlined into Cache::middle(), inlined into Cache::outer()
  uint64_t data = 0;  // in app::counter
};

inline Subject read_subject(FILE* output) {
  unsigned long code = 0, data = 0;
  if (fscanf(output, "code %lx\ndata %lx", &code, &data) != 2) return {};
  return {code, data};
}

// ask_subject runs the program.
inline Subject ask_subject() {
  FILE* pipe = popen(SUBJECT, "r");
  const Subject subject = pipe == nullptr ? Subject{} : read_subject(pipe);
  if (pipe != nullptr) pclose(pipe);
  return subject;
}

// line_of returns the line of the source that is marked MARK `name`.
inline int line_of(const std::string& name) {
  std::ifstream source(SUBJECT_SOURCE);
  int number = 0;
  for (std::string line; std::getline(source, line);) {
    ++number;
    if (line.ends_with("// MARK " + name)) return number;
  }
  return -1;
}

}  // namespace gorace::tools

#endif  // GORACE_TESTS_UNIT_TOOLS_SYMBOLIZER_SUBJECT_H_
