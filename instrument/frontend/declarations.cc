#include "instrument/frontend/declarations.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"

namespace gorace::instrument {

bool DeclarationsConsumer::HandleTopLevelDecl(clang::DeclGroupRef group) {
  for (clang::Decl* declaration : group) visit(declaration);
  return true;
}

void DeclarationsConsumer::visit(clang::Decl* declaration) {
  if (auto* function = llvm::dyn_cast<clang::FunctionDecl>(declaration)) {
    visit_function(function);
  } else if (auto* function_template = llvm::dyn_cast<clang::FunctionTemplateDecl>(declaration)) {
    visit_function(function_template->getTemplatedDecl());
  } else if (auto* class_template = llvm::dyn_cast<clang::ClassTemplateDecl>(declaration)) {
    visit(class_template->getTemplatedDecl());
  } else if (llvm::isa<clang::NamespaceDecl, clang::LinkageSpecDecl, clang::ExportDecl, clang::RecordDecl>(
                 declaration)) {
    for (clang::Decl* member : llvm::cast<clang::DeclContext>(declaration)->decls()) visit(member);
  }
}

}  // namespace gorace::instrument
