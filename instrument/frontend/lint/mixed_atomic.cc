// mixed-atomic: a field or global that is accessed atomically here (std::atomic_ref, __atomic_*, __sync_*) and written
// plainly there. Not said where the write may well be alone: in constructors and destructors, on objects local to the
// function, under a lock. Plain reads are not looked at: after the atomic access that published the value they are
// right.
#include "clang/Basic/Builtins.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"

namespace gorace::instrument::lint {
namespace {

using AtomicUses = llvm::DenseMap<const clang::Decl*, clang::SourceLocation>;

// The field or global that an expression (an object, or its address) names.
const clang::Decl* shared_object(const clang::Expr* expression) {
  expression = strip(expression);
  if (const auto* address = llvm::dyn_cast_or_null<clang::UnaryOperator>(expression)) {
    if (address->getOpcode() == clang::UO_AddrOf) expression = strip(address->getSubExpr());
  }
  if (expression == nullptr || !expression->isLValue()) return nullptr;
  if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(expression))
    return llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl());
  const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression);
  const auto* variable = reference == nullptr ? nullptr : llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
  return variable != nullptr && variable->hasGlobalStorage() && variable->getTLSKind() == clang::VarDecl::TLS_None
             ? variable->getCanonicalDecl()
             : nullptr;
}

// The object that a statement accesses atomically, by its address or by reference; null: none.
const clang::Expr* atomic_operand(const clang::Stmt* statement) {
  if (const auto* atomic = llvm::dyn_cast<clang::AtomicExpr>(statement)) return atomic->getPtr();
  if (const auto* construction = llvm::dyn_cast<clang::CXXConstructExpr>(statement)) {
    return construction->getNumArgs() == 1 && is_record(construction->getType(), "std::atomic_ref")
               ? construction->getArg(0)
               : nullptr;
  }
  const auto* call = llvm::dyn_cast<clang::CallExpr>(statement);
  const clang::FunctionDecl* callee = call == nullptr ? nullptr : call->getDirectCallee();
  if (callee == nullptr || callee->getBuiltinID() == 0 || call->getNumArgs() == 0) return nullptr;
  return callee->getName().starts_with("__sync_") ? call->getArg(0) : nullptr;
}

bool is_alone(const Body& body) {
  if (llvm::isa<clang::CXXConstructorDecl, clang::CXXDestructorDecl>(body.function()) || body.function()->isMain())
    return true;
  if (body.has(bit(Op::kLock) | bit(Op::kTryLock) | bit(Op::kJoin) | bit(Op::kWait) | bit(Op::kOsBlocking)))
    return true;
  for (const Call& call : body.calls()) {
    const auto* constructor = llvm::dyn_cast_or_null<clang::CXXConstructorDecl>(call.callee);
    if (constructor != nullptr && is_lock_guard(constructor->getParent())) return true;
    // A lock of the project's own.
    const clang::IdentifierInfo* name = call.callee == nullptr ? nullptr : call.callee->getIdentifier();
    if (name != nullptr && name->getName().contains_insensitive("lock")) return true;
  }
  return false;
}

// Also through a smart pointer that the function holds.
bool is_of_local_object(const clang::Expr* expression) {
  const auto* member = llvm::dyn_cast<clang::MemberExpr>(expression->IgnoreParenImpCasts());
  const clang::Expr* base = member == nullptr ? expression : member->getBase()->IgnoreParenImpCasts();
  if (const auto* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(base);
      call != nullptr && (call->getOperator() == clang::OO_Arrow || call->getOperator() == clang::OO_Star)) {
    base = call->getArg(0);
  }
  const clang::VarDecl* variable = variable_of(place_of(base));
  return variable != nullptr && variable->hasLocalStorage();
}

void look_for_plain_writes(const Body& body, const AtomicUses& uses, const Report& report) {
  for_each_statement(body.statement(), [&](const clang::Stmt* each) {
    const clang::Expr* accessed = written_by(each);
    if (accessed == nullptr || body.parent(each) == nullptr) return false;
    const clang::Expr* bare = accessed->IgnoreParenImpCasts();
    if (!llvm::isa<clang::MemberExpr, clang::DeclRefExpr>(bare) || is_of_local_object(bare)) return false;
    const auto found = uses.find(shared_object(bare));
    if (found == uses.end()) return false;
    const std::string name = llvm::cast<clang::NamedDecl>(found->first)->getNameAsString();
    report(bare->getExprLoc(), "plain write to '" + name + "', which is accessed atomically elsewhere",
           Note{found->second, "the atomic access is here"});
    return false;
  });
}

}  // namespace

void check_mixed_atomic(Unit& unit, const Report& report) {
  AtomicUses uses;
  for (const Body& body : unit.bodies()) {
    for_each_statement(body.statement(), [&](const clang::Stmt* each) {
      const clang::Expr* operand = atomic_operand(each);
      if (operand == nullptr) return false;
      if (const clang::Decl* object = shared_object(operand)) uses.try_emplace(object, each->getBeginLoc());
      return false;
    });
  }
  if (uses.empty()) return;
  for (const Body& body : unit.bodies()) {
    if (!is_alone(body)) look_for_plain_writes(body, uses, report);
  }
}

}  // namespace gorace::instrument::lint
