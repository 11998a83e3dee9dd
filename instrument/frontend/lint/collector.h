// Collector: the one walk over the user's declarations that fills a Unit.
#ifndef GORACE_INSTRUMENT_FRONTEND_LINT_COLLECTOR_H_
#define GORACE_INSTRUMENT_FRONTEND_LINT_COLLECTOR_H_

#include "instrument/frontend/lint/body.h"

namespace gorace::instrument::lint {

class Collector {
 public:
  explicit Collector(Unit& unit) : unit_(unit) {}
  void declaration(clang::Decl* declaration);

 private:
  void context(clang::DeclContext* context);
  void function(const clang::FunctionDecl* function, Body* outer);
  void statement(const clang::Stmt* statement, const clang::Stmt* parent, Body& body);
  void lambda(const clang::LambdaExpr* lambda, Body& body);
  void call(const clang::Expr* expression, Body& body);
  // Lambdas in the initialiser of a variable outside any function.
  void lambdas_of(const clang::Stmt* statement);

  Unit& unit_;
};

}  // namespace gorace::instrument::lint

#endif  // GORACE_INSTRUMENT_FRONTEND_LINT_COLLECTOR_H_
