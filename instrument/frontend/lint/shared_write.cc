// shared-write: a goroutine that uses no synchronisation writes to a global, static or captured variable, and another
// strand surely uses it meanwhile: the goroutine is started in a loop, or its starter goes on to use the variable
// before anything that could wait.
#include "instrument/frontend/lint/flow.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"
#include "llvm/ADT/STLExtras.h"

namespace gorace::instrument::lint {
namespace {

bool is_shared(const clang::VarDecl* variable, const Body& body) {
  if (variable == nullptr || is_atomic(variable->getType()) || variable->getType()->isReferenceType()) return false;
  if (variable->getTLSKind() != clang::VarDecl::TLS_None) return false;
  if (variable->hasGlobalStorage()) return true;
  return variable->getDeclContext() != body.function() && !variable->isInitCapture();
}

// Also by atomics: a spin lock, a flag.
bool uses_atomics(const Body& body) {
  return for_each_statement(body.statement(), [](const clang::Stmt* each) {
    if (llvm::isa<clang::AtomicExpr>(each)) return true;
    const auto* call = llvm::dyn_cast<clang::CallExpr>(each);
    const clang::FunctionDecl* callee = call == nullptr ? nullptr : call->getDirectCallee();
    if (callee == nullptr) return false;
    if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee)) {
      const clang::CXXRecordDecl* record = method->getParent();
      if (record->getIdentifier() != nullptr && record->isInStdNamespace() && record->getName().contains("atomic"))
        return true;
    }
    return callee->getIdentifier() != nullptr &&
           (callee->getName().starts_with("atomic_") || callee->getName().starts_with("__sync_"));
  });
}

bool synchronises(Unit& unit, const Body& body) {
  if (uses_atomics(body)) return true;
  for (const Call& call : body.calls()) {
    const auto* constructor = llvm::dyn_cast_or_null<clang::CXXConstructorDecl>(call.callee);
    if (constructor != nullptr && is_lock_guard(constructor->getParent())) return true;
    if (unit.may_wait(body, call) || call.op == Op::kCancel) return true;
  }
  return false;
}

bool is_conditional(const Body& body, const clang::Stmt* statement) {
  for (const clang::Stmt* up = body.parent(statement); up != nullptr; up = body.parent(up)) {
    if (llvm::isa<clang::IfStmt, clang::SwitchStmt, clang::AbstractConditionalOperator, clang::CXXCatchStmt>(up))
      return true;
    const auto* logical = llvm::dyn_cast<clang::BinaryOperator>(up);
    if (logical != nullptr && logical->isLogicalOp()) return true;
  }
  return false;
}

bool is_plain_scalar(clang::QualType type) {
  return type->isScalarType() && !type.isVolatileQualified() && !is_atomic(type);
}

bool is_std_container(clang::QualType type) {
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  if (record == nullptr || record->getIdentifier() == nullptr || !record->isInStdNamespace()) return false;
  static constexpr llvm::StringRef kNames[] = {
      "basic_string", "vector",        "deque",         "list",  "map",   "multimap",      "set",
      "multiset",     "unordered_map", "unordered_set", "queue", "stack", "priority_queue"};
  return llvm::is_contained(kNames, record->getName());
}

// What it does to a container surely touches that as a whole, not one element of it.
bool changes_container(const clang::CXXMethodDecl* method) {
  static constexpr llvm::StringRef kNames[] = {"push_back", "emplace_back", "push_front", "pop_back", "pop_front",
                                               "insert",    "emplace",      "erase",      "clear",    "append",
                                               "resize",    "push",         "pop"};
  return method != nullptr && method->getIdentifier() != nullptr && llvm::is_contained(kNames, method->getName());
}

const clang::VarDecl* variable_named(const clang::Expr* expression) {
  const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression->IgnoreParenImpCasts());
  return reference == nullptr ? nullptr : llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
}

// The variable that a statement surely writes to: x = ..., x.field = ..., text += ..., list.push_back(...).
const clang::VarDecl* written_variable(const clang::Stmt* statement) {
  if (const auto* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(statement)) {
    const clang::Expr* object = call->getImplicitObjectArgument();
    return changes_container(call->getMethodDecl()) && is_std_container(object->getType()) ? variable_named(object)
                                                                                           : nullptr;
  }
  const clang::Expr* target = written_by(statement);
  if (target == nullptr) return nullptr;
  target = target->IgnoreParenImpCasts();
  if (!is_plain_scalar(target->getType()) &&
      !(llvm::isa<clang::DeclRefExpr>(target) && is_std_container(target->getType()))) {
    return nullptr;
  }
  while (const auto* member = llvm::dyn_cast<clang::MemberExpr>(target)) {
    if (const auto* fixed = llvm::dyn_cast<clang::VarDecl>(member->getMemberDecl())) return fixed;  // static
    if (member->isArrow() || member->getMemberDecl()->getType()->isReferenceType()) return nullptr;
    target = member->getBase()->IgnoreParenImpCasts();
  }
  return variable_named(target);
}

struct Write {
  const clang::VarDecl* variable;
  const clang::Stmt* statement;
};

void find_writes(Unit& unit, const Body& body, llvm::SmallVectorImpl<Write>& writes, int depth) {
  for_each_statement(body.statement(), [&](const clang::Stmt* each) {
    const clang::VarDecl* variable = written_variable(each);
    if (body.parent(each) != nullptr && is_shared(variable, body) && !is_conditional(body, each))
      writes.push_back({variable, each});
    return false;
  });
  if (depth == 0) return;
  for (const Call& call : body.calls()) {
    const Body* called = unit.body_of(call.callee);
    if (called != nullptr && called != &body && !uses_atomics(*called) && !is_conditional(body, call.expression))
      find_writes(unit, *called, writes, depth - 1);
  }
}

bool captures_by_reference(const clang::LambdaExpr* lambda, const clang::VarDecl* variable) {
  for (const clang::LambdaCapture& capture : lambda->captures()) {
    if (capture.capturesVariable() && capture.getCapturedVar() == variable)
      return capture.getCaptureKind() == clang::LCK_ByRef;
  }
  return false;
}

// Who else surely uses the variable before the goroutine is waited for: the spawn itself again, or an expression of its
// starter.
const clang::Stmt* rival(Unit& unit, const Spawn& spawn, const clang::VarDecl* variable) {
  const Body& body = *spawn.in;
  const Flow* flow = body.flow();
  const clang::Stmt* found = nullptr;
  if (flow == nullptr) return nullptr;
  flow->search(spawn.expression, [&](const PathElement& element) {
    if (element.function_exit || element.ended_variable == variable) return Step::kStop;
    if (element.ended_variable != nullptr) {
      return unit.may_wait_when_destroyed(element.ended_variable->getType()) ? Step::kStop : Step::kGoOn;
    }
    if (element.statement == spawn.expression) {
      found = element.statement;
      return Step::kFound;
    }
    const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(element.statement);
    const auto* cast =
        reference == nullptr ? nullptr : llvm::dyn_cast_or_null<clang::ImplicitCastExpr>(body.parent(reference));
    if (reference != nullptr && reference->getDecl() == variable && cast != nullptr &&
        cast->getCastKind() == clang::CK_LValueToRValue) {
      found = reference;
      return Step::kFound;
    }
    if (unit.enters_waiting_loop(body, element.statement, spawn.expression)) return Step::kStop;
    return unit.may_wait_at(body, element.statement) ? Step::kStop : Step::kGoOn;
  });
  return found;
}

}  // namespace

void check_shared_write(Unit& unit, const Report& report) {
  for (const Spawn& spawn : unit.spawns()) {
    const Body* body = unit.body_of(spawn.function);
    if (body == nullptr || spawn.op == Op::kLater || synchronises(unit, *body)) continue;
    llvm::SmallVector<Write, 4> writes;
    find_writes(unit, *body, writes, 1);
    for (const Write& write : writes) {
      if (!write.variable->hasGlobalStorage() &&
          (spawn.lambda == nullptr || write.variable->getDeclContext() != spawn.in->function() ||
           !captures_by_reference(spawn.lambda, write.variable))) {
        continue;
      }
      const clang::Stmt* other = rival(unit, spawn, write.variable);
      if (other == nullptr) continue;
      const bool many = other == spawn.expression;
      report(write.statement->getBeginLoc(),
             "data race: '" + write.variable->getNameAsString() + "' is written without synchronisation" +
                 (many ? " by each of several " : " by a ") + (spawn.is_goroutine() ? "goroutine" : "thread") +
                 (many ? "s" : "") + "; use a lock, an atomic or a channel",
             Note{other->getBeginLoc(), many ? "they are started in a loop here" : "it is read here at the same time"});
    }
  }
}

}  // namespace gorace::instrument::lint
