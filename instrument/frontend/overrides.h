// Tells the pass which methods override a function that a model names (`override`, docs/models.md): the IR does not
// know.
#ifndef GORACE_INSTRUMENT_FRONTEND_OVERRIDES_H_
#define GORACE_INSTRUMENT_FRONTEND_OVERRIDES_H_

#include <memory>

#include "clang/AST/ASTConsumer.h"

namespace gorace::instrument {

std::unique_ptr<clang::ASTConsumer> make_overrides_consumer();

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_FRONTEND_OVERRIDES_H_
