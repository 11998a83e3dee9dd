// blocking-call: a call that blocks the OS thread, in a goroutine's own function. fatal-assertion: ASSERT_*, FAIL and
// GTEST_SKIP there: they only return from the goroutine's function, and the test goes on.
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"

namespace gorace::instrument::lint {
namespace {

std::string remedy(llvm::StringRef callee) {
  if (callee.contains("sleep") || callee == "SleepFor") return "use gorace::sleep";
  if (callee == "join" || callee == "get" || callee == "pthread_join")
    return "use a WaitGroup or a channel, or gorace::blocking";
  if (callee.starts_with("wait") || callee.contains("cond") || callee == "Await" || callee == "LockWhen") {
    return "use gorace::Cond or a channel, or gorace::blocking";
  }
  return "wrap it in gorace::blocking";
}

bool has_gorace_sleep(clang::ASTContext& context) {
  const auto names = [&context](const char* name) { return clang::DeclarationName(&context.Idents.get(name)); };
  for (clang::NamedDecl* found : context.getTranslationUnitDecl()->lookup(names("gorace"))) {
    const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(found);
    if (space != nullptr && !space->lookup(names("sleep")).empty()) return true;
  }
  return false;
}

// std::this_thread::sleep_for(d) is gorace::sleep(d), which takes any duration, too.
llvm::SmallVector<clang::FixItHint, 1> sleep_as_goroutine(const Call& call, clang::ASTContext& context) {
  if (qualified_name(call.callee) != "std::this_thread::sleep_for" || !has_gorace_sleep(context)) return {};
  const auto* called = llvm::dyn_cast<clang::CallExpr>(call.expression);
  const auto* name =
      called == nullptr ? nullptr : llvm::dyn_cast<clang::DeclRefExpr>(called->getCallee()->IgnoreParenImpCasts());
  if (name == nullptr || name->hasExplicitTemplateArgs() || text_of(name, context).empty()) return {};
  return {clang::FixItHint::CreateReplacement(name->getSourceRange(), "gorace::sleep")};
}

// poll(..., 0) asks, it does not wait.
bool has_zero_timeout(const Call& call, const clang::ASTContext& context) {
  const auto* called = llvm::dyn_cast<clang::CallExpr>(call.expression);
  if (called == nullptr || called->getNumArgs() == 0) return false;
  const llvm::StringRef name = call.callee->getName();
  if (name != "poll" && name != "epoll_wait" && name != "epoll_pwait") return false;
  const unsigned index = name == "poll" ? 2 : 3;
  if (called->getNumArgs() <= index) return false;
  const clang::Expr* timeout = called->getArg(index);
  clang::Expr::EvalResult value;
  return !timeout->isValueDependent() && timeout->EvaluateAsInt(value, context) && value.Val.getInt() == 0;
}

// The file and line of an assertion that returns: the macro that the user wrote.
bool is_fatal_assertion(const clang::Stmt* statement, const clang::ASTContext& context) {
  const clang::SourceLocation location = statement->getBeginLoc();
  if (!llvm::isa<clang::ReturnStmt>(statement) || !location.isMacroID()) return false;
  const llvm::StringRef macro =
      clang::Lexer::getImmediateMacroName(location, context.getSourceManager(), context.getLangOpts());
  return macro == "GTEST_FATAL_FAILURE_" || macro == "GTEST_SKIP_";
}

}  // namespace

void check_blocking_call(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    if (!body.has(bit(Op::kOsBlocking)) || body.has(bit(Op::kLockOsThread))) continue;
    const Spawn* spawn = unit.spawn_of(body);
    if (spawn == nullptr || !spawn->is_goroutine()) continue;
    for (const Call& call : body.calls()) {
      if (call.op != Op::kOsBlocking || call.callee->getIdentifier() == nullptr ||
          has_zero_timeout(call, unit.context()))
        continue;
      report(call.expression->getExprLoc(),
             "'" + call.callee->getNameAsString() + "' blocks the goroutine's OS thread; " +
                 remedy(call.callee->getName()),
             {}, sleep_as_goroutine(call, unit.context()));
    }
  }
}

void check_fatal_assertion(Unit& unit, const Report& report) {
  for (const Body& body : unit.bodies()) {
    const Spawn* spawn = unit.spawn_of(body);
    if (spawn == nullptr) continue;
    for_each_statement(body.statement(), [&](const clang::Stmt* each) {
      // A lambda within returns from itself.
      if (is_fatal_assertion(each, unit.context()) && body.parent(each) != nullptr) {
        report(each->getBeginLoc(),
               std::string("a fatal assertion ends only the ") + (spawn->is_goroutine() ? "goroutine" : "thread") +
                   "'s function, the test goes on; use EXPECT_* and return, or hand the result to the test");
      }
      return false;
    });
  }
}

}  // namespace gorace::instrument::lint
