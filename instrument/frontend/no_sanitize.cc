#include "instrument/frontend/no_sanitize.h"

#include "clang/AST/Attr.h"
#include "clang/Basic/Sanitizers.h"
#include "instrument/frontend/declarations.h"

namespace gorace::instrument {
namespace {

constexpr const char kAnnotation[] = "gorace.skip";

bool opts_out(const clang::FunctionDecl* function) {
  for (const auto* attribute : function->specific_attrs<clang::NoSanitizeAttr>()) {
    if (attribute->getMask() & clang::SanitizerKind::Thread) return true;
  }
  return false;
}

bool is_annotated(const clang::FunctionDecl* function) {
  for (const auto* attribute : function->specific_attrs<clang::AnnotateAttr>()) {
    if (attribute->getAnnotation() == kAnnotation) return true;
  }
  return false;
}

class NoSanitizeConsumer : public DeclarationsConsumer {
  void visit_function(clang::FunctionDecl* function) override {
    if (!opts_out(function) || is_annotated(function)) return;
    function->addAttr(clang::AnnotateAttr::CreateImplicit(function->getASTContext(), kAnnotation, nullptr, 0));
  }
};

}  // namespace

std::unique_ptr<clang::ASTConsumer> make_no_sanitize_consumer() { return std::make_unique<NoSanitizeConsumer>(); }

}  // namespace gorace::instrument
