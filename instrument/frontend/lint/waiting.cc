// What may wait for another strand: Unit::may_wait. Everything that is not known not to is taken to do so, because a
// lint must not warn of a missing join that merely stands in a function whose body is elsewhere.
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"
#include "instrument/frontend/lint/body.h"
#include "instrument/frontend/lint/statements.h"
#include "llvm/ADT/STLExtras.h"

namespace gorace::instrument::lint {
namespace {

constexpr uint64_t kWaits = bit(Op::kWait) | bit(Op::kJoin) | bit(Op::kLock) | bit(Op::kTryLock) | bit(Op::kRecv) |
                            bit(Op::kSend) | bit(Op::kTryRecv) | bit(Op::kTrySend) | bit(Op::kSelect) |
                            bit(Op::kCondWait) | bit(Op::kAtomicRead) | bit(Op::kContextDone) | bit(Op::kTryOther) |
                            bit(Op::kOsBlocking) | bit(Op::kBlocking);

// Sleeping is no join, however often it is used as one.
bool only_sleeps(const clang::FunctionDecl* callee) {
  if (callee->getIdentifier() == nullptr) return false;
  const llvm::StringRef name = callee->getName();
  return name.contains("sleep") || name == "SleepFor";
}

bool is_in_system_header(const clang::Decl* declaration) {
  const clang::SourceManager& sources = declaration->getASTContext().getSourceManager();
  return sources.isInSystemHeader(sources.getExpansionLoc(declaration->getLocation()));
}

// A library function that is given something to call may do anything.
bool may_call_back(clang::QualType type) {
  type = type.getNonReferenceType();
  if (type->isMemberPointerType() || type->isFunctionPointerType() || type->isFunctionType()) return true;
  const clang::CXXRecordDecl* record = record_of(type);
  if (record == nullptr) return false;
  return record->isLambda() ||
         (record->isInStdNamespace() && record->getIdentifier() != nullptr && record->getName() == "function");
}

bool given_callbacks(const clang::Expr* expression) {
  const auto any = [](auto arguments) {
    for (const clang::Expr* argument : arguments) {
      if (may_call_back(argument->getType())) return true;
    }
    return false;
  };
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(expression)) return any(call->arguments());
  return any(llvm::cast<clang::CXXConstructExpr>(expression)->arguments());
}

}  // namespace

bool Unit::may_wait_at(const Body& body, const clang::Stmt* statement) {
  if (body.polls().contains(statement)) return !is_discarded(body, llvm::cast<clang::Expr>(statement));
  const Call* call = body.call(statement);
  return call != nullptr && may_wait(body, *call);
}

bool Unit::may_wait(const Body& body, const Call& call) {
  if (call.op == Op::kAtomicUpdate) return !is_discarded(body, call.expression);
  if (call.op != Op::kNone) {
    if (call.op == Op::kOsBlocking && only_sleeps(call.callee)) return false;
    return (bit(call.op) & kWaits) != 0;
  }
  const clang::FunctionDecl* callee = call.callee;
  if (callee == nullptr) return true;
  if (const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(callee);
      constructor != nullptr && !constructor->isCopyOrMoveConstructor() && is_lock_guard(constructor->getParent())) {
    return true;
  }
  if (callee->getBuiltinID() != 0 || callee->isTrivial() || callee->isDefaulted()) return false;
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee); method != nullptr && method->isVirtual())
    return true;
  if (const Body* called = body_of(callee)) return called == &body ? false : body_may_wait(*called);
  // Templates of the system's libraries, of gorace and of GoogleTest's comparisons are no user code.
  if (is_in_system_header(callee) || is_in_namespace(callee, "std") || is_in_namespace(callee, "testing") ||
      is_in_namespace(callee, "absl")) {
    return given_callbacks(call.expression);
  }
  return true;
}

bool Unit::body_may_wait(const Body& body) {
  // While it is being decided, recursion counts as not waiting.
  const auto [place, inserted] = waits_.try_emplace(&body, false);
  if (!inserted) return place->second;
  bool result = !body.polls().empty();
  for (const Call& call : body.calls()) {
    if (result) break;
    result = may_wait(body, call);
  }
  waits_[&body] = result;
  return result;
}

bool Unit::enters_waiting_loop(const Body& body, const clang::Stmt* statement, const clang::Stmt* start) {
  if (!llvm::isa<clang::Expr>(statement)) return false;
  const clang::Stmt* below = statement;
  const clang::Stmt* loop = body.parent(statement);
  while (loop != nullptr && llvm::isa<clang::Expr>(loop)) {
    below = loop;
    loop = body.parent(loop);
  }
  const clang::Stmt* condition = nullptr;
  if (const auto* each = llvm::dyn_cast_or_null<clang::CXXForRangeStmt>(loop)) condition = each->getCond();
  if (const auto* counted = llvm::dyn_cast_or_null<clang::ForStmt>(loop)) condition = counted->getCond();
  if (const auto* plain = llvm::dyn_cast_or_null<clang::WhileStmt>(loop)) condition = plain->getCond();
  if (condition == nullptr || condition != below || body.contains(loop, start)) return false;
  for (const Call& call : body.calls()) {
    if (body.contains(loop, call.expression) && may_wait(body, call)) return true;
  }
  return llvm::any_of(body.polls(), [&](const clang::Stmt* poll) { return body.contains(loop, poll); });
}

bool Unit::may_wait_when_destroyed(clang::QualType type) {
  type = type.getNonReferenceType();
  if (const auto* array = type->getAsArrayTypeUnsafe()) return may_wait_when_destroyed(array->getElementType());
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  if (record == nullptr || !record->hasDefinition() || record->hasTrivialDestructor()) return false;
  const std::string name = qualified_name(record);
  if (name == "std::jthread" || name == "std::future" || name == "gorace::Group") return true;
  if (is_in_namespace(record, "gorace") && !is_in_namespace(record, "std")) {
    static constexpr llvm::StringRef kKnown[] = {"gorace::Chan",    "gorace::SendChan",  "gorace::RecvChan",
                                                 "gorace::Context", "gorace::WaitGroup", "gorace::CancelFunc",
                                                 "gorace::Timer",   "gorace::Ticker",    "gorace::CancelableContext"};
    for (const llvm::StringRef known : kKnown) {
      if (name == known) return false;
    }
  }
  if (is_in_namespace(record, "std") || is_in_system_header(record)) {
    if (is_lock_guard(record)) return false;
    // A container is as good as its elements; a shared_ptr<void> or std::function hides what it holds.
    const auto* made = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(record);
    if (made == nullptr) return false;
    for (const clang::TemplateArgument& argument : made->getTemplateArgs().asArray()) {
      if (argument.getKind() == clang::TemplateArgument::Type && !argument.getAsType()->isReferenceType() &&
          may_wait_when_destroyed(argument.getAsType())) {
        return true;
      }
    }
    return false;
  }
  return true;
}

}  // namespace gorace::instrument::lint
