// Options of the pass, given with -mllvm. (A plugin's -fplugin-arg-gorace-* reach only its front-end half.)
#ifndef GORACE_INSTRUMENT_PASS_OPTIONS_H_
#define GORACE_INSTRUMENT_PASS_OPTIONS_H_

namespace gorace::instrument {

// -gorace-verbose: a line on stderr for every function, telling what was emitted and what was left out.
bool verbose();

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_OPTIONS_H_
