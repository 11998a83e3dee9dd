// NOLINT comments, with clang-tidy's spelling: NOLINT, NOLINT(gorace-lock-leak), NOLINT(gorace-*), NOLINTNEXTLINE,
// NOLINTBEGIN, NOLINTEND.
#ifndef GORACE_INSTRUMENT_FRONTEND_LINT_NOLINT_H_
#define GORACE_INSTRUMENT_FRONTEND_LINT_NOLINT_H_

#include "clang/Basic/SourceLocation.h"
#include "llvm/ADT/StringRef.h"

namespace clang {
class SourceManager;
}

namespace gorace::instrument::lint {

// is_silenced: a comment at `location` silences the lint; its name is given without "gorace-".
bool is_silenced(const clang::SourceManager& sources, clang::SourceLocation location, llvm::StringRef lint);

// is_silenced_in looks at the text of a file up to and including the line that holds `offset`.
bool is_silenced_in(llvm::StringRef text, size_t offset, llvm::StringRef lint);

}  // namespace gorace::instrument::lint

#endif  // GORACE_INSTRUMENT_FRONTEND_LINT_NOLINT_H_
