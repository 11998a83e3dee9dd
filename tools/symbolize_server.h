// SymbolizeServer: answers a program's requests for names and profiles. The protocol is described where the program's
// side of it lives (runtime/symbolize/symbolize.h): one request a line, a reply that ends with an empty line.
//
// Whatever it is sent, it answers and goes on: a request that makes no sense gets "??". Thread safety: none.
#ifndef GORACE_TOOLS_SYMBOLIZE_SERVER_H_
#define GORACE_TOOLS_SYMBOLIZE_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "pprof/encode/raw_profile_parser.h"
#include "tools/symbolizer/symbolizer.h"

namespace gorace::tools {

class SymbolizeServer {
 public:
  // `program`: the process that asks (Symbolizer tells why), 0 when unknown.
  explicit SymbolizeServer(int program) : symbolizer_(program) {}

  // add_line takes one line without its newline and returns what to send back: a whole reply, or nothing while a
  // profile is coming in.
  std::string add_line(absl::string_view line);

  // finish_input is called at the end of input: a profile that broke off is dropped.
  void finish_input() { profile_.reset(); }

 private:
  // A profile whose lines are still coming in.
  struct Incoming {
    std::string path;  // empty: the request was wrong, its lines are only skipped
    pprof::RawProfileParser parser;
  };

  std::string code(absl::string_view module, absl::string_view offset);
  std::string data(absl::string_view module, absl::string_view offset);
  std::string local(const std::vector<absl::string_view>& fields);
  std::string end_profile();

  Symbolizer symbolizer_;
  std::unique_ptr<Incoming> profile_;
};

// serve_symbols answers requests from descriptor `in` on descriptor `out` until the input ends. Returns the exit code.
int serve_symbols(int in, int out);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_SYMBOLIZE_SERVER_H_
