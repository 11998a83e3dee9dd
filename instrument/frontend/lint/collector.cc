#include "instrument/frontend/lint/collector.h"

#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"

namespace gorace::instrument::lint {
namespace {

// Templates are looked at as what they are instantiated to; the patterns themselves have no types yet. What the
// compiler writes is not the user's.
bool can_be_read(const clang::FunctionDecl* function) {
  return function->isThisDeclarationADefinition() && function->getBody() != nullptr &&
         !function->isDependentContext() && !function->isInvalidDecl() && !function->isImplicit() &&
         !function->isDefaulted();
}

bool is_unevaluated(const clang::Stmt* statement) {
  return llvm::isa<clang::UnaryExprOrTypeTraitExpr, clang::CXXNoexceptExpr, clang::TypeTraitExpr>(statement);
}

// What is done to the first argument of a free function: gorace::recv(channel), pthread_mutex_lock(&mutex).
constexpr uint64_t kOnFirstArgument =
    bit(Op::kCaseSend) | bit(Op::kCaseRecv) | bit(Op::kLock) | bit(Op::kUnlock) | bit(Op::kTryLock);

// A builtin's load or update, a volatile or _Atomic object's value.
bool is_poll(const clang::Stmt* statement) {
  if (const auto* atomic = llvm::dyn_cast<clang::AtomicExpr>(statement)) return !atomic->getType()->isVoidType();
  if (const auto* cast = llvm::dyn_cast<clang::ImplicitCastExpr>(statement)) {
    if (cast->getCastKind() == clang::CK_AtomicToNonAtomic) return true;
    return cast->getCastKind() == clang::CK_LValueToRValue && cast->getSubExpr()->getType().isVolatileQualified();
  }
  const auto* call = llvm::dyn_cast<clang::CallExpr>(statement);
  const clang::FunctionDecl* callee = call == nullptr ? nullptr : call->getDirectCallee();
  return callee != nullptr && callee->getBuiltinID() != 0 && callee->getIdentifier() != nullptr &&
         callee->getName().starts_with("__sync_");
}

}  // namespace

void Collector::declaration(clang::Decl* declaration) {
  if (auto* function_template = llvm::dyn_cast<clang::FunctionTemplateDecl>(declaration)) {
    for (clang::FunctionDecl* made : function_template->specializations()) function(made, nullptr);
  } else if (auto* class_template = llvm::dyn_cast<clang::ClassTemplateDecl>(declaration)) {
    for (clang::ClassTemplateSpecializationDecl* made : class_template->specializations()) context(made);
  } else if (auto* method = llvm::dyn_cast<clang::FunctionDecl>(declaration)) {
    function(method, nullptr);
  } else if (auto* variable = llvm::dyn_cast<clang::VarDecl>(declaration)) {
    if (variable->hasInit() && !variable->getDeclContext()->isDependentContext()) lambdas_of(variable->getInit());
  } else if (llvm::isa<clang::NamespaceDecl, clang::LinkageSpecDecl, clang::ExportDecl, clang::CXXRecordDecl>(
                 declaration)) {
    context(llvm::cast<clang::DeclContext>(declaration));
  }
}

void Collector::context(clang::DeclContext* context) {
  if (const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(context); record != nullptr && record->isLambda())
    return;
  for (clang::Decl* member : context->decls()) declaration(member);
}

void Collector::function(const clang::FunctionDecl* function, Body* outer) {
  if (!can_be_read(function) || unit_.by_function_.count(function) != 0) return;
  Body& body = unit_.bodies_.emplace_back(function, outer);
  unit_.by_function_[function] = &body;
  if (const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(function)) {
    for (const clang::CXXCtorInitializer* initializer : constructor->inits()) {
      statement(initializer->getInit(), nullptr, body);
    }
  }
  statement(function->getBody(), nullptr, body);
}

void Collector::statement(const clang::Stmt* statement, const clang::Stmt* parent, Body& body) {
  if (statement == nullptr || is_unevaluated(statement)) return;
  if (parent != nullptr) body.parents_[statement] = parent;
  if (const auto* made = llvm::dyn_cast<clang::LambdaExpr>(statement)) return lambda(made, body);
  for (const clang::Stmt* child : statement->children()) this->statement(child, statement, body);
  if (is_poll(statement)) body.polls_.insert(statement);
  if (llvm::isa<clang::CallExpr, clang::CXXConstructExpr>(statement)) call(llvm::cast<clang::Expr>(statement), body);
  if (const auto* declarations = llvm::dyn_cast<clang::DeclStmt>(statement)) {
    for (clang::Decl* each : declarations->decls()) {
      if (llvm::isa<clang::CXXRecordDecl>(each)) declaration(each);
    }
  }
}

void Collector::lambda(const clang::LambdaExpr* lambda, Body& body) {
  body.lambdas_.push_back(lambda);
  for (const clang::Expr* init : lambda->capture_inits()) statement(init, lambda, body);
  if (const clang::FunctionTemplateDecl* generic = lambda->getDependentCallOperator()) {
    for (const clang::FunctionDecl* made : generic->specializations()) function(made, &body);
  } else {
    function(lambda->getCallOperator(), &body);
  }
}

void Collector::call(const clang::Expr* expression, Body& body) {
  Call call{expression, nullptr, Op::kNone, nullptr};
  if (const auto* construction = llvm::dyn_cast<clang::CXXConstructExpr>(expression)) {
    call.callee = construction->getConstructor();
  } else {
    const auto* called = llvm::cast<clang::CallExpr>(expression);
    call.callee = called->getDirectCallee();
    if (const auto* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(called)) {
      call.object = member->getImplicitObjectArgument();
    } else if (llvm::isa<clang::CXXOperatorCallExpr>(called) && called->getNumArgs() > 0) {
      call.object = called->getArg(0);
    }
    if (call.callee != nullptr && call.object == nullptr && called->getNumArgs() > 0) {
      const Op op = unit_.vocabulary_.meaning(call.callee);
      if ((bit(op) & kOnFirstArgument) != 0) call.object = called->getArg(0);
    }
  }
  if (call.callee != nullptr) call.op = unit_.vocabulary_.meaning(call.callee);
  body.ops_ |= bit(call.op);
  body.call_index_[expression] = static_cast<unsigned>(body.calls_.size());
  body.calls_.push_back(call);
}

void Collector::lambdas_of(const clang::Stmt* statement) {
  if (statement == nullptr || is_unevaluated(statement)) return;
  if (const auto* made = llvm::dyn_cast<clang::LambdaExpr>(statement)) {
    if (!made->isGenericLambda()) function(made->getCallOperator(), nullptr);
    return;
  }
  for (const clang::Stmt* child : statement->children()) lambdas_of(child);
}

}  // namespace gorace::instrument::lint
