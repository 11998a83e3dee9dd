// The AST consumer that runs the lints at the end of a translation unit.
#ifndef GORACE_INSTRUMENT_FRONTEND_LINT_CONSUMER_H_
#define GORACE_INSTRUMENT_FRONTEND_LINT_CONSUMER_H_

#include <memory>

#include "clang/AST/ASTConsumer.h"
#include "instrument/frontend/lint/options.h"

namespace gorace::instrument::lint {

std::unique_ptr<clang::ASTConsumer> make_consumer(Options options);

}  // namespace gorace::instrument::lint

#endif  // GORACE_INSTRUMENT_FRONTEND_LINT_CONSUMER_H_
