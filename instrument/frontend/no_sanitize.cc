#include "instrument/frontend/no_sanitize.h"

#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/Sanitizers.h"

namespace gorace::instrument {
namespace {

constexpr const char kAnnotation[] = "gorace.skip";

bool opts_out(const clang::FunctionDecl* function) {
  for (const auto* attribute : function->specific_attrs<clang::NoSanitizeAttr>()) {
    if (attribute->getMask() & clang::SanitizerKind::Thread) return true;
  }
  return false;
}

bool is_annotated(const clang::FunctionDecl* function) {
  for (const auto* attribute : function->specific_attrs<clang::AnnotateAttr>()) {
    if (attribute->getAnnotation() == kAnnotation) return true;
  }
  return false;
}

class NoSanitizeConsumer : public clang::ASTConsumer {
 public:
  bool HandleTopLevelDecl(clang::DeclGroupRef group) override {
    for (clang::Decl* declaration : group) visit(declaration);
    return true;
  }
  void HandleInlineFunctionDefinition(clang::FunctionDecl* function) override { visit(function); }
  void HandleCXXImplicitFunctionInstantiation(clang::FunctionDecl* function) override { visit(function); }

 private:
  void visit(clang::Decl* declaration) {
    if (auto* function = llvm::dyn_cast<clang::FunctionDecl>(declaration)) {
      annotate(function);
    } else if (auto* function_template = llvm::dyn_cast<clang::FunctionTemplateDecl>(declaration)) {
      annotate(function_template->getTemplatedDecl());
    } else if (auto* class_template = llvm::dyn_cast<clang::ClassTemplateDecl>(declaration)) {
      visit(class_template->getTemplatedDecl());
    } else if (llvm::isa<clang::NamespaceDecl, clang::LinkageSpecDecl, clang::ExportDecl, clang::RecordDecl>(declaration)) {
      for (clang::Decl* member : llvm::cast<clang::DeclContext>(declaration)->decls()) visit(member);
    }
  }

  static void annotate(clang::FunctionDecl* function) {
    if (!opts_out(function) || is_annotated(function)) return;
    function->addAttr(clang::AnnotateAttr::CreateImplicit(function->getASTContext(), kAnnotation, nullptr, 0));
  }
};

}  // namespace

std::unique_ptr<clang::ASTConsumer> make_no_sanitize_consumer() { return std::make_unique<NoSanitizeConsumer>(); }

}  // namespace gorace::instrument
