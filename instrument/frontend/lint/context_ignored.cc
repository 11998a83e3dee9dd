// context-ignored: a function that is given a Context and waits in a loop which nothing ends, without the context: it
// cannot be canceled.
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"
#include "llvm/ADT/STLExtras.h"

namespace gorace::instrument::lint {
namespace {

constexpr uint64_t kWaitsInLoop = bit(Op::kSend) | bit(Op::kRecv) | bit(Op::kSelect) | bit(Op::kSleep);

const clang::Stmt* body_of_endless(const clang::Stmt* statement, const clang::ASTContext& context) {
  const clang::Expr* condition = nullptr;
  const clang::Stmt* body = nullptr;
  if (const auto* loop = llvm::dyn_cast<clang::ForStmt>(statement)) {
    condition = loop->getCond();
    body = loop->getBody();
    if (condition == nullptr) return body;
  } else if (const auto* loop = llvm::dyn_cast<clang::WhileStmt>(statement)) {
    condition = loop->getCond();
    body = loop->getBody();
  } else if (const auto* loop = llvm::dyn_cast<clang::DoStmt>(statement)) {
    condition = loop->getCond();
    body = loop->getBody();
  } else {
    return nullptr;
  }
  bool value = false;
  return !condition->isValueDependent() && condition->EvaluateAsBooleanCondition(value, context) && value ? body
                                                                                                          : nullptr;
}

bool can_be_left(const clang::Stmt* loop_body) {
  return for_each_statement(loop_body, [](const clang::Stmt* each) {
    if (const auto* call = llvm::dyn_cast<clang::CallExpr>(each)) {
      const clang::FunctionDecl* callee = call->getDirectCallee();
      if (callee == nullptr || callee->isNoReturn()) return true;
    }
    return llvm::isa<clang::BreakStmt, clang::ReturnStmt, clang::GotoStmt, clang::CXXThrowExpr>(each);
  });
}

// Uses the context, or a variable that was made from it.
bool depends_on(const clang::Stmt* statement, const clang::ParmVarDecl* ctx) {
  return for_each_statement(statement, [ctx](const clang::Stmt* each) {
    const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(each);
    if (reference == nullptr) return false;
    if (reference->getDecl() == ctx) return true;
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    return variable != nullptr && variable->hasInit() && !variable->isStaticDataMember() &&
           mentions(variable->getInit(), ctx);
  });
}

// A lambda that uses the context may end the wait: a goroutine that closes the channel when it is done.
bool is_used_by_lambda(const Body& body, const clang::ParmVarDecl* ctx) {
  return llvm::any_of(body.lambdas(),
                      [ctx](const clang::LambdaExpr* lambda) { return depends_on(lambda->getBody(), ctx); });
}

}  // namespace

void check_context_ignored(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    if (!body.has(kWaitsInLoop)) continue;
    for (const clang::ParmVarDecl* ctx : body.function()->parameters()) {
      if (ctx->getName().empty() || !is_record(ctx->getType(), "gorace::Context")) continue;
      for (const Call& call : body.calls()) {
        if ((bit(call.op) & kWaitsInLoop) == 0) continue;
        const clang::Stmt* loop = repeating_loop(body, call.expression);
        const clang::Stmt* inside = loop == nullptr ? nullptr : body_of_endless(loop, unit.context());
        while (loop != nullptr && inside == nullptr) {
          loop = repeating_loop(body, loop);
          inside = loop == nullptr ? nullptr : body_of_endless(loop, unit.context());
        }
        if (inside == nullptr || can_be_left(inside) || depends_on(inside, ctx) || is_used_by_lambda(body, ctx)) {
          continue;
        }
        report(loop->getBeginLoc(),
               "nothing ends this loop, not even '" + ctx->getNameAsString() + "': wait for its done() too, by select",
               Note{call.expression->getExprLoc(), "it waits here"});
      }
    }
  }
}

}  // namespace gorace::instrument::lint
