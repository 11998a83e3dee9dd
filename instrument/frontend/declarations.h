// Visits each function of a translation unit while attributes that are added to it still reach the generated code.
#ifndef GORACE_INSTRUMENT_FRONTEND_DECLARATIONS_H_
#define GORACE_INSTRUMENT_FRONTEND_DECLARATIONS_H_

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/Decl.h"

namespace gorace::instrument {

class DeclarationsConsumer : public clang::ASTConsumer {
 public:
  bool HandleTopLevelDecl(clang::DeclGroupRef group) override;
  void HandleInlineFunctionDefinition(clang::FunctionDecl* function) override { visit_function(function); }
  void HandleCXXImplicitFunctionInstantiation(clang::FunctionDecl* function) override { visit_function(function); }

 private:
  void visit(clang::Decl* declaration);

  // Called more than once for some functions. Templates come as they are written, and as instantiated.
  virtual void visit_function(clang::FunctionDecl* function) = 0;
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_FRONTEND_DECLARATIONS_H_
