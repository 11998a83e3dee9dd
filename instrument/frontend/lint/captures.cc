// loop-capture, local-capture, view-capture: a goroutine keeps a reference, pointer or view to a variable that ends, or
// that its loop changes, on a path without anything that could wait for the goroutine.
#include "clang/Basic/SourceManager.h"
#include "instrument/frontend/lint/flow.h"
#include "instrument/frontend/lint/lints.h"
#include "instrument/frontend/lint/report.h"
#include "instrument/frontend/lint/statements.h"

namespace gorace::instrument::lint {
namespace {

bool is_local_object(const clang::VarDecl* variable, const Body& body) {
  return variable != nullptr && variable->hasLocalStorage() && !variable->getType()->isReferenceType() &&
         !variable->isInitCapture() && variable->getDeclContext() == body.function();
}

// The step of an enclosing for loop that changes the variable.
const clang::Stmt* step_of(const clang::VarDecl* variable, const Spawn& spawn) {
  for (const auto* loop = spawn.in->enclosing<clang::ForStmt>(spawn.expression); loop != nullptr;
       loop = spawn.in->enclosing<clang::ForStmt>(loop)) {
    const clang::Expr* step = loop->getInc() == nullptr ? nullptr : loop->getInc()->IgnoreParenImpCasts();
    if (step == nullptr) continue;
    if (const auto* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(step)) step = cleanups->getSubExpr();
    const clang::Expr* target = written_by(step);
    if (target != nullptr && variable_of(place_of(target)) == variable->getCanonicalDecl()) return step;
  }
  return nullptr;
}

enum class Fate : uint8_t { kWaitedFor, kChanged, kEnds };

Fate fate_of(Unit& unit, const Spawn& spawn, const clang::VarDecl* variable) {
  const Flow* flow = spawn.in->flow();
  if (flow == nullptr) return Fate::kWaitedFor;
  const clang::Stmt* step = is_atomic(variable->getType()) ? nullptr : step_of(variable, spawn);
  Fate fate = Fate::kWaitedFor;
  flow->search(spawn.expression, [&](const PathElement& element) {
    if (element.function_exit || element.ended_variable == variable) {
      fate = Fate::kEnds;
      return Step::kFound;
    }
    if (element.ended_variable != nullptr) {
      return unit.may_wait_when_destroyed(element.ended_variable->getType()) ? Step::kStop : Step::kGoOn;
    }
    if (element.statement == step && step != nullptr) {
      fate = Fate::kChanged;
      return Step::kFound;
    }
    if (unit.enters_waiting_loop(*spawn.in, element.statement, spawn.expression)) return Step::kStop;
    return unit.may_wait_at(*spawn.in, element.statement) ? Step::kStop : Step::kGoOn;
  });
  return fate;
}

clang::SourceLocation place_in_source(const clang::LambdaCapture& capture, const Spawn& spawn) {
  return capture.isExplicit() ? capture.getLocation() : spawn.lambda->getBeginLoc();
}

const char* strand(const Spawn& spawn) { return spawn.is_goroutine() ? "goroutine" : "thread"; }

bool names(const clang::Expr* expression, const clang::VarDecl* variable) {
  const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression->IgnoreParens());
  return reference != nullptr && reference->getDecl() == variable;
}

int references_captured(const clang::LambdaExpr& lambda, const clang::VarDecl* variable) {
  return static_cast<int>(llvm::count_if(lambda.captures(), [variable](const clang::LambdaCapture& capture) {
    return capture.getCaptureKind() == clang::LCK_ByRef && capture.capturesVariable() &&
           capture.getCapturedVar() == variable;
  }));
}

// only_reads: the statement mentions the variable where its value is read, and nowhere else: it is not written, and
// nothing refers to it later. A lambda's capture by reference is no mention when what the lambda does counts.
bool only_reads(const clang::Stmt* statement, const clang::VarDecl* variable, bool may_be_captured) {
  int others = 0;
  for_each_statement(statement, [&](const clang::Stmt* each) {
    if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(each)) others += names(reference, variable) ? 1 : 0;
    if (const auto* cast = llvm::dyn_cast<clang::ImplicitCastExpr>(each)) {
      const bool reads = cast->getCastKind() == clang::CK_LValueToRValue;
      others -= reads && names(cast->getSubExpr(), variable) ? 1 : 0;
    }
    if (const auto* lambda = llvm::dyn_cast<clang::LambdaExpr>(each); lambda != nullptr && may_be_captured) {
      others -= references_captured(*lambda, variable);
    }
    return false;
  });
  return others == 0;
}

// capture_by_value is the fix-it where a copy surely does the same as the reference was meant to: of a number or
// pointer that the strand only reads, and that nobody else changes but the loop around.
llvm::SmallVector<clang::FixItHint, 1> capture_by_value(const clang::LambdaCapture& capture, const Spawn& spawn,
                                                        const clang::VarDecl* variable, bool is_loop_variable) {
  const clang::SourceManager& sources = spawn.in->context().getSourceManager();
  const clang::LambdaExpr& lambda = *spawn.lambda;
  if (!variable->getType()->isScalarType() || spawn.in->function()->isTemplateInstantiation() ||
      lambda.getBeginLoc().isMacroID() || !only_reads(lambda.getBody(), variable, /*may_be_captured=*/false)) {
    return {};
  }
  if (!is_loop_variable && !only_reads(spawn.in->statement(), variable, /*may_be_captured=*/true)) return {};
  if (!capture.isExplicit()) {
    return {clang::FixItHint::CreateInsertion(lambda.getCaptureDefaultLoc().getLocWithOffset(1),
                                              ", " + variable->getNameAsString())};
  }
  if (lambda.getCaptureDefault() != clang::LCD_None || capture.getLocation().isMacroID()) return {};
  const auto [file, name_at] = sources.getDecomposedLoc(capture.getLocation());
  const llvm::StringRef before = sources.getBufferData(file).take_front(name_at).rtrim();
  if (!before.ends_with("&")) return {};
  const auto length = static_cast<int>(name_at - (before.size() - 1));
  return {clang::FixItHint::CreateRemoval(
      clang::CharSourceRange::getCharRange(capture.getLocation().getLocWithOffset(-length), capture.getLocation()))};
}

void examine_references(Unit& unit, const Report& report, Fate wanted) {
  for (const Spawn& spawn : unit.spawns()) {
    if (spawn.lambda == nullptr) continue;
    for (const clang::LambdaCapture& capture : spawn.lambda->captures()) {
      if (!capture.capturesVariable() || capture.getCaptureKind() != clang::LCK_ByRef) continue;
      const auto* variable = llvm::dyn_cast<clang::VarDecl>(capture.getCapturedVar());
      if (!is_local_object(variable, *spawn.in) || fate_of(unit, spawn, variable) != wanted) continue;
      const std::string name = variable->getNameAsString();
      const Note declared{variable->getLocation(), "'" + name + "' is declared here"};
      const bool is_changed = wanted == Fate::kChanged;
      const auto fixes = capture_by_value(capture, spawn, variable, is_changed);
      if (is_changed) {
        report(place_in_source(capture, spawn),
               "the loop changes '" + name + "' while a " + strand(spawn) +
                   " holds a reference to it; capture it by value",
               declared, fixes);
      } else {
        report(place_in_source(capture, spawn),
               "'" + name + "' is captured by reference and may end before the " + strand(spawn) +
                   " that uses it: nothing waits on some path",
               declared, fixes);
      }
    }
  }
}

// --- views -----------------------------------------------------------------------------------------------------------

bool is_view(clang::QualType type) {
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  if (record == nullptr || record->getIdentifier() == nullptr) return false;
  const llvm::StringRef name = record->getName();
  if (name == "string_view" || name == "Span") return qualified_name(record).substr(0, 6) == "absl::";
  // An iterator of a vector, array or string, as libstdc++ calls it.
  if (name == "__normal_iterator") return qualified_name(record) == "__gnu_cxx::__normal_iterator";
  return record->isInStdNamespace() && (name == "basic_string_view" || name == "span" || name == "reference_wrapper");
}

// The local object, of class or array type, that an expression names: x, x.field; not what a pointer or reference leads
// to.
const clang::VarDecl* object_named(const clang::Expr* expression, const Body& body) {
  expression = strip(expression);
  while (const auto* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression)) {
    if (member->isArrow() || member->getMemberDecl()->getType()->isReferenceType()) return nullptr;
    expression = strip(member->getBase());
  }
  const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(expression);
  const auto* variable = reference == nullptr ? nullptr : llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
  return is_local_object(variable, body) ? variable : nullptr;
}

bool owns_elements(clang::QualType type) {
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  if (record == nullptr || record->getIdentifier() == nullptr || !record->isInStdNamespace()) return false;
  const llvm::StringRef name = record->getName();
  return name == "basic_string" || name == "vector" || name == "array";
}

// The local variable whose storage (or elements) the value of `expression` points to.
const clang::VarDecl* pointee_owner(const clang::Expr* expression, const Body& body, int depth = 0) {
  if (depth > 3) return nullptr;
  const clang::Expr* bare = strip(expression);
  if (bare == nullptr) return nullptr;
  // An owner that became a view by a conversion which strip() has taken off.
  if (is_view(expression->getType()) && owns_elements(bare->getType())) return object_named(bare, body);
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(bare)) {
    return unary->getOpcode() == clang::UO_AddrOf ? object_named(unary->getSubExpr(), body) : nullptr;
  }
  if (const auto* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(bare)) {
    const clang::CXXMethodDecl* method = member->getMethodDecl();
    const clang::Expr* object = member->getImplicitObjectArgument();
    if (method == nullptr || !owns_elements(object->getType())) return nullptr;
    static constexpr llvm::StringRef kInside[] = {"c_str", "data", "begin", "end", "cbegin", "cend"};
    const bool points_inside = llvm::isa<clang::CXXConversionDecl>(method) ||
                               (method->getIdentifier() != nullptr && llvm::is_contained(kInside, method->getName()));
    return points_inside ? object_named(object, body) : nullptr;
  }
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(bare)) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (callee == nullptr || call->getNumArgs() != 1 || !callee->isInStdNamespace() ||
        callee->getIdentifier() == nullptr)
      return nullptr;
    return callee->getName() == "ref" || callee->getName() == "cref" ? object_named(call->getArg(0), body) : nullptr;
  }
  if (const auto* construction = llvm::dyn_cast<clang::CXXConstructExpr>(bare)) {
    if (!is_view(construction->getType()) || construction->getNumArgs() == 0) return nullptr;
    const clang::Expr* from = strip(construction->getArg(0));
    if (from != nullptr && (from->getType()->isArrayType() || owns_elements(from->getType())))
      return object_named(from, body);
    return pointee_owner(construction->getArg(0), body, depth + 1);
  }
  const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(bare);
  const auto* variable = reference == nullptr ? nullptr : llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
  if (!is_local_object(variable, body) || !variable->hasInit()) return nullptr;
  if (variable->getType()->isArrayType()) return expression->getType()->isPointerType() ? variable : nullptr;
  if (!variable->getType()->isPointerType() && !is_view(variable->getType())) return nullptr;
  const bool reassigned = for_each_statement(body.statement(), [&](const clang::Stmt* each) {
    const clang::Expr* target = written_by(each);
    if (target == nullptr) return false;
    // Itself: what is written through it leaves it where it points.
    const auto* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(strip(target));
    return named != nullptr && named->getDecl()->getCanonicalDecl() == variable->getCanonicalDecl();
  });
  return reassigned ? nullptr : pointee_owner(variable->getInit(), body, depth + 1);
}

void examine_view(Unit& unit, const Report& report, const Spawn& spawn, const clang::Expr* value,
                  clang::SourceLocation location) {
  const clang::VarDecl* owner = pointee_owner(value, *spawn.in);
  if (owner == nullptr || fate_of(unit, spawn, owner) != Fate::kEnds) return;
  const std::string name = owner->getNameAsString();
  report(location,
         "this points to '" + name + "', which may end before the " + strand(spawn) +
             " that uses it: nothing waits on some path",
         Note{owner->getLocation(), "'" + name + "' is declared here"});
}

}  // namespace

void check_loop_capture(Unit& unit, const Report& report) { examine_references(unit, report, Fate::kChanged); }
void check_local_capture(Unit& unit, const Report& report) { examine_references(unit, report, Fate::kEnds); }

void check_view_capture(Unit& unit, const Report& report) {
  for (const Spawn& spawn : unit.spawns()) {
    for (const clang::Expr* argument : spawn.arguments)
      examine_view(unit, report, spawn, argument, argument->getBeginLoc());
    if (spawn.lambda == nullptr) continue;
    auto init = spawn.lambda->capture_init_begin();
    for (const clang::LambdaCapture& capture : spawn.lambda->captures()) {
      const clang::Expr* value = *init++;
      if (capture.capturesVariable() && capture.getCaptureKind() == clang::LCK_ByCopy) {
        examine_view(unit, report, spawn, value, place_in_source(capture, spawn));
      }
    }
  }
}

}  // namespace gorace::instrument::lint
