// Flow: a body's control-flow graph with a search along feasible paths.
//
// search() walks paths from the function's entry; two branches on the same condition are taken to go the same way, so
// that
//   if (c) m.lock(); ... if (c) m.unlock();
// has no path that locks only. Paths that leave through a failed GoogleTest assertion do not count (the test has failed
// already), nor those into a function that does not return.
#ifndef GORACE_INSTRUMENT_FRONTEND_LINT_FLOW_H_
#define GORACE_INSTRUMENT_FRONTEND_LINT_FLOW_H_

#include <memory>

#include "clang/Analysis/CFG.h"
#include "instrument/frontend/lint/body.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace gorace::instrument::lint {

// What a visitor makes of an element of a path.
enum class Step : uint8_t { kGoOn, kStop, kFound };

enum class Loops : uint8_t { kFollow, kCut };  // kCut: paths do not go round a loop

// Visit is called with each statement (calls included) and each end of a variable's life that follows the start, in
// order.
struct PathElement {
  const clang::Stmt* statement = nullptr;          // null for the end of a variable
  const clang::VarDecl* ended_variable = nullptr;  // destroyed, or its storage given up
  bool function_exit = false;                      // the end of the path
};
using Visit = llvm::function_ref<Step(const PathElement&)>;

class Flow {
 public:
  static std::unique_ptr<Flow> make(const Body& body);

  // search follows all feasible paths that pass `start` (null: the entry) and shows what comes after it to `visit`.
  // Returns true when visit found something. Gives up (false) on functions with very many paths.
  bool search(const clang::Stmt* start, Visit visit, Loops loops = Loops::kFollow) const;

  const clang::CFG& graph() const { return *graph_; }
  // block_of returns the block that evaluates the statement.
  const clang::CFGBlock* block_of(const clang::Stmt* statement) const;

 private:
  explicit Flow(std::unique_ptr<clang::CFG> graph, const clang::ASTContext& context);
  void find_repeated_conditions();
  // condition_bit: which of the repeated conditions decides at the end of this block; -1 when none does. *negated: it
  // is branched on by its negation.
  int condition_bit(const clang::CFGBlock& block, bool* negated) const;

  const clang::ASTContext& context_;
  std::unique_ptr<clang::CFG> graph_;
  llvm::DenseMap<const clang::Stmt*, const clang::CFGBlock*> blocks_;
  llvm::DenseMap<const clang::CFGBlock*, std::pair<int, bool>> conditions_;
};

}  // namespace gorace::instrument::lint

#endif  // GORACE_INSTRUMENT_FRONTEND_LINT_FLOW_H_
