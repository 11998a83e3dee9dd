// Recognition of calls that start goroutines and threads: Unit::find_spawns.
#include "clang/AST/DeclTemplate.h"
#include "instrument/frontend/lint/body.h"

namespace gorace::instrument::lint {
namespace {

constexpr uint64_t kStarts =
    bit(Op::kGo) | bit(Op::kGroupGo) | bit(Op::kLater) | bit(Op::kThread) | bit(Op::kThreadEmplace);

// A lambda, also one that was named first: auto work = [...] {...}; go(work).
const clang::LambdaExpr* as_lambda(const clang::Expr* expression) {
  const clang::Expr* bare = strip(expression);
  if (bare == nullptr) return nullptr;
  if (const auto* lambda = llvm::dyn_cast<clang::LambdaExpr>(bare)) return lambda;
  const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(bare);
  const auto* variable = reference == nullptr ? nullptr : llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
  if (variable == nullptr || !variable->hasInit() || variable->getType()->isReferenceType()) return nullptr;
  return llvm::dyn_cast_or_null<clang::LambdaExpr>(strip(variable->getInit()));
}

const clang::FunctionDecl* as_function(const clang::Expr* expression) {
  const clang::Expr* bare = strip(expression);
  if (const auto* address = llvm::dyn_cast_or_null<clang::UnaryOperator>(bare)) bare = strip(address->getSubExpr());
  const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(bare);
  return reference == nullptr ? nullptr : llvm::dyn_cast<clang::FunctionDecl>(reference->getDecl());
}

bool holds_threads(const Call& call) {
  const clang::CXXRecordDecl* container = call.object == nullptr ? nullptr : record_of(call.object->getType());
  const auto* made = llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(container);
  if (made == nullptr || made->getTemplateArgs().size() == 0) return false;
  const clang::TemplateArgument& element = made->getTemplateArgs()[0];
  return element.getKind() == clang::TemplateArgument::Type &&
         (is_record(element.getAsType(), "std::thread") || is_record(element.getAsType(), "std::jthread"));
}

llvm::ArrayRef<const clang::Expr*> arguments_of(const Call& call) {
  if (const auto* construction = llvm::dyn_cast<clang::CXXConstructExpr>(call.expression)) {
    return {construction->getArgs(), construction->getNumArgs()};
  }
  const auto* called = llvm::cast<clang::CallExpr>(call.expression);
  return {called->getArgs(), called->getNumArgs()};
}

// Where the callable stands among the arguments; -1 when the call starts nothing.
int callable_index(const Call& call, llvm::ArrayRef<const clang::Expr*> arguments) {
  if (arguments.empty()) return -1;
  switch (call.op) {
    case Op::kGo:
      return arguments.size() > 1 && is_record(arguments[0]->getType(), "gorace::GoOptions") ? 1 : 0;
    case Op::kLater:
      return 1;
    case Op::kThread:
      // Not a copy, not a move, not an empty thread.
      return call.callee->getPrimaryTemplate() != nullptr ? 0 : -1;
    case Op::kThreadEmplace:
      return holds_threads(call) ? 0 : -1;
    default:
      return 0;
  }
}

}  // namespace

void Unit::find_spawns() {
  for (const Body& body : bodies_) {
    if (!body.has(kStarts)) continue;
    for (const Call& call : body.calls()) {
      if ((bit(call.op) & kStarts) == 0) continue;
      const auto arguments = arguments_of(call);
      const int index = callable_index(call, arguments);
      if (index < 0 || static_cast<size_t>(index) >= arguments.size()) continue;
      Spawn spawn{
          call.expression, &body, call.op == Op::kThreadEmplace ? Op::kThread : call.op, arguments[index], nullptr,
          nullptr,         {}};
      spawn.lambda = as_lambda(spawn.callable);
      if (spawn.lambda != nullptr) {
        spawn.function = spawn.lambda->isGenericLambda() ? nullptr : spawn.lambda->getCallOperator();
      } else {
        spawn.function = as_function(spawn.callable);
      }
      spawn.arguments.append(arguments.begin() + index + 1, arguments.end());
      const Body* runs = body_of(spawn.function);
      if (runs != nullptr) spawn_index_.try_emplace(runs->function(), static_cast<unsigned>(spawns_.size()));
      spawns_.push_back(std::move(spawn));
    }
  }
}

}  // namespace gorace::instrument::lint
