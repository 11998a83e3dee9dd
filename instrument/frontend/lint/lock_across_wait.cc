// lock-across-wait: a lock that belongs to the OS thread (std::mutex and its kin, absl::Mutex) held while the goroutine
// waits. Other goroutines of that thread may need it, and the goroutine may go on on another thread, which must not
// unlock it.
#include "clang/AST/DeclTemplate.h"
#include "instrument/frontend/lint/flow.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"

namespace gorace::instrument::lint {
namespace {

constexpr uint64_t kWaitsInGoroutine =
    bit(Op::kSend) | bit(Op::kRecv) | bit(Op::kSelect) | bit(Op::kWait) | bit(Op::kSleep) | bit(Op::kYield);

bool guards_os_lock(const clang::CXXConstructExpr* construction) {
  for (const clang::Expr* argument : construction->arguments()) {
    const clang::CXXRecordDecl* record = record_of(argument->getType());
    if (record == nullptr || record->getIdentifier() == nullptr) continue;
    if (record->getName() == "defer_lock_t" || record->getName() == "try_to_lock_t") return false;
  }
  if (construction->getNumArgs() == 0) return false;
  const clang::CXXRecordDecl* mutex = record_of(construction->getArg(0)->getType());
  return mutex != nullptr && mutex->getIdentifier() != nullptr && is_os_lock(mutex);
}

bool is_otherwise(const clang::Expr* argument) {
  const clang::CXXRecordDecl* record = record_of(argument->getType());
  return record != nullptr && record->getIdentifier() != nullptr && record->getName().starts_with("Otherwise");
}

bool waits_here(const Call& call) {
  if ((bit(call.op) & kWaitsInGoroutine) == 0) return false;
  if (call.op != Op::kSelect) return true;
  const auto* called = llvm::dyn_cast<clang::CallExpr>(call.expression);
  if (called == nullptr) return false;
  for (const clang::Expr* argument : called->arguments()) {
    if (is_otherwise(argument)) return false;
  }
  return true;
}

// Finds a wait on a path from `start` before the lock, known as `holder` (a guard or the mutex itself), is given back.
const Call* wait_while_held(const Body& body, const clang::Expr* start, const Place& holder) {
  const Flow* flow = body.flow();
  const Call* wait = nullptr;
  if (flow == nullptr) return nullptr;
  const clang::VarDecl* guard = variable_of(holder);
  flow->search(start, [&](const PathElement& element) {
    if (element.function_exit || (guard != nullptr && element.ended_variable == guard)) return Step::kStop;
    const Call* call = element.statement == nullptr ? nullptr : body.call(element.statement);
    if (call == nullptr) return Step::kGoOn;
    const bool on_holder = call->object != nullptr && place_of(call->object) == holder;
    if (on_holder && (call->op == Op::kUnlock || call->op == Op::kNone)) return Step::kStop;
    if (call->expression == start || !waits_here(*call)) return Step::kGoOn;
    wait = call;
    return Step::kFound;
  });
  return wait;
}

void say_held(const Report& report, const Call& wait, clang::SourceLocation locked) {
  report(wait.expression->getExprLoc(),
         "the goroutine waits while it holds a lock of its OS thread: others that need it block their threads, and it "
         "may go on on a thread "
         "that must not unlock it; unlock first, or use gorace::Mutex",
         Note{locked, "it is locked here"});
}

}  // namespace

void check_lock_across_wait(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    // main stays on its thread, and is mostly past the point at which others need its locks.
    if (!body.has(kWaitsInGoroutine) || body.function()->isMain()) continue;
    const Spawn* spawn = unit.spawn_of(body);
    if (spawn != nullptr && !spawn->is_goroutine()) continue;
    for (const Call& call : body.calls()) {
      if (call.op == Op::kLock && call.object != nullptr) {
        const clang::CXXRecordDecl* record = record_of(call.object->getType());
        const bool is_c_lock = !llvm::isa<clang::CXXMethodDecl>(call.callee);
        if (!is_c_lock && (record == nullptr || record->getIdentifier() == nullptr || !is_os_lock(record))) continue;
        const Place mutex = place_of(call.object);
        if (mutex.empty()) continue;
        if (const Call* wait = wait_while_held(body, call.expression, mutex))
          say_held(report, *wait, call.expression->getExprLoc());
        continue;
      }
      const auto* construction = llvm::dyn_cast<clang::CXXConstructExpr>(call.expression);
      if (construction == nullptr || !is_lock_guard(construction->getConstructor()->getParent()) ||
          !guards_os_lock(construction))
        continue;
      const auto* declaration = body.enclosing<clang::DeclStmt>(construction);
      const auto* guard = declaration != nullptr && declaration->isSingleDecl()
                              ? llvm::dyn_cast<clang::VarDecl>(declaration->getSingleDecl())
                              : nullptr;
      if (guard == nullptr || guard->getType()->getAsCXXRecordDecl() == nullptr ||
          !is_lock_guard(guard->getType()->getAsCXXRecordDecl())) {
        continue;
      }
      if (const Call* wait = wait_while_held(body, construction, Place{guard->getCanonicalDecl()})) {
        say_held(report, *wait, guard->getLocation());
      }
    }
  }
}

}  // namespace gorace::instrument::lint
