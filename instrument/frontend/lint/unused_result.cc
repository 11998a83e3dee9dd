// unused-result: try_lock, try_send and their kin without looking at whether it worked; a lock's guard without a name.
// Said by clang itself for functions that are [[nodiscard]].
#include "clang/AST/Attr.h"
#include "clang/AST/DeclTemplate.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"

namespace gorace::instrument::lint {
namespace {

constexpr uint64_t kTries = bit(Op::kTrySend) | bit(Op::kTryLock) | bit(Op::kTryOther);

// A signal that may be pending already is meant to be dropped: `wake.try_send({})` on a channel of Unit or bool.
bool sends_a_signal(const Call& call) {
  const auto* made = llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(record_of(call.object->getType()));
  if (made == nullptr || made->getTemplateArgs().size() == 0) return false;
  const clang::TemplateArgument& element = made->getTemplateArgs()[made->getTemplateArgs().size() - 1];
  return element.getKind() == clang::TemplateArgument::Type &&
         (element.getAsType()->isBooleanType() || is_record(element.getAsType(), "gorace::Unit"));
}

// `std::lock_guard<std::mutex>{mutex};` takes the lock and gives it back. Not in `std::lock_guard(mutex), work();`,
// where it is held to the end of the statement.
bool is_nameless_guard(const Body& body, const Call& call) {
  const auto* constructor = llvm::dyn_cast_or_null<clang::CXXConstructorDecl>(call.callee);
  if (constructor == nullptr || constructor->isCopyOrMoveConstructor() || constructor->isDefaultConstructor() ||
      constructor->hasAttr<clang::WarnUnusedResultAttr>() || !is_lock_guard(constructor->getParent())) {
    return false;
  }
  const clang::Expr* guard = call.expression;
  while (const auto* up = llvm::dyn_cast_or_null<clang::Expr>(body.parent(guard))) {
    if (!llvm::isa<clang::CXXBindTemporaryExpr, clang::CXXFunctionalCastExpr>(up)) break;
    guard = up;
  }
  return is_discarded(body, guard);
}

}  // namespace

void check_unused_result(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    for (const Call& call : body.calls()) {
      if (is_nameless_guard(body, call))
        report(call.expression->getBeginLoc(), "this guard has no name, and gives the lock back at once");
    }
    if (!body.has(kTries | bit(Op::kGroupGo))) continue;
    for (const Call& call : body.calls()) {
      const bool tries =
          (bit(call.op) & kTries) != 0 || (call.op == Op::kGroupGo && call.callee->getName() == "try_go");
      if (!tries || call.object == nullptr || !is_discarded(body, call.expression)) continue;
      if (call.callee->hasAttr<clang::WarnUnusedResultAttr>() || call.callee->getReturnType()->isVoidType()) continue;
      if (call.op == Op::kTrySend && sends_a_signal(call)) continue;
      report(call.expression->getExprLoc(), "nobody looks at whether '" + call.callee->getNameAsString() +
                                                "' succeeded; cast to void when it does not matter");
    }
  }
}

}  // namespace gorace::instrument::lint
