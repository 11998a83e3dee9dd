// waitgroup-add: add() as the first thing a goroutine does comes too late, wait() may have returned. waitgroup-done: a
// path through a goroutine without done().
#include "clang/AST/Expr.h"
#include "instrument/frontend/lint/flow.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"
#include "llvm/ADT/STLExtras.h"

namespace gorace::instrument::lint {
namespace {

// add(n) at the beginning of the lambda; null otherwise.
const Call* first_add(const Body& body) {
  const auto* block = llvm::dyn_cast<clang::CompoundStmt>(body.statement());
  if (block == nullptr || block->body_empty()) return nullptr;
  const auto* first = llvm::dyn_cast<clang::Expr>(block->body_front());
  const Call* call = first == nullptr ? nullptr : body.call(first->IgnoreUnlessSpelledInSource());
  return call != nullptr && call->op == Op::kAdd ? call : nullptr;
}

bool waits_for(const Body& body, const Place& group) {
  return llvm::any_of(body.calls(),
                      [&](const Call& call) { return call.op == Op::kWait && place_of(call.object) == group; });
}

// Moving the call before the statement that starts the goroutine is right when both are statements of their own.
llvm::SmallVector<clang::FixItHint, 2> move_before(const Spawn& spawn, const Call& add, const Body& body) {
  const clang::Stmt* start = spawn.expression;
  while (const clang::Stmt* up = spawn.in->parent(start)) {
    if (llvm::isa<clang::CompoundStmt>(up)) break;
    if (!llvm::isa<clang::FullExpr>(up)) return {};
    start = up;
  }
  const llvm::StringRef text = text_of(add.expression, body.context());
  if (text.empty() || start->getBeginLoc().isMacroID()) return {};
  return {clang::FixItHint::CreateInsertion(start->getBeginLoc(), text.str() + "; "),
          clang::FixItHint::CreateRemoval(clang::CharSourceRange::getCharRange(
              add.expression->getBeginLoc(),
              add.expression->getBeginLoc().getLocWithOffset(static_cast<int>(text.size()) + 1)))};
}

// Whether anything but WaitGroup's own functions is given the group: then others may call done().
bool is_given_away(const Body& body, const Place& group) {
  for (const Call& call : body.calls()) {
    const auto* called = llvm::dyn_cast<clang::CallExpr>(call.expression);
    if (called == nullptr) {
      for (const clang::Expr* argument : llvm::cast<clang::CXXConstructExpr>(call.expression)->arguments()) {
        if (place_of(argument) == group) return true;
      }
      continue;
    }
    for (const clang::Expr* argument : called->arguments()) {
      if (place_of(argument) == group) return true;
    }
  }
  for (const clang::LambdaExpr* lambda : body.lambdas()) {
    if (mentions(lambda->getBody(), variable_of(group))) return true;
  }
  return false;
}

void examine_done(Unit& unit, const Report& report, const Body& body) {
  const Flow* flow = body.flow();
  if (flow == nullptr) return;
  llvm::SmallVector<Place, 2> looked_at;
  for (const Call& done : body.calls()) {
    if (done.op != Op::kDone) continue;
    const Place group = place_of(done.object);
    if (variable_of(group) == nullptr || llvm::is_contained(looked_at, group) || is_given_away(body, group)) continue;
    looked_at.push_back(group);
    const bool missed = flow->search(nullptr, [&](const PathElement& element) {
      if (element.function_exit) return Step::kFound;
      if (element.ended_variable != nullptr) {
        return unit.may_wait_when_destroyed(element.ended_variable->getType()) ? Step::kStop : Step::kGoOn;
      }
      if (llvm::isa<clang::CXXThrowExpr>(element.statement)) return Step::kStop;
      const Call* call = body.call(element.statement);
      return call != nullptr && call->op == Op::kDone && place_of(call->object) == group ? Step::kStop : Step::kGoOn;
    });
    if (missed) {
      report(done.expression->getExprLoc(), "not every path through this goroutine calls '" + name_of(group) +
                                                ".done()': wait() never returns; start it by WaitGroup::go");
    }
  }
}

}  // namespace

void check_waitgroup_add(Unit& unit, const Report& report) {
  for (const Spawn& spawn : unit.spawns()) {
    const Body* body = spawn.lambda == nullptr ? nullptr : unit.body_of(spawn.function);
    if (body == nullptr || !body->has(bit(Op::kAdd))) continue;
    const Call* add = first_add(*body);
    if (add == nullptr) continue;
    const Place group = place_of(add->object);
    if (variable_of(group) == nullptr || !waits_for(*spawn.in, group)) continue;
    report(add->expression->getExprLoc(),
           "'" + name_of(group) +
               ".add()' inside the goroutine that it counts: wait() may return before; add before the goroutine starts",
           {}, move_before(spawn, *add, *body));
  }
}

void check_waitgroup_done(Unit& unit, const Report& report) {
  for (const Spawn& spawn : unit.spawns()) {
    const Body* body = spawn.lambda == nullptr ? nullptr : unit.body_of(spawn.function);
    if (body != nullptr && body->has(bit(Op::kDone))) examine_done(unit, report, *body);
  }
}

}  // namespace gorace::instrument::lint
