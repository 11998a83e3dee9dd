// no_sanitize("thread"): clang forgets it unless -fsanitize=thread is on, so that LLVM's passes never hear of it. This
// AST consumer runs before code generation and adds the annotation that the pass knows, as if the function were
// declared with [[clang::annotate("gorace.skip")]].
//
// Looks at functions at namespace and class scope, templates and their instantiations included; not at lambdas and
// local classes.
#ifndef GORACE_INSTRUMENT_FRONTEND_NO_SANITIZE_H_
#define GORACE_INSTRUMENT_FRONTEND_NO_SANITIZE_H_

#include <memory>

#include "clang/AST/ASTConsumer.h"

namespace gorace::instrument {

std::unique_ptr<clang::ASTConsumer> make_no_sanitize_consumer();

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_FRONTEND_NO_SANITIZE_H_
