// Body: one function, method or lambda with what it calls, as the lints see it. Unit: all bodies of a translation unit.
//
// Bodies are collected once, in one walk over the user's declarations (system headers are left out); every lint then
// looks at the few operations that concern it. A lambda is a body of its own, with the body around it as outer().
#ifndef GORACE_INSTRUMENT_FRONTEND_LINT_BODY_H_
#define GORACE_INSTRUMENT_FRONTEND_LINT_BODY_H_

#include <deque>
#include <memory>
#include <vector>

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "instrument/frontend/lint/vocabulary.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"

namespace gorace::instrument::lint {

class Body;
class Flow;

// Place: a variable or a field reached from one by names only (x, this->x, a.b, p->c): what can be recognised again in
// the same body. Empty when the expression is anything else.
using Place = llvm::SmallVector<const clang::Decl*, 3>;
Place place_of(const clang::Expr* expression);
// variable_of is the variable that a place begins with; null for `this` and for no place.
const clang::VarDecl* variable_of(const Place& place);

struct Call {
  const clang::Expr* expression;      // CallExpr or CXXConstructExpr
  const clang::FunctionDecl* callee;  // null: through a pointer
  Op op;
  const clang::Expr* object;  // of a member call; the channel of a case of select; the mutex of pthread_mutex_lock
};

// Spawn: a call that starts a goroutine or a thread.
struct Spawn {
  const clang::Expr* expression;
  const Body* in;
  Op op;  // kGo, kGroupGo, kLater, kThread
  const clang::Expr* callable;
  const clang::LambdaExpr* lambda;      // what runs, when that is a lambda
  const clang::FunctionDecl* function;  // what runs: the lambda's or a named function; null when unknown
  llvm::SmallVector<const clang::Expr*, 4> arguments;

  bool is_goroutine() const { return op != Op::kThread; }
};

class Body {
 public:
  Body(const clang::FunctionDecl* function, Body* outer);
  ~Body();

  const clang::FunctionDecl* function() const { return function_; }
  const clang::Stmt* statement() const { return statement_; }
  const Body* outer() const { return outer_; }
  const std::vector<Call>& calls() const { return calls_; }
  const std::vector<const clang::LambdaExpr*>& lambdas() const { return lambdas_; }
  bool has(uint64_t ops) const { return (ops_ & ops) != 0; }
  const clang::Stmt* parent(const clang::Stmt* statement) const { return parents_.lookup(statement); }
  const Call* call(const clang::Stmt* expression) const;
  // polls: expressions that look at what other strands change without a call: __atomic_load_n, a volatile's value.
  const llvm::DenseSet<const clang::Stmt*>& polls() const { return polls_; }
  clang::ASTContext& context() const { return function_->getASTContext(); }

  // flow is the control-flow graph, made at the first request; null when clang cannot make one.
  const Flow* flow() const;

  // True when `inner` is `outer` or stands within it.
  bool contains(const clang::Stmt* outer, const clang::Stmt* inner) const;
  // enclosing returns the nearest statement of class T around (not at) `statement`.
  template <class T>
  const T* enclosing(const clang::Stmt* statement) const {
    for (const clang::Stmt* up = parent(statement); up != nullptr; up = parent(up)) {
      if (const auto* found = llvm::dyn_cast<T>(up)) return found;
    }
    return nullptr;
  }

 private:
  friend class Collector;
  const clang::FunctionDecl* function_;
  const clang::Stmt* statement_;
  Body* outer_;
  uint64_t ops_ = 0;
  std::vector<Call> calls_;
  std::vector<const clang::LambdaExpr*> lambdas_;
  llvm::DenseMap<const clang::Stmt*, const clang::Stmt*> parents_;
  llvm::DenseMap<const clang::Stmt*, unsigned> call_index_;
  llvm::DenseSet<const clang::Stmt*> polls_;
  mutable std::unique_ptr<Flow> flow_;
  mutable bool flow_made_ = false;
};

class Unit {
 public:
  explicit Unit(clang::ASTContext& context);
  ~Unit();

  // add collects the bodies of a declaration at namespace scope.
  void add(clang::Decl* declaration);
  // find_spawns: to be called once all declarations are added.
  void find_spawns();

  clang::ASTContext& context() const { return context_; }
  const std::deque<Body>& bodies() const { return bodies_; }
  const std::vector<Spawn>& spawns() const { return spawns_; }
  const Body* body_of(const clang::FunctionDecl* function) const;
  // spawn_of returns the call that runs this body as a goroutine or thread; null when there is none (in this
  // translation unit).
  const Spawn* spawn_of(const Body& body) const;

  // may_wait: true unless it is certain that the call (of `body`) does not wait for other strands' progress. Unknown
  // user code may.
  bool may_wait(const Body& body, const Call& call);
  // may_wait_at: the same of any statement, calls and polls.
  bool may_wait_at(const Body& body, const clang::Stmt* statement);
  bool may_wait_when_destroyed(clang::QualType type);
  // enters_waiting_loop: `statement` is the condition of a loop that may wait, and that `start` is no part of. Such a
  // loop (for each thread: join) counts as waiting even if it seems that it might not turn at all.
  bool enters_waiting_loop(const Body& body, const clang::Stmt* statement, const clang::Stmt* start);

 private:
  friend class Collector;
  bool body_may_wait(const Body& body);

  clang::ASTContext& context_;
  Vocabulary vocabulary_;
  std::deque<Body> bodies_;
  std::vector<Spawn> spawns_;
  llvm::DenseMap<const clang::FunctionDecl*, Body*> by_function_;
  llvm::DenseMap<const clang::FunctionDecl*, unsigned> spawn_index_;
  llvm::DenseMap<const Body*, bool> waits_;
};

const clang::Expr* strip(const clang::Expr* expression);      // without parentheses, casts and temporaries
const clang::CXXRecordDecl* record_of(clang::QualType type);  // of an object, a reference or a pointer to one
bool is_in_namespace(const clang::Decl* declaration, llvm::StringRef outermost);  // at any depth
bool is_record(clang::QualType type, llvm::StringRef qualified);

}  // namespace gorace::instrument::lint

#endif  // GORACE_INSTRUMENT_FRONTEND_LINT_BODY_H_
