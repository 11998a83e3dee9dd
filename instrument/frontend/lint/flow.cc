#include "instrument/frontend/lint/flow.h"

#include <vector>

#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/FoldingSet.h"

namespace gorace::instrument::lint {
namespace {

// A function has to be very large to reach this; then nothing is said about it.
constexpr size_t kMostStates = 20'000;
constexpr int kMostConditions = 16;

bool is_null(const clang::Expr* expression) {
  if (const auto* literal = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(expression)) return !literal->getValue();
  if (const auto* literal = llvm::dyn_cast<clang::IntegerLiteral>(expression)) return literal->getValue().isZero();
  return llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(expression);
}

// What `x == nullptr`, `x != 0` and the like compare with null; null for other expressions.
const clang::Expr* compared_with_null(const clang::BinaryOperator& comparison) {
  if (!comparison.isEqualityOp()) return nullptr;
  const clang::Expr* left = comparison.getLHS()->IgnoreParenImpCasts();
  const clang::Expr* right = comparison.getRHS()->IgnoreParenImpCasts();
  return is_null(right) ? left : is_null(left) ? right : nullptr;
}

// The condition that `!x`, `x == nullptr` and `x != nullptr` ask about: x.
const clang::Expr* without_negation(const clang::Expr* condition, bool* negated) {
  *negated = false;
  condition = condition->IgnoreParenImpCasts();
  while (true) {
    const clang::Expr* inner = nullptr;
    bool negates = true;
    if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(condition)) {
      if (unary->getOpcode() == clang::UO_LNot) inner = unary->getSubExpr()->IgnoreParenImpCasts();
    } else if (const auto* comparison = llvm::dyn_cast<clang::BinaryOperator>(condition)) {
      inner = compared_with_null(*comparison);
      negates = comparison->getOpcode() == clang::BO_EQ;
    }
    if (inner == nullptr) return condition;
    *negated = *negated != negates;
    condition = inner;
  }
}

bool leaves_by_test_assertion(const clang::Stmt* statement, const clang::ASTContext& context) {
  const clang::SourceLocation location = statement->getBeginLoc();
  if (!llvm::isa<clang::ReturnStmt>(statement) || !location.isMacroID()) return false;
  const llvm::StringRef macro =
      clang::Lexer::getImmediateMacroName(location, context.getSourceManager(), context.getLangOpts());
  return macro.starts_with("GTEST_") || macro.starts_with("ASSERT_");
}

struct State {
  const clang::CFGBlock* block;
  bool started;
  uint32_t facts;  // 2 bits for each repeated condition: known, value
};

}  // namespace

std::unique_ptr<Flow> Flow::make(const Body& body) {
  if (llvm::isa<clang::CoroutineBodyStmt>(body.statement())) return nullptr;
  clang::CFG::BuildOptions options;
  options.AddImplicitDtors = true;
  options.AddLifetime = true;
#if LLVM_VERSION_MAJOR < 17
  // With destructors asked for, clang 16 leaves variables without one out of its scopes, and so their ends, unless it
  // is to mark the scopes.
  options.AddScopes = true;
#endif
  options.setAllAlwaysAdd();
  auto graph =
      clang::CFG::buildCFG(body.function(), const_cast<clang::Stmt*>(body.statement()), &body.context(), options);
  if (graph == nullptr) return nullptr;
  return std::unique_ptr<Flow>(new Flow(std::move(graph), body.context()));
}

Flow::Flow(std::unique_ptr<clang::CFG> graph, const clang::ASTContext& context)
    : context_(context), graph_(std::move(graph)) {
  for (const clang::CFGBlock* block : *graph_) {
    for (const clang::CFGElement& element : *block) {
      if (const auto statement = element.getAs<clang::CFGStmt>()) blocks_.try_emplace(statement->getStmt(), block);
    }
  }
  find_repeated_conditions();
}

void Flow::find_repeated_conditions() {
  std::vector<llvm::FoldingSetNodeID> ids;
  std::vector<std::vector<std::pair<const clang::CFGBlock*, bool>>> users;
  for (const clang::CFGBlock* block : *graph_) {
    const auto* condition = llvm::dyn_cast_or_null<clang::Expr>(block->getTerminatorCondition());
    if (condition == nullptr || block->succ_size() != 2) continue;
    bool negated;
    condition = without_negation(condition, &negated);
    llvm::FoldingSetNodeID id;
    condition->Profile(id, context_, true);
    size_t index = 0;
    while (index < ids.size() && !(ids[index] == id)) ++index;
    if (index == ids.size()) {
      ids.push_back(id);
      users.emplace_back();
    }
    users[index].emplace_back(block, negated);
  }
  int next = 0;
  for (const auto& each : users) {
    if (each.size() < 2 || next == kMostConditions) continue;
    for (const auto& [block, negated] : each) conditions_[block] = {next, negated};
    ++next;
  }
}

int Flow::condition_bit(const clang::CFGBlock& block, bool* negated) const {
  const auto found = conditions_.find(&block);
  if (found == conditions_.end()) return -1;
  *negated = found->second.second;
  return found->second.first;
}

const clang::CFGBlock* Flow::block_of(const clang::Stmt* statement) const { return blocks_.lookup(statement); }

bool Flow::search(const clang::Stmt* start, Visit visit, Loops loops) const {
  if (start != nullptr && block_of(start) == nullptr) return false;
  llvm::DenseSet<std::pair<const clang::CFGBlock*, uint64_t>> seen;
  std::vector<State> work{{&graph_->getEntry(), start == nullptr, 0}};
  while (!work.empty()) {
    State state = work.back();
    work.pop_back();
    if (!seen.insert({state.block, (uint64_t{state.facts} << 1) | (state.started ? 1 : 0)}).second) continue;
    if (seen.size() > kMostStates) return false;

    bool stopped = false;
    const auto show = [&](const PathElement& element) {
      switch (visit(element)) {
        case Step::kFound:
          return true;
        case Step::kStop:
          stopped = true;
          [[fallthrough]];
        case Step::kGoOn:
          return false;
      }
      return false;
    };
    for (const clang::CFGElement& element : *state.block) {
      if (stopped) break;
      PathElement seen_element;
      if (const auto statement = element.getAs<clang::CFGStmt>()) {
        seen_element.statement = statement->getStmt();
        if (leaves_by_test_assertion(statement->getStmt(), context_)) stopped = true;
        if (!state.started || stopped) {
          if (statement->getStmt() == start) state.started = true;
          continue;
        }
        // A loop came back to the start: what follows is shown already.
      } else if (const auto destruction = element.getAs<clang::CFGAutomaticObjDtor>()) {
        seen_element.ended_variable = destruction->getVarDecl();
      } else if (const auto end = element.getAs<clang::CFGLifetimeEnds>()) {
        seen_element.ended_variable = end->getVarDecl();
      } else {
        continue;
      }
      if (state.started && show(seen_element)) return true;
    }
    // What calls a function that never returns does not reach the end, although the graph has an edge there.
    if (stopped || state.block->hasNoReturnElement()) continue;
    if (state.block == &graph_->getExit()) {
      if (state.started && show({nullptr, nullptr, true})) return true;
      continue;
    }
    if (loops == Loops::kCut && state.started && state.block->getLoopTarget() != nullptr) continue;

    bool negated = false;
    const int condition = condition_bit(*state.block, &negated);
    unsigned index = 0;
    for (const clang::CFGBlock::AdjacentBlock& next : state.block->succs()) {
      const bool truth = (index++ == 0) != negated;  // the first successor is that of a true condition
      const clang::CFGBlock* block = next.getReachableBlock();
      if (block == nullptr) continue;
      uint32_t facts = state.facts;
      if (condition >= 0) {
        const uint32_t known = uint32_t{1} << (2 * condition);
        const uint32_t value = known << 1;
        if ((facts & known) != 0 && ((facts & value) != 0) != truth) continue;
        facts |= known | (truth ? value : 0);
      }
      work.push_back({block, state.started, facts});
    }
  }
  return false;
}

}  // namespace gorace::instrument::lint
