// copied-lock: C++'s locks cannot be copied, but their bytes can (memcpy), and C's locks are plain structs. The copy is
// a lock of its own, locked or not as the original was.
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"
#include "llvm/ADT/STLExtras.h"

namespace gorace::instrument::lint {
namespace {

bool is_c_lock(clang::QualType type) {
  for (const auto* alias = type->getAs<clang::TypedefType>(); alias != nullptr;
       alias = alias->desugar()->getAs<clang::TypedefType>()) {
    static constexpr llvm::StringRef kNames[] = {"pthread_mutex_t", "pthread_cond_t", "pthread_rwlock_t",
                                                 "pthread_barrier_t", "sem_t"};
    if (llvm::is_contained(kNames, alias->getDecl()->getName())) return true;
  }
  return false;
}

bool is_cxx_lock(const clang::CXXRecordDecl* record) {
  if (record->getIdentifier() == nullptr) return false;
  static constexpr llvm::StringRef kNames[] = {
      "gorace::Mutex",     "gorace::RWMutex",         "gorace::WaitGroup", "gorace::Cond",      "gorace::Once",
      "gorace::Semaphore", "std::condition_variable", "absl::CondVar",     "absl::Notification"};
  return is_os_lock(record) || llvm::is_contained(kNames, qualified_name(record));
}

// The name of a lock in an object of this type; empty: none. with_c: count pthread's and semaphores too.
std::string lock_in(clang::QualType type, bool with_c, int depth = 0) {
  if (depth > 8) return {};
  if (with_c && is_c_lock(type)) return type.getAsString();
  if (const auto* array = type->getAsArrayTypeUnsafe()) return lock_in(array->getElementType(), with_c, depth + 1);
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  if (record == nullptr || !record->hasDefinition()) return {};
  if (is_cxx_lock(record)) return qualified_name(record);
  record = record->getDefinition();
  for (const clang::CXXBaseSpecifier& base : record->bases()) {
    if (std::string found = lock_in(base.getType(), with_c, depth + 1); !found.empty()) return found;
  }
  for (const clang::FieldDecl* field : record->fields()) {
    if (std::string found = lock_in(field->getType(), with_c, depth + 1); !found.empty()) return found;
  }
  return {};
}

// An object that somebody else may use, not one that was just made.
bool is_existing_object(const clang::Expr* expression) {
  return expression->IgnoreParenImpCasts()->isLValue() && !place_of(expression).empty();
}

// An element, or what an iterator or pointer leads to.
bool is_element(const clang::Expr* expression) {
  expression = expression->IgnoreParenImpCasts();
  if (llvm::isa<clang::ArraySubscriptExpr>(expression)) return true;
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expression))
    return unary->getOpcode() == clang::UO_Deref;
  const auto* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression);
  return call != nullptr && call->isLValue() &&
         (call->getOperator() == clang::OO_Star || call->getOperator() == clang::OO_Subscript);
}

// A constant to begin with: `static const Queue kEmpty = {...}`.
bool is_initial_value(const clang::Expr* expression) {
  const clang::VarDecl* variable = variable_of(place_of(expression));
  return variable != nullptr && variable->hasGlobalStorage() && variable->getType().isConstQualified();
}

void examine_copy(const Report& report, const clang::CXXConstructExpr* construction) {
  const clang::CXXConstructorDecl* constructor = construction->getConstructor();
  if (construction->getNumArgs() != 1 || !constructor->isCopyConstructor() || !constructor->isTrivial()) return;
  const clang::Expr* from = construction->getArg(0);
  if (is_initial_value(from) || (!is_existing_object(from) && !is_element(from))) return;
  const std::string lock = lock_in(construction->getArg(0)->getType(), true);
  if (!lock.empty())
    report(construction->getExprLoc(),
           "this copies a " + lock + ": the copy is another lock; pass a pointer or reference");
}

bool is_local_value(const clang::Expr* expression) {
  const clang::VarDecl* variable = variable_of(place_of(expression));
  return variable != nullptr && variable->hasLocalStorage() && !variable->getType()->isReferenceType() &&
         !variable->getType()->isPointerType();
}

// a = b, of classes that contain a lock. A lock alone is assigned to be initialised, and a local object to be handed
// out.
void examine_assignment(const Report& report, const clang::CXXOperatorCallExpr* assignment) {
  const auto* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(assignment->getDirectCallee());
  if (method == nullptr || !method->isCopyAssignmentOperator() || !method->isTrivial()) return;
  const clang::Expr* from = assignment->getArg(1);
  if (is_c_lock(from->getType()) || is_local_value(from) || is_initial_value(from) ||
      !(is_existing_object(from) || is_element(from)))
    return;
  const std::string lock = lock_in(from->getType(), true);
  if (!lock.empty())
    report(assignment->getOperatorLoc(), "this overwrites a " + lock + " by a copy of another; copy the other members");
}

void examine_bytes(const Report& report, const Call& call) {
  const auto* called = llvm::cast<clang::CallExpr>(call.expression);
  const llvm::StringRef name = call.callee->getName();
  // C's locks may be cleared before they are initialised.
  const bool with_c = name.contains("cpy") || name.contains("move");
  for (unsigned i = 0; i < std::min(called->getNumArgs(), with_c ? 2U : 1U); ++i) {
    const clang::QualType type = strip(called->getArg(i))->getType();
    if (!type->isPointerType()) continue;
    const std::string lock = lock_in(type->getPointeeType(), with_c);
    if (lock.empty()) continue;
    report(called->getExprLoc(), "'" + name.str() + "' overwrites or copies the bytes of a " + lock);
    return;
  }
}

}  // namespace

void check_copied_lock(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    for (const Call& call : body.calls()) {
      if (call.op == Op::kCopyBytes) {
        examine_bytes(report, call);
      } else if (const auto* construction = llvm::dyn_cast<clang::CXXConstructExpr>(call.expression)) {
        examine_copy(report, construction);
      } else if (const auto* assignment = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call.expression)) {
        examine_assignment(report, assignment);
      }
    }
  }
}

}  // namespace gorace::instrument::lint
