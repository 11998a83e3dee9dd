// Options: which lints are on, and which are errors. All are on as warnings to begin with; the last word on a lint
// counts.
//
//   -fplugin-arg-gorace-Wno-gorace-lock-leak     off           (gorace c++ takes -Wno-gorace-lock-leak and says it so)
//   -fplugin-arg-gorace-Wgorace-lock-leak        on again
//   -fplugin-arg-gorace-Werror=gorace-lock-leak  an error; Wno-error=gorace-lock-leak: a warning again
//   the same with "gorace" alone: all lints
#ifndef GORACE_INSTRUMENT_FRONTEND_LINT_OPTIONS_H_
#define GORACE_INSTRUMENT_FRONTEND_LINT_OPTIONS_H_

#include <cstdint>
#include <string>

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

namespace gorace::instrument::lint {

enum class Severity : uint8_t { kOff, kWarning, kError };

class Options {
 public:
  // take reads one plugin argument. Returns true when it concerns lints; then *error is what is wrong with it, or
  // empty.
  bool take(llvm::StringRef argument, std::string* error);
  Severity severity(llvm::StringRef lint) const;
  bool any() const;  // at least one is on

 private:
  llvm::StringMap<Severity> severities_;
};

}  // namespace gorace::instrument::lint

#endif  // GORACE_INSTRUMENT_FRONTEND_LINT_OPTIONS_H_
