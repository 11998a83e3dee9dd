// The language that gorace's headers need, said before the first error that its lack would cause.
#ifndef GORACE_INTERNAL_LANGUAGE_H_
#define GORACE_INTERNAL_LANGUAGE_H_

#if !defined(__cplusplus) || __cplusplus < 202002L
#error "gorace needs C++20: compile with -std=c++20 or newer"
// #error does not end a compilation, a missing file does: a screenful of errors would hide the one above.
#include "compilation_stops_here"
#endif

// GORACE_NOESCAPE: nobody has this pointer argument any more when the call is over.
#if defined(__clang__)
#define GORACE_NOESCAPE __attribute__((noescape))
#else
#define GORACE_NOESCAPE
#endif

#endif  // GORACE_INTERNAL_LANGUAGE_H_
