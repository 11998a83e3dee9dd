// Report: how a lint says something. One Report a lint; warnings carry its name, "[-Wgorace-<lint>]".
//
// Not said: in system headers; where a NOLINT comment names the lint (or none at all), on the line or by NOLINTNEXTLINE
// or between NOLINTBEGIN and NOLINTEND; twice at the same place (instances of one template); when the lint is switched
// off; under -w.
//
// An error instead of a warning under -Werror=gorace-<lint> only. -Werror alone does not reach it: as for all warnings
// of plugins from clang 20 on, whoever adds a plugin to a build should not break it.
#ifndef GORACE_INSTRUMENT_FRONTEND_LINT_REPORT_H_
#define GORACE_INSTRUMENT_FRONTEND_LINT_REPORT_H_

#include <string>

#include "clang/Basic/Diagnostic.h"
#include "instrument/frontend/lint/options.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"

namespace gorace::instrument::lint {

struct Note {
  clang::SourceLocation location;
  std::string text;
};

class Report {
 public:
  Report(llvm::StringRef lint, Severity severity, clang::DiagnosticsEngine& diagnostics);

  void operator()(clang::SourceLocation location, const llvm::Twine& text, llvm::ArrayRef<Note> notes = {},
                  llvm::ArrayRef<clang::FixItHint> fixes = {}) const;

 private:
  std::string lint_;
  clang::DiagnosticsEngine& diagnostics_;
  unsigned warning_;
  unsigned note_;
  mutable llvm::DenseSet<clang::SourceLocation> said_;
};

}  // namespace gorace::instrument::lint

#endif  // GORACE_INSTRUMENT_FRONTEND_LINT_REPORT_H_
