#include "instrument/frontend/lint/statements.h"

#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"

namespace gorace::instrument::lint {

bool for_each_statement(const clang::Stmt* statement, llvm::function_ref<bool(const clang::Stmt*)> visit) {
  if (statement == nullptr) return false;
  if (visit(statement)) return true;
  for (const clang::Stmt* child : statement->children()) {
    if (for_each_statement(child, visit)) return true;
  }
  return false;
}

bool mentions(const clang::Stmt* statement, const clang::ValueDecl* declaration) {
  return for_each_statement(statement, [declaration](const clang::Stmt* each) {
    const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(each);
    return reference != nullptr && reference->getDecl()->getCanonicalDecl() == declaration->getCanonicalDecl();
  });
}

bool is_loop(const clang::Stmt* statement) {
  return llvm::isa<clang::ForStmt, clang::WhileStmt, clang::DoStmt, clang::CXXForRangeStmt>(statement);
}

const clang::Stmt* repeating_loop(const Body& body, const clang::Stmt* statement) {
  const clang::Stmt* below = statement;
  for (const clang::Stmt* up = body.parent(statement); up != nullptr; below = up, up = body.parent(up)) {
    if (!is_loop(up)) continue;
    if (const auto* loop = llvm::dyn_cast<clang::ForStmt>(up); loop != nullptr && loop->getInit() == below) continue;
    if (const auto* loop = llvm::dyn_cast<clang::CXXForRangeStmt>(up); loop != nullptr && loop->getBody() != below)
      continue;
    return up;
  }
  return nullptr;
}

const clang::Expr* written_by(const clang::Stmt* statement) {
  if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(statement)) {
    return binary->isAssignmentOp() ? binary->getLHS() : nullptr;
  }
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(statement)) {
    return unary->isIncrementDecrementOp() ? unary->getSubExpr() : nullptr;
  }
  const auto* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(statement);
  if (call == nullptr || call->getNumArgs() == 0) return nullptr;
  const clang::OverloadedOperatorKind kind = call->getOperator();
  return call->isAssignmentOp() || kind == clang::OO_PlusPlus || kind == clang::OO_MinusMinus ? call->getArg(0)
                                                                                              : nullptr;
}

bool is_discarded(const Body& body, const clang::Expr* expression) {
  const clang::Stmt* below = expression;
  const clang::Stmt* up = body.parent(below);
  while (up != nullptr &&
         llvm::isa<clang::FullExpr, clang::ImplicitCastExpr, clang::ParenExpr, clang::CXXBindTemporaryExpr>(up)) {
    below = up;
    up = body.parent(up);
  }
  if (up == nullptr) return false;
  if (llvm::isa<clang::CompoundStmt, clang::CaseStmt, clang::DefaultStmt, clang::LabelStmt>(up)) {
    // A statement expression's last statement is its value.
    return !llvm::isa_and_nonnull<clang::StmtExpr>(body.parent(up));
  }
  if (const auto* branch = llvm::dyn_cast<clang::IfStmt>(up)) return branch->getCond() != below;
  if (const auto* loop = llvm::dyn_cast<clang::ForStmt>(up)) return loop->getCond() != below;
  if (const auto* loop = llvm::dyn_cast<clang::WhileStmt>(up)) return loop->getCond() != below;
  if (const auto* loop = llvm::dyn_cast<clang::DoStmt>(up)) return loop->getCond() != below;
  if (const auto* loop = llvm::dyn_cast<clang::CXXForRangeStmt>(up)) return loop->getBody() == below;
  return false;
}

bool is_atomic(clang::QualType type) {
  type = type.getNonReferenceType();
  if (type->isAtomicType()) return true;
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  if (record == nullptr || record->getIdentifier() == nullptr) return false;
  return record->isInStdNamespace() && record->getName().starts_with("atomic");
}

llvm::StringRef text_of(const clang::Stmt* statement, const clang::ASTContext& context) {
  const clang::CharSourceRange range = clang::CharSourceRange::getTokenRange(statement->getSourceRange());
  if (range.getBegin().isMacroID() || range.getEnd().isMacroID()) return {};
  return clang::Lexer::getSourceText(range, context.getSourceManager(), context.getLangOpts());
}

std::string name_of(const Place& place) {
  std::string result;
  for (const clang::Decl* each : place) {
    if (llvm::isa<clang::CXXRecordDecl>(each)) continue;  // this
    if (!result.empty()) result += '.';
    result += llvm::cast<clang::NamedDecl>(each)->getNameAsString();
  }
  return result;
}

}  // namespace gorace::instrument::lint
