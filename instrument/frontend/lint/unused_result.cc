// unused-result: try_lock, try_send and their kin without looking at whether it worked. Said by clang itself for
// functions that are [[nodiscard]].
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

}  // namespace

void check_unused_result(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
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
