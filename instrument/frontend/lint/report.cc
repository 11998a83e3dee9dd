#include "instrument/frontend/lint/report.h"

#include "clang/Basic/SourceManager.h"
#include "instrument/frontend/lint/nolint.h"
#include "llvm/ADT/Twine.h"

namespace gorace::instrument::lint {

// A plugin cannot register a flag of its own: clang's groups of warnings are fixed when it is built. So the name is
// part of the text.
Report::Report(llvm::StringRef lint, Severity severity, clang::DiagnosticsEngine& diagnostics)
    : lint_(lint), diagnostics_(diagnostics) {
  warning_ = severity == Severity::kError
                 ? diagnostics.getCustomDiagID(clang::DiagnosticsEngine::Error, "%0 [-Werror=gorace-%1]")
                 : diagnostics.getCustomDiagID(clang::DiagnosticsEngine::Warning, "%0 [-Wgorace-%1]");
  note_ = diagnostics.getCustomDiagID(clang::DiagnosticsEngine::Note, "%0");
}

void Report::operator()(clang::SourceLocation location, const llvm::Twine& text, llvm::ArrayRef<Note> notes,
                        llvm::ArrayRef<clang::FixItHint> fixes) const {
  const clang::SourceManager& sources = diagnostics_.getSourceManager();
  location = sources.getExpansionLoc(location);
  if (location.isInvalid() || sources.isInSystemHeader(location) || diagnostics_.getIgnoreAllWarnings()) return;
  if (!said_.insert(location).second || is_silenced(sources, location, lint_)) return;
  {
    clang::DiagnosticBuilder builder = diagnostics_.Report(location, warning_);
    builder << text.str() << lint_;
    for (const clang::FixItHint& fix : fixes) builder << fix;
  }
  for (const Note& note : notes) diagnostics_.Report(sources.getExpansionLoc(note.location), note_) << note.text;
}

}  // namespace gorace::instrument::lint
