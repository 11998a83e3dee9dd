#include "instrument/frontend/lint/body.h"

#include "clang/AST/DeclTemplate.h"
#include "instrument/frontend/lint/collector.h"
#include "instrument/frontend/lint/flow.h"

namespace gorace::instrument::lint {

const clang::Expr* strip(const clang::Expr* expression) {
  while (expression != nullptr) {
    expression = expression->IgnoreUnlessSpelledInSource();
    const clang::Expr* inner = nullptr;
    if (const auto* construction = llvm::dyn_cast<clang::CXXConstructExpr>(expression)) {
      // A copy or move of the same class.
      if (construction->getNumArgs() == 1 && construction->getConstructor()->isCopyOrMoveConstructor()) {
        inner = construction->getArg(0);
      }
    } else if (const auto* call = llvm::dyn_cast<clang::CallExpr>(expression)) {
      if (call->isCallToStdMove()) inner = call->getArg(0);
    } else if (const auto* cast = llvm::dyn_cast<clang::ExplicitCastExpr>(expression)) {
      inner = cast->getSubExpr();
    }
    if (inner == nullptr) return expression;
    expression = inner;
  }
  return nullptr;
}

Place place_of(const clang::Expr* expression) {
  expression = expression == nullptr ? nullptr : expression->IgnoreParenImpCasts();
  if (expression == nullptr) return {};
  if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression)) {
    if (const auto* binding = llvm::dyn_cast<clang::BindingDecl>(reference->getDecl())) return {binding};
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    return variable == nullptr ? Place{} : Place{variable->getCanonicalDecl()};
  }
  if (const auto* self = llvm::dyn_cast<clang::CXXThisExpr>(expression)) {
    return {self->getType()->getPointeeType()->getAsCXXRecordDecl()->getCanonicalDecl()};
  }
  if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(expression)) {
    const auto* field = llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl());
    if (field == nullptr) return {};
    Place base = place_of(member->getBase());
    if (!base.empty()) base.push_back(field->getCanonicalDecl());
    return base;
  }
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expression)) {
    if (unary->getOpcode() == clang::UO_Deref || unary->getOpcode() == clang::UO_AddrOf) {
      return place_of(unary->getSubExpr());
    }
  }
  return {};
}

const clang::VarDecl* variable_of(const Place& place) {
  return place.empty() ? nullptr : llvm::dyn_cast<clang::VarDecl>(place.front());
}

const clang::CXXRecordDecl* record_of(clang::QualType type) {
  if (type.isNull()) return nullptr;
  type = type.getNonReferenceType();
  if (type->isPointerType()) type = type->getPointeeType();
  return type->getAsCXXRecordDecl();
}

bool is_record(clang::QualType type, llvm::StringRef qualified) {
  const clang::CXXRecordDecl* record = record_of(type);
  if (record == nullptr || record->getIdentifier() == nullptr) return false;
  return qualified.ends_with(record->getName()) && qualified_name(record) == qualified;
}

bool is_in_namespace(const clang::Decl* declaration, llvm::StringRef outermost) {
  for (const clang::DeclContext* context = declaration->getDeclContext(); context != nullptr;
       context = context->getParent()) {
    const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(context);
    if (space != nullptr && space->getParent()->isTranslationUnit()) return space->getName() == outermost;
  }
  return false;
}

Body::Body(const clang::FunctionDecl* function, Body* outer)
    : function_(function), statement_(function->getBody()), outer_(outer) {}
Body::~Body() = default;

const Call* Body::call(const clang::Stmt* expression) const {
  const auto found = call_index_.find(expression);
  return found == call_index_.end() ? nullptr : &calls_[found->second];
}

const Flow* Body::flow() const {
  if (!flow_made_) {
    flow_made_ = true;
    flow_ = Flow::make(*this);
  }
  return flow_.get();
}

bool Body::contains(const clang::Stmt* outer, const clang::Stmt* inner) const {
  for (; inner != nullptr; inner = parent(inner)) {
    if (inner == outer) return true;
  }
  return false;
}

Unit::Unit(clang::ASTContext& context) : context_(context) {}
Unit::~Unit() = default;

void Unit::add(clang::Decl* declaration) { Collector(*this).declaration(declaration); }

const Body* Unit::body_of(const clang::FunctionDecl* function) const {
  const clang::FunctionDecl* definition = nullptr;
  if (function == nullptr || !function->isDefined(definition)) return nullptr;
  const auto found = by_function_.find(definition);
  return found == by_function_.end() ? nullptr : found->second;
}

const Spawn* Unit::spawn_of(const Body& body) const {
  const auto found = spawn_index_.find(body.function());
  return found == spawn_index_.end() ? nullptr : &spawns_[found->second];
}

}  // namespace gorace::instrument::lint
