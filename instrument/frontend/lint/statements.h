// Small questions about statements that several lints ask.
#ifndef GORACE_INSTRUMENT_FRONTEND_LINT_STATEMENTS_H_
#define GORACE_INSTRUMENT_FRONTEND_LINT_STATEMENTS_H_

#include "instrument/frontend/lint/body.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace gorace::instrument::lint {

// for_each_statement shows `statement` and what is below it, bodies of lambdas included, until visit returns true.
// Returns whether it did.
bool for_each_statement(const clang::Stmt* statement, llvm::function_ref<bool(const clang::Stmt*)> visit);

bool mentions(const clang::Stmt* statement, const clang::ValueDecl* declaration);

bool is_loop(const clang::Stmt* statement);
// repeating_loop returns the nearest loop of this body that evaluates `statement` each time round; null when there is
// none.
const clang::Stmt* repeating_loop(const Body& body, const clang::Stmt* statement);

// written_by returns the expression that the statement writes to (=, +=, ++ on built-in types and overloaded ones);
// null when it is no such statement.
const clang::Expr* written_by(const clang::Stmt* statement);

// is_discarded: the value of the expression is used by nobody, not even by a cast to void.
bool is_discarded(const Body& body, const clang::Expr* expression);

bool is_atomic(clang::QualType type);

// text_of returns the source text; empty when a macro takes part in it.
llvm::StringRef text_of(const clang::Stmt* statement, const clang::ASTContext& context);

// name_of a place for messages: "this->mutex_" is "mutex_".
std::string name_of(const Place& place);

}  // namespace gorace::instrument::lint

#endif  // GORACE_INSTRUMENT_FRONTEND_LINT_STATEMENTS_H_
