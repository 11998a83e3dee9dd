#include "instrument/frontend/lint/consumer.h"

#include <vector>

#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include "instrument/frontend/lint/body.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"

namespace gorace::instrument::lint {
namespace {

class Consumer : public clang::ASTConsumer {
 public:
  explicit Consumer(Options options) : options_(std::move(options)) {}

  // Only remembered: templates are instantiated at the end.
  bool HandleTopLevelDecl(clang::DeclGroupRef group) override {
    for (clang::Decl* declaration : group) declarations_.push_back(declaration);
    return true;
  }

  // What comes out of a precompiled header was looked at when that was made.
  void HandleInterestingDecl(clang::DeclGroupRef) override {}

  void HandleTranslationUnit(clang::ASTContext& context) override {
    clang::DiagnosticsEngine& diagnostics = context.getDiagnostics();
    if (!context.getLangOpts().CPlusPlus || diagnostics.hasErrorOccurred() || diagnostics.getIgnoreAllWarnings())
      return;
    const clang::SourceManager& sources = context.getSourceManager();
    Unit unit(context);
    for (clang::Decl* declaration : declarations_) {
      if (!sources.isInSystemHeader(sources.getExpansionLoc(declaration->getLocation()))) unit.add(declaration);
    }
    unit.find_spawns();
    for (const Lint& lint : all_lints()) {
      const Severity severity = options_.severity(lint.name);
      if (severity != Severity::kOff) lint.check(unit, Report(lint.name, severity, diagnostics));
    }
  }

 private:
  Options options_;
  std::vector<clang::Decl*> declarations_;
};

}  // namespace

std::unique_ptr<clang::ASTConsumer> make_consumer(Options options) {
  return std::make_unique<Consumer>(std::move(options));
}

}  // namespace gorace::instrument::lint
