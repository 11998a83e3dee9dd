// The front-end half of the compiler plugin (-fplugin=): reads the plugin's arguments, -fplugin-arg-gorace-<argument>,
// and looks at the source before code is generated. Loading it also makes the pass's -mllvm options known before clang
// parses them.
#include "clang/AST/ASTConsumer.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/Sanitizers.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "clang/Frontend/MultiplexConsumer.h"
#include "instrument/frontend/lint/consumer.h"
#include "instrument/frontend/no_sanitize.h"
#include "instrument/frontend/overrides.h"

namespace gorace::instrument {
namespace {

bool is_first_of_its_name();

class PluginAction : public clang::PluginASTAction {
 protected:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance&, llvm::StringRef) override {
    if (!is_first_of_its_name()) return std::make_unique<clang::ASTConsumer>();
    std::vector<std::unique_ptr<clang::ASTConsumer>> consumers;
    consumers.push_back(make_no_sanitize_consumer());
    consumers.push_back(make_overrides_consumer());
    if (lints_.any()) consumers.push_back(lint::make_consumer(lints_));
    return std::make_unique<clang::MultiplexConsumer>(std::move(consumers));
  }

  // Each argument is somebody's, or refused by its name. Clang calls this even when there are none.
  bool ParseArgs(const clang::CompilerInstance& compiler, const std::vector<std::string>& arguments) override {
    if (!is_first_of_its_name()) return true;
    clang::DiagnosticsEngine& diagnostics = compiler.getDiagnostics();
    const unsigned unknown = diagnostics.getCustomDiagID(
        clang::DiagnosticsEngine::Error, "gorace: unknown plugin argument '%0' (given as -fplugin-arg-gorace-%0)");
    const unsigned wrong =
        diagnostics.getCustomDiagID(clang::DiagnosticsEngine::Error, "gorace: %0 (given as -fplugin-arg-gorace-%1)");
    if (compiler.getLangOpts().Sanitize.has(clang::SanitizerKind::Thread)) {
      diagnostics.Report(diagnostics.getCustomDiagID(clang::DiagnosticsEngine::Error,
                                                     "gorace: -fsanitize=thread cannot be combined with gorace's "
                                                     "plugin: each would check every access; drop one of them"));
      return false;
    }
    bool all_known = true;
    for (const std::string& argument : arguments) {
      std::string error;
      if (!lints_.take(argument, &error)) {
        diagnostics.Report(unknown) << argument;
        all_known = false;
      } else if (!error.empty()) {
        diagnostics.Report(wrong) << error << argument;
        all_known = false;
      }
    }
    return all_known;
  }

  // Runs by itself whenever the plugin is loaded, before code is generated.
  ActionType getActionType() override { return AddBeforeMainAction; }

 private:
  lint::Options lints_;
};

clang::FrontendPluginRegistry::Add<PluginAction> g_registration("gorace", "gorace's checks of the source");

// The plugin may be loaded twice, from two files: then clang has two actions of this name, gives the arguments to both,
// and would have everything said twice.
bool is_first_of_its_name() {
  for (const clang::FrontendPluginRegistry::entry& entry : clang::FrontendPluginRegistry::entries()) {
    if (entry.getName() != "gorace") continue;
    const auto address = reinterpret_cast<uintptr_t>(&entry);  // it is a part of the object that registers it
    const auto own = reinterpret_cast<uintptr_t>(&g_registration);
    return address >= own && address < own + sizeof g_registration;
  }
  return true;
}

}  // namespace
}  // namespace gorace::instrument
