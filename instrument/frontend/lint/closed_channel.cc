// closed-channel: a send on, or a second close of, a channel that this function has closed. Both panic.
#include "instrument/frontend/lint/flow.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"
#include "llvm/ADT/STLExtras.h"

namespace gorace::instrument::lint {
namespace {

constexpr uint64_t kPanicsWhenClosed = bit(Op::kSend) | bit(Op::kTrySend) | bit(Op::kCaseSend) | bit(Op::kClose);

bool begins_with(const Place& place, const Place& prefix) {
  return prefix.size() <= place.size() && !prefix.empty() && std::equal(prefix.begin(), prefix.end(), place.begin());
}

// Not copied on the way, and not const: what is called can put another channel there.
bool is_given_for_change(const Call& call, const Place& channel) {
  const auto* called = llvm::dyn_cast<clang::CallExpr>(call.expression);
  const auto changes = [&](const clang::Expr* argument) {
    const clang::Expr* bare = argument->IgnoreParenImpCasts();
    if (!bare->isLValue() && !bare->getType()->isPointerType()) return false;
    const clang::QualType object =
        bare->getType()->isPointerType() ? bare->getType()->getPointeeType() : bare->getType();
    return !object.isConstQualified() && begins_with(channel, place_of(bare));
  };
  if (called == nullptr)
    return llvm::any_of(llvm::cast<clang::CXXConstructExpr>(call.expression)->arguments(), changes);
  return llvm::any_of(called->arguments(), changes) || (call.object != nullptr && changes(call.object));
}

// A call of the user's own code may replace the channel: it is a member or a global, or it is given the channel or what
// holds it, or a lambda here can reach it.
bool may_replace(const Body& body, const Call& call, const Place& channel) {
  if (call.op != Op::kNone) return false;
  if (call.callee != nullptr && (is_in_namespace(call.callee, "std") || is_in_namespace(call.callee, "gorace") ||
                                 call.callee->getBuiltinID() != 0)) {
    return false;
  }
  const clang::VarDecl* variable = variable_of(channel);
  if (variable == nullptr || !variable->hasLocalStorage()) return true;
  if (is_given_for_change(call, channel)) return true;
  return llvm::any_of(body.lambdas(), [variable](const clang::LambdaExpr* lambda) {
    return llvm::any_of(lambda->captures(), [variable](const clang::LambdaCapture& capture) {
      return capture.capturesVariable() && capture.getCapturedVar() == variable &&
             capture.getCaptureKind() == clang::LCK_ByRef;
    });
  });
}

}  // namespace

void check_closed_channel(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    if (!body.has(bit(Op::kClose))) continue;
    for (const Call& close : body.calls()) {
      if (close.op != Op::kClose) continue;
      const Place channel = place_of(close.object);
      if (channel.empty() || body.enclosing<clang::CXXTryStmt>(close.expression) != nullptr) continue;
      const Flow* flow = body.flow();
      if (flow == nullptr) break;
      const Call* wrong = nullptr;
      // Loops are cut: whether a later iteration closes and sends again is seldom to be seen from the source.
      flow->search(
          close.expression,
          [&](const PathElement& element) {
            if (element.function_exit) return Step::kStop;
            if (element.statement == nullptr)
              return element.ended_variable == variable_of(channel) ? Step::kStop : Step::kGoOn;
            const clang::Expr* target = written_by(element.statement);
            if (target != nullptr && begins_with(channel, place_of(target))) return Step::kStop;
            const Call* call = body.call(element.statement);
            if (call != nullptr && may_replace(body, *call, channel)) return Step::kStop;
            if (call == nullptr || (bit(call->op) & kPanicsWhenClosed) == 0 || place_of(call->object) != channel)
              return Step::kGoOn;
            // Who catches the panic wants it.
            if (body.enclosing<clang::CXXTryStmt>(call->expression) != nullptr) return Step::kStop;
            wrong = call;
            return Step::kFound;
          },
          Loops::kCut);
      if (wrong == nullptr || wrong == &close) continue;
      report(wrong->expression->getExprLoc(),
             wrong->op == Op::kClose ? "second close of '" + name_of(channel) + "' panics"
                                     : "send on '" + name_of(channel) + "' panics: it is closed",
             Note{close.expression->getExprLoc(), "it is closed here"});
    }
  }
}

}  // namespace gorace::instrument::lint
