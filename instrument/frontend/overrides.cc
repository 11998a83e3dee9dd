#include "instrument/frontend/overrides.h"

#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "instrument/frontend/declarations.h"
#include "instrument/pass/callback_models.h"
#include "instrument/pass/options.h"

namespace gorace::instrument {
namespace {

class OverridesConsumer : public DeclarationsConsumer {
 public:
  // Mistakes in model files are reported by the pass.
  OverridesConsumer() {
    llvm::cantFail(models_.add_text(kBuiltinModels, "(built in)"));
    for (const std::string& path : model_files()) llvm::consumeError(models_.add_file(path));
  }

 private:
  void visit_function(clang::FunctionDecl* function) override {
    auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
    if (method == nullptr || method->size_overridden_methods() == 0 || method->isDependentContext()) return;
    annotate(method, method);
  }

  // Bases of bases too: the library calls by the function that it declares.
  void annotate(clang::CXXMethodDecl* method, const clang::CXXMethodDecl* from) {
    for (const clang::CXXMethodDecl* overridden : from->overridden_methods()) {
      if (models_.may_override(overridden->getNameAsString())) {
        const std::string name = overridden->getQualifiedNameAsString();
        if (models_.find_override(name) != nullptr) add(method, kOverrideAnnotation + name);
      }
      annotate(method, overridden);
    }
  }

  static void add(clang::CXXMethodDecl* method, const std::string& text) {
    for (const auto* attribute : method->specific_attrs<clang::AnnotateAttr>()) {
      if (attribute->getAnnotation() == text) return;
    }
    method->addAttr(clang::AnnotateAttr::CreateImplicit(method->getASTContext(), text, nullptr, 0));
  }

  CallModels models_;
};

}  // namespace

std::unique_ptr<clang::ASTConsumer> make_overrides_consumer() { return std::make_unique<OverridesConsumer>(); }

}  // namespace gorace::instrument
