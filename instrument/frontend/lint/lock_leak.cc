// lock-leak: lock() with an unlock() on other paths only.
#include "clang/AST/Attr.h"
#include "instrument/frontend/lint/flow.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"
#include "llvm/ADT/STLExtras.h"

namespace gorace::instrument::lint {
namespace {

// unique_lock and shared_lock unlock in their destructors.
bool unlocks_itself(const Call& lock) {
  const clang::CXXRecordDecl* record = record_of(lock.object->getType());
  return record == nullptr || is_lock_guard(record);
}

bool unlocks(const Body& body, const Place& mutex) {
  return llvm::any_of(body.calls(),
                      [&](const Call& call) { return call.op == Op::kUnlock && place_of(call.object) == mutex; });
}

// Others may unlock it: it is an argument of something (adopt_lock, a condition variable, a helper), or a lambda here
// unlocks.
bool is_handed_over(const Unit& unit, const Body& body, const Place& mutex) {
  const auto given = [&](auto arguments) {
    return llvm::any_of(arguments, [&](const clang::Expr* argument) { return place_of(argument) == mutex; });
  };
  for (const Call& call : body.calls()) {
    if ((bit(call.op) & (bit(Op::kLock) | bit(Op::kUnlock) | bit(Op::kTryLock))) != 0) continue;
    const auto* called = llvm::dyn_cast<clang::CallExpr>(call.expression);
    if (called != nullptr ? given(called->arguments())
                          : given(llvm::cast<clang::CXXConstructExpr>(call.expression)->arguments()))
      return true;
  }
  for (const clang::LambdaExpr* lambda : body.lambdas()) {
    const Body* inner = lambda->isGenericLambda() ? nullptr : unit.body_of(lambda->getCallOperator());
    if (inner == nullptr || inner->has(bit(Op::kUnlock))) return true;
  }
  return false;
}

// A function whose purpose is to return with the lock held says so in its name or by an annotation; or another function
// unlocks what it locked.
bool means_to_keep(const Unit& unit, const Body& body, const Place& mutex) {
  const std::string name = llvm::StringRef(body.function()->getNameAsString()).lower();
  if (llvm::StringRef(name).contains("lock") || llvm::StringRef(name).contains("acquire")) return true;
  for (const clang::Attr* attribute : body.function()->attrs()) {
    const llvm::StringRef spelling = attribute->getSpelling();
    if (spelling.contains("acquire") || spelling.contains("lock_function") || spelling.contains("no_thread_safety"))
      return true;
  }
  for (const Body& other : unit.bodies()) {
    if (!other.has(bit(Op::kUnlock)) || &other == &body) continue;
    for (const Call& call : other.calls()) {
      if (call.op != Op::kUnlock) continue;
      const Place place = place_of(call.object);
      if (place.empty() || place.back() != mutex.back()) continue;
      const bool locks_too = llvm::any_of(other.calls(), [&](const Call& each) {
        return (each.op == Op::kLock || each.op == Op::kTryLock) && place_of(each.object) == place;
      });
      if (!locks_too) return true;
    }
  }
  return false;
}

// unlock() before lock(): the caller holds the lock, and gives it up for a while.
bool is_held_at_entry(const Flow& flow, const Body& body, const Place& mutex) {
  return flow.search(nullptr, [&](const PathElement& element) {
    const Call* call = element.statement == nullptr ? nullptr : body.call(element.statement);
    if (call == nullptr || call->object == nullptr || place_of(call->object) != mutex) return Step::kGoOn;
    return call->op == Op::kUnlock                             ? Step::kFound
           : call->op == Op::kLock || call->op == Op::kTryLock ? Step::kStop
                                                               : Step::kGoOn;
  });
}

bool call_may_unlock(const Unit& unit, const Call& call, bool mutex_is_local) {
  if (call.op != Op::kNone || mutex_is_local) return false;
  if (call.callee == nullptr) return true;
  if (call.callee->getBuiltinID() != 0 || is_in_namespace(call.callee, "std")) return false;
  if (const Body* called = unit.body_of(call.callee)) {
    return called->has(bit(Op::kUnlock)) || llvm::any_of(called->calls(), [&](const Call& inner) {
             return inner.callee != nullptr && unit.body_of(inner.callee) != nullptr &&
                    unit.body_of(inner.callee)->has(bit(Op::kUnlock));
           });
  }
  return llvm::isa<clang::CXXMethodDecl>(call.callee);
}

}  // namespace

void check_lock_leak(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    if (!body.has(bit(Op::kLock)) || !body.has(bit(Op::kUnlock))) continue;
    for (const Call& lock : body.calls()) {
      if (lock.op != Op::kLock || lock.object == nullptr || unlocks_itself(lock)) continue;
      const Place mutex = place_of(lock.object);
      if (mutex.empty() || !unlocks(body, mutex) || is_handed_over(unit, body, mutex)) continue;
      const clang::VarDecl* variable = variable_of(mutex);
      const bool is_local = variable != nullptr && variable->hasLocalStorage() &&
                            !variable->getType()->isReferenceType() && !variable->getType()->isPointerType();
      const Flow* flow = body.flow();
      if (flow == nullptr) continue;
      const clang::Stmt* leaves_by = nullptr;
      const bool leaks = flow->search(lock.expression, [&](const PathElement& element) {
        if (element.function_exit) return Step::kFound;
        if (element.ended_variable != nullptr) {
          return unit.may_wait_when_destroyed(element.ended_variable->getType()) ? Step::kStop : Step::kGoOn;
        }
        if (llvm::isa<clang::ReturnStmt, clang::CXXThrowExpr>(element.statement)) leaves_by = element.statement;
        const Call* call = body.call(element.statement);
        if (call == nullptr) return Step::kGoOn;
        if ((call->op == Op::kUnlock || call->op == Op::kLock) && place_of(call->object) == mutex) return Step::kStop;
        return call_may_unlock(unit, *call, is_local) ? Step::kStop : Step::kGoOn;
      });
      if (!leaks || means_to_keep(unit, body, mutex) || is_held_at_entry(*flow, body, mutex)) continue;
      llvm::SmallVector<Note, 1> notes;
      if (leaves_by != nullptr) notes.push_back({leaves_by->getBeginLoc(), "it is still locked here"});
      report(lock.expression->getExprLoc(),
             "'" + name_of(mutex) + "' is not unlocked on every path; hold it by std::lock_guard or std::unique_lock",
             notes);
    }
  }
}

}  // namespace gorace::instrument::lint
