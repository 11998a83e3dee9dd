// thread-local: a reference or pointer to a thread_local variable used after a call at which the goroutine may have
// moved to another thread.
#include "instrument/frontend/lint/flow.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"

namespace gorace::instrument::lint {
namespace {

// T& x = tls; T* x = &tls; the thread_local variable, or null.
const clang::VarDecl* cached_by(const clang::VarDecl* variable) {
  if (!variable->hasInit() || !variable->hasLocalStorage()) return nullptr;
  const clang::Expr* init = strip(variable->getInit());
  if (variable->getType()->isPointerType()) {
    const auto* address = llvm::dyn_cast_or_null<clang::UnaryOperator>(init);
    if (address == nullptr || address->getOpcode() != clang::UO_AddrOf) return nullptr;
    init = strip(address->getSubExpr());
  } else if (!variable->getType()->isReferenceType()) {
    return nullptr;
  }
  while (const auto* member = llvm::dyn_cast_or_null<clang::MemberExpr>(init)) {
    if (member->isArrow()) return nullptr;
    init = strip(member->getBase());
  }
  const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(init);
  const auto* target = reference == nullptr ? nullptr : llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
  return target != nullptr && target->getTLSKind() != clang::VarDecl::TLS_None ? target : nullptr;
}

bool declares(const clang::Stmt* statement, const clang::VarDecl* variable) {
  const auto* declaration = llvm::dyn_cast<clang::DeclStmt>(statement);
  if (declaration == nullptr) return false;
  for (const clang::Decl* each : declaration->decls()) {
    if (each == variable) return true;
  }
  return false;
}

void examine_cache(const Body& body, const Report& report, const clang::DeclStmt* declaration,
                   const clang::VarDecl* cache, const clang::VarDecl* target) {
  const Flow* flow = body.flow();
  if (flow == nullptr) return;
  llvm::SmallVector<const Call*, 4> parks;
  flow->search(declaration, [&](const PathElement& element) {
    if (element.statement == nullptr) return element.ended_variable == cache ? Step::kStop : Step::kGoOn;
    const Call* call = body.call(element.statement);
    if (call != nullptr && (bit(call->op) & kParks) != 0) parks.push_back(call);
    return Step::kGoOn;
  });
  for (const Call* park : parks) {
    const clang::Stmt* use = nullptr;
    flow->search(park->expression, [&](const PathElement& element) {
      if (element.statement == nullptr) return element.ended_variable == cache ? Step::kStop : Step::kGoOn;
      if (declares(element.statement, cache)) return Step::kStop;
      const clang::Expr* target_of_write = written_by(element.statement);
      if (cache->getType()->isPointerType() && target_of_write != nullptr &&
          variable_of(place_of(target_of_write)) == cache &&
          llvm::isa<clang::DeclRefExpr>(target_of_write->IgnoreParenImpCasts())) {
        return Step::kStop;  // points elsewhere now
      }
      const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(element.statement);
      if (reference == nullptr || reference->getDecl() != cache) return Step::kGoOn;
      if (const auto* assignment = llvm::dyn_cast_or_null<clang::BinaryOperator>(body.parent(reference));
          assignment != nullptr && assignment->isAssignmentOp() && assignment->getLHS() == reference &&
          cache->getType()->isPointerType()) {
        return Step::kStop;
      }
      use = reference;
      return Step::kFound;
    });
    if (use == nullptr) continue;
    report(use->getBeginLoc(),
           "'" + cache->getNameAsString() + "' may be another thread's '" + target->getNameAsString() +
               "' by now: the goroutine can move at a call that waits; take the address again, or lock_os_thread()",
           {{park->expression->getExprLoc(), "it waits here"}, {cache->getLocation(), "the address is taken here"}});
    return;
  }
}

}  // namespace

void check_thread_local(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    // main always runs on the main thread.
    if (!body.has(kParks) || body.has(bit(Op::kLockOsThread)) || body.function()->isMain()) continue;
    const Spawn* spawn = unit.spawn_of(body);
    if (spawn != nullptr && !spawn->is_goroutine()) continue;
    for_each_statement(body.statement(), [&](const clang::Stmt* each) {
      const auto* declaration = llvm::dyn_cast<clang::DeclStmt>(each);
      if (declaration == nullptr || body.parent(declaration) == nullptr) return false;
      for (const clang::Decl* declared : declaration->decls()) {
        const auto* variable = llvm::dyn_cast<clang::VarDecl>(declared);
        const clang::VarDecl* target = variable == nullptr ? nullptr : cached_by(variable);
        if (target != nullptr) examine_cache(body, report, declaration, variable, target);
      }
      return false;
    });
  }
}

}  // namespace gorace::instrument::lint
