// The front-end half of the compiler plugin (-fplugin=): reads the plugin's arguments, -fplugin-arg-gorace-<argument>, and looks at the source before
// code is generated. Loading it also makes the pass's -mllvm options known before clang parses them.
#include "clang/AST/ASTConsumer.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "instrument/frontend/no_sanitize.h"

namespace gorace::instrument {
namespace {

class PluginAction : public clang::PluginASTAction {
 protected:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance&, llvm::StringRef) override {
    return make_no_sanitize_consumer();
  }

  // No argument is known yet, so each is refused by its name. Clang calls this even when there are none.
  bool ParseArgs(const clang::CompilerInstance& compiler, const std::vector<std::string>& arguments) override {
    clang::DiagnosticsEngine& diagnostics = compiler.getDiagnostics();
    const unsigned unknown = diagnostics.getCustomDiagID(
        clang::DiagnosticsEngine::Error, "gorace: unknown plugin argument '%0' (given as -fplugin-arg-gorace-%0)");
    for (const std::string& argument : arguments) diagnostics.Report(unknown) << argument;
    return arguments.empty();
  }

  // Runs by itself whenever the plugin is loaded, before code is generated.
  ActionType getActionType() override { return AddBeforeMainAction; }
};

clang::FrontendPluginRegistry::Add<PluginAction> g_registration("gorace", "gorace's checks of the source");

}  // namespace
}  // namespace gorace::instrument
