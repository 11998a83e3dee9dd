// busy-select: a loop round a select with `otherwise` that, as long as no other case is ready, does nothing but ask
// again: it takes a whole processor.
#include "instrument/frontend/lint/flow.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"
#include "llvm/ADT/DenseSet.h"

namespace gorace::instrument::lint {
namespace {

// Calls that neither wait nor do anything worth turning for.
constexpr uint64_t kAsks =
    bit(Op::kSelect) | bit(Op::kCaseRecv) | bit(Op::kCaseSend) | bit(Op::kContextDone) | bit(Op::kAtomicRead);

// The index of the bare `otherwise` among the cases; -1: none, or with a handler.
int otherwise_index(const clang::CallExpr* select) {
  for (unsigned i = 0; i < select->getNumArgs(); ++i) {
    const clang::CXXRecordDecl* record = record_of(select->getArg(i)->getType());
    if (record != nullptr && record->getIdentifier() != nullptr && record->getName() == "Otherwise")
      return static_cast<int>(i);
  }
  return -1;
}

bool does_something(const Body& body, const clang::CFGElement& element) {
  const auto statement = element.getAs<clang::CFGStmt>();
  if (!statement) return element.getAs<clang::CFGAutomaticObjDtor>().has_value();
  const Call* call = body.call(statement->getStmt());
  if (call == nullptr) return false;
  if ((bit(call->op) & kAsks) != 0) return false;
  // The cases' temporaries are moved about.
  return !(llvm::isa<clang::CXXConstructExpr>(call->expression) && call->callee->isImplicit());
}

bool evaluates(const clang::Expr* expression, const clang::ASTContext& context, int64_t* value) {
  clang::Expr::EvalResult result;
  if (expression->isValueDependent() || !expression->EvaluateAsInt(result, context)) return false;
  *value = result.Val.getInt().getExtValue();
  return true;
}

// The variable that is made of the select's result: int chosen = select(...); null: none.
const clang::VarDecl* variable_made_of(const Body& body, const clang::Expr* select) {
  const auto* declaration = body.enclosing<clang::DeclStmt>(select);
  const auto* variable = declaration != nullptr && declaration->isSingleDecl()
                             ? llvm::dyn_cast<clang::VarDecl>(declaration->getSingleDecl())
                             : nullptr;
  return variable != nullptr && variable->hasInit() && strip(variable->getInit()) == select ? variable : nullptr;
}

// Where control goes when `otherwise` was chosen; null when that cannot be told.
const clang::CFGBlock* next_block(const Body& body, const clang::Expr* select, int chosen,
                                  const clang::CFGBlock* block) {
  const clang::VarDecl* variable = variable_made_of(body, select);
  const auto is_result = [&](const clang::Expr* expression) {
    const clang::Expr* bare = strip(expression);
    const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(bare);
    return bare == select || (reference != nullptr && variable != nullptr && reference->getDecl() == variable);
  };
  if (is_discarded(body, select)) return block->succ_size() == 1 ? block->succ_begin()->getReachableBlock() : nullptr;
  if (block->getTerminatorStmt() == nullptr) return nullptr;
  if (const auto* choice = llvm::dyn_cast<clang::SwitchStmt>(block->getTerminatorStmt())) {
    if (!is_result(choice->getCond())) return nullptr;
    const clang::CFGBlock* fallback = nullptr;
    for (const clang::CFGBlock::AdjacentBlock& next : block->succs()) {
      const clang::CFGBlock* target = next.getReachableBlock();
      if (target == nullptr) continue;
      const auto* label = llvm::dyn_cast_or_null<clang::CaseStmt>(target->getLabel());
      if (label == nullptr) {
        fallback = target;
        continue;
      }
      for (; label != nullptr; label = llvm::dyn_cast<clang::CaseStmt>(label->getSubStmt())) {
        int64_t value = 0;
        if (evaluates(label->getLHS(), body.context(), &value) && value == chosen) return target;
      }
    }
    return fallback;
  }
  const auto* condition = llvm::dyn_cast_or_null<clang::Expr>(block->getTerminatorCondition());
  const auto* comparison =
      condition == nullptr ? nullptr : llvm::dyn_cast<clang::BinaryOperator>(condition->IgnoreParenImpCasts());
  if (comparison == nullptr || !is_result(comparison->getLHS()) || block->succ_size() != 2) return nullptr;
  int64_t value = 0;
  if (!evaluates(comparison->getRHS(), body.context(), &value)) return nullptr;
  bool truth = false;
  if (comparison->getOpcode() == clang::BO_EQ) {
    truth = chosen == value;
  } else if (comparison->getOpcode() == clang::BO_NE) {
    truth = chosen != value;
  } else {
    return nullptr;
  }
  return (truth ? block->succ_begin() : block->succ_begin() + 1)->getReachableBlock();
}

// A loop whose condition counts or compares ends by itself; one that reads an atomic waits for another goroutine.
bool ends_by_itself(const Body& body, const clang::CFGBlock& block) {
  const clang::Stmt* terminator = block.getTerminatorStmt();
  if (terminator == nullptr || block.succ_size() < 2 || block.getTerminatorCondition() == nullptr) return false;
  if (block.succ_begin()->getReachableBlock() == nullptr || (block.succ_begin() + 1)->getReachableBlock() == nullptr)
    return false;
  for (const clang::CFGElement& element : block) {
    const auto statement = element.getAs<clang::CFGStmt>();
    const Call* call = statement ? body.call(statement->getStmt()) : nullptr;
    if (call != nullptr && (bit(call->op) & (bit(Op::kAtomicRead) | bit(Op::kContextDone))) != 0) return false;
  }
  return true;
}

bool comes_back_idle(const Body& body, const clang::CFGBlock* from, const clang::CFGBlock* select_block,
                     const clang::Expr* select) {
  llvm::SmallVector<const clang::CFGBlock*, 8> work{from};
  llvm::DenseSet<const clang::CFGBlock*> seen;
  while (!work.empty()) {
    const clang::CFGBlock* block = work.pop_back_val();
    if (!seen.insert(block).second) continue;
    bool active = false;
    for (const clang::CFGElement& element : *block) {
      const auto statement = element.getAs<clang::CFGStmt>();
      if (block == select_block && statement && statement->getStmt() == select) break;
      active = active || does_something(body, element);
    }
    if (active) continue;
    if (block == select_block) return true;
    if (ends_by_itself(body, *block)) continue;
    for (const clang::CFGBlock::AdjacentBlock& next : block->succs()) {
      if (const clang::CFGBlock* target = next.getReachableBlock()) work.push_back(target);
    }
  }
  return false;
}

}  // namespace

void check_busy_select(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    if (!body.has(bit(Op::kSelect))) continue;
    for (const Call& call : body.calls()) {
      const auto* select = call.op == Op::kSelect ? llvm::dyn_cast<clang::CallExpr>(call.expression) : nullptr;
      const int chosen = select == nullptr ? -1 : otherwise_index(select);
      if (chosen < 0 || repeating_loop(body, select) == nullptr || body.flow() == nullptr) continue;
      const clang::CFGBlock* block = body.flow()->block_of(select);
      const clang::CFGBlock* next = block == nullptr ? nullptr : next_block(body, select, chosen, block);
      if (next == nullptr || !comes_back_idle(body, next, block, select)) continue;
      report(select->getExprLoc(),
             "when no case is ready this loop only asks again, without pause; leave `otherwise` out, or use after() or "
             "yield()");
    }
  }
}

}  // namespace gorace::instrument::lint
