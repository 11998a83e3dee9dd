// closed-channel: a send on, or a second close of, a channel that this function has closed. Both panic.
#include "instrument/frontend/lint/flow.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"

namespace gorace::instrument::lint {
namespace {

constexpr uint64_t kPanicsWhenClosed = bit(Op::kSend) | bit(Op::kTrySend) | bit(Op::kCaseSend) | bit(Op::kClose);

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
            if (target != nullptr && place_of(target) == channel) return Step::kStop;
            const Call* call = body.call(element.statement);
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
