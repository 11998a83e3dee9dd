// lost-cancel: a CancelFunc cancels when it is destroyed, so a context that outlives it is canceled from the start.
//   auto ctx = with_timeout(parent, 2s).ctx;                         // canceled at once
//   auto [ctx, cancel] = with_cancel(parent); return ctx;            // canceled when it is returned
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"

namespace gorace::instrument::lint {
namespace {

// What an expression's value goes to: a variable or member that keeps it, or the caller. References keep the temporary
// itself alive.
bool is_kept(const Body& body, const clang::Expr* expression) {
  for (const clang::Stmt* up = body.parent(expression); up != nullptr; up = body.parent(up)) {
    if (llvm::isa<clang::ReturnStmt>(up)) return true;
    if (const auto* declaration = llvm::dyn_cast<clang::DeclStmt>(up)) {
      const auto* variable =
          declaration->isSingleDecl() ? llvm::dyn_cast<clang::VarDecl>(declaration->getSingleDecl()) : nullptr;
      return variable != nullptr && !variable->getType()->isReferenceType();
    }
    if (const auto* assignment = llvm::dyn_cast<clang::CXXOperatorCallExpr>(up)) return assignment->isAssignmentOp();
    if (const auto* construction = llvm::dyn_cast<clang::CXXConstructExpr>(up)) {
      if (!construction->getConstructor()->isCopyOrMoveConstructor()) return false;
      continue;
    }
    if (!llvm::isa<clang::FullExpr, clang::ImplicitCastExpr, clang::MaterializeTemporaryExpr,
                   clang::CXXBindTemporaryExpr, clang::ParenExpr>(up)) {
      return false;
    }
  }
  return false;
}

// auto [ctx, cancel] = with_...(): its two names; nulls for anything else.
std::pair<const clang::BindingDecl*, const clang::BindingDecl*> bindings_of(const Body& body, const Call& made) {
  const auto* declaration = body.enclosing<clang::DeclStmt>(made.expression);
  const auto* both = declaration != nullptr && declaration->isSingleDecl()
                         ? llvm::dyn_cast<clang::DecompositionDecl>(declaration->getSingleDecl())
                         : nullptr;
  if (both == nullptr || both->bindings().size() != 2 || strip(both->getInit()) != made.expression)
    return {nullptr, nullptr};
  return {both->bindings()[0], both->bindings()[1]};
}

bool refers_to(const clang::Expr* expression, const clang::BindingDecl* binding) {
  const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(strip(expression));
  return reference != nullptr && reference->getDecl() == binding;
}

// Every mention of cancel is a call of it: nobody else takes it over.
bool stays_here(const Body& body, const clang::BindingDecl* cancel) {
  size_t mentioned = 0;
  for_each_statement(body.statement(), [&](const clang::Stmt* each) {
    const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(each);
    if (reference != nullptr && reference->getDecl() == cancel) ++mentioned;
    return false;
  });
  size_t called = 0;
  for (const Call& call : body.calls()) {
    if (call.op == Op::kCancel && refers_to(call.object, cancel)) ++called;
  }
  return mentioned == called;
}

// `auto both = with_cancel(parent); return both.ctx;`: the variable, of which nothing but its ctx is used. Null: none.
const clang::VarDecl* pair_left_behind(const Body& body, const clang::ReturnStmt* result) {
  const auto* member = llvm::dyn_cast_or_null<clang::MemberExpr>(
      result->getRetValue() == nullptr ? nullptr : strip(result->getRetValue()));
  if (member == nullptr || member->isArrow() || member->getMemberDecl()->getNameAsString() != "ctx") return nullptr;
  const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(strip(member->getBase()));
  const auto* variable = reference == nullptr ? nullptr : llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
  if (variable == nullptr || !variable->hasLocalStorage() || variable->getType()->isReferenceType() ||
      !is_record(variable->getType(), "gorace::CancelableContext")) {
    return nullptr;
  }
  int others = 0;  // mentions of the variable that are not of its ctx
  for_each_statement(body.statement(), [&](const clang::Stmt* each) {
    const auto* mention = llvm::dyn_cast<clang::DeclRefExpr>(each);
    if (mention != nullptr && mention->getDecl() == variable) ++others;
    const auto* use = llvm::dyn_cast<clang::MemberExpr>(each);
    if (use == nullptr || use->getMemberDecl()->getNameAsString() != "ctx") return false;
    const auto* base = llvm::dyn_cast<clang::DeclRefExpr>(use->getBase()->IgnoreParenImpCasts());
    if (base != nullptr && base->getDecl() == variable) --others;
    return false;
  });
  return others == 0 ? variable : nullptr;
}

}  // namespace

void check_lost_cancel(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    if (!body.has(bit(Op::kWithCancel))) continue;
    for_each_statement(body.statement(), [&](const clang::Stmt* each) {
      if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(each); member != nullptr && !member->isArrow()) {
        const Call* made = body.call(strip(member->getBase()));
        if (made != nullptr && made->op == Op::kWithCancel && member->getMemberDecl()->getNameAsString() == "ctx" &&
            is_kept(body, member)) {
          report(member->getMemberLoc(),
                 "this context is canceled at once: its cancel function is destroyed at the end of the expression; "
                 "keep both, auto [ctx, cancel] = ...");
        }
      }
      if (const auto* result = llvm::dyn_cast<clang::ReturnStmt>(each);
          result != nullptr && body.parent(result) != nullptr) {
        if (const clang::VarDecl* variable = pair_left_behind(body, result)) {
          report(result->getReturnLoc(),
                 "the context is canceled when it is returned: its cancel function ends here; return both",
                 Note{variable->getLocation(), "with '" + variable->getNameAsString() + "'"});
        }
      }
      return false;
    });
    for (const Call& made : body.calls()) {
      if (made.op != Op::kWithCancel) continue;
      const auto [ctx, cancel] = bindings_of(body, made);
      if (ctx == nullptr || !stays_here(body, cancel)) continue;
      for_each_statement(body.statement(), [&, context = ctx](const clang::Stmt* each) {
        const auto* result = llvm::dyn_cast<clang::ReturnStmt>(each);
        if (result != nullptr && body.parent(result) != nullptr && refers_to(result->getRetValue(), context)) {
          report(result->getReturnLoc(),
                 "the context is canceled when it is returned: its cancel function ends here; return both",
                 Note{made.expression->getExprLoc(), "it is made here"});
        }
        return false;
      });
    }
  }
}

}  // namespace gorace::instrument::lint
