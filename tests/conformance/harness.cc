// conformance --list      prints each case with the file that it is in, and the least number of its reports
// conformance NAME        runs one case in this process; the detector's exit code is the verdict
#include "tests/conformance/harness.h"

#include <cstdio>
#include <cstring>
#include <string_view>

namespace gorace::conformance {
namespace {

const Case* first_case = nullptr;
const Case** last_link = &first_case;

// "tests/conformance/chan_cases.cc" -> "chan_cases"
std::string_view short_name(std::string_view file) {
  file.remove_prefix(file.find_last_of('/') + 1);
  return file.substr(0, file.find_last_of('.'));
}

int list() {
  for (const Case* c = Case::first(); c != nullptr; c = c->next()) {
    const std::string_view file = short_name(c->file());
    std::printf("%s\t%.*s\t%d\n", c->name(), static_cast<int>(file.size()), file.data(), c->reports());
  }
  return 0;
}

int run(const char* name) {
  for (const Case* c = Case::first(); c != nullptr; c = c->next()) {
    if (std::strcmp(c->name(), name) != 0) continue;
    c->run();
    return 0;
  }
  std::fprintf(stderr, "conformance: no case '%s'; conformance --list prints all\n", name);
  return 2;
}

}  // namespace

Case::Case(const char* name, const char* file, void (*body)(), int reports)
    : name_(name), file_(file), body_(body), reports_(reports) {
  *last_link = this;
  last_link = &next_;
}

const Case* Case::first() { return first_case; }

}  // namespace gorace::conformance

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: conformance --list | NAME\n");
    return 2;
  }
  if (std::strcmp(argv[1], "--list") == 0) return gorace::conformance::list();
  return gorace::conformance::run(argv[1]);
}
