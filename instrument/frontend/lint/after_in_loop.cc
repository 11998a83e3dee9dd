// after-in-loop: after(d).chan() makes a timer and a channel each time round, which stay until the time is over. As a
// case of select, after(d) makes neither.
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"

namespace gorace::instrument::lint {

void check_after_in_loop(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    if (!body.has(bit(Op::kAfterChan))) continue;
    for (const Call& call : body.calls()) {
      if (call.op != Op::kAfterChan || repeating_loop(body, call.expression) == nullptr) continue;
      const Call* after = body.call(strip(call.object));
      if (after == nullptr || after->op != Op::kAfter) continue;
      llvm::SmallVector<clang::FixItHint, 1> fixes;
      // recv(after(d).chan()) is the case after(d).
      const clang::Stmt* up = body.parent(call.expression);
      while (up != nullptr && body.call(up) == nullptr && llvm::isa<clang::Expr>(up)) up = body.parent(up);
      const Call* user = up == nullptr ? nullptr : body.call(up);
      const llvm::StringRef text = text_of(after->expression, unit.context());
      if (user != nullptr && user->op == Op::kCaseRecv && !text.empty() &&
          llvm::cast<clang::CallExpr>(user->expression)->getNumArgs() == 1) {
        fixes.push_back(clang::FixItHint::CreateReplacement(user->expression->getSourceRange(), text));
      }
      report(call.expression->getExprLoc(),
             "after().chan() makes a timer and a channel each time round the loop; use after() itself as the case, or "
             "one Timer and reset()",
             {}, fixes);
    }
  }
}

}  // namespace gorace::instrument::lint
