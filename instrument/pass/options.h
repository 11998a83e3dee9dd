// Options of the pass, given with -mllvm. (A plugin's -fplugin-arg-gorace-* reach only its front-end half.)
#ifndef GORACE_INSTRUMENT_PASS_OPTIONS_H_
#define GORACE_INSTRUMENT_PASS_OPTIONS_H_

#include <string>
#include <vector>

namespace gorace::instrument {

// -gorace-verbose: a line on stderr for every function, telling what was emitted and what was left out.
bool verbose();

// -gorace-inline=WHERE: which checks are inline rather than a call (hot_code.h).
enum class InlineChecks { kNever, kHot, kAlways };
InlineChecks inline_checks();

// -gorace-ignorelist=FILE, as often as wanted: what is not checked (ignore_list.h).
std::vector<std::string> ignore_lists();

// -gorace-sample=N: check in windows only, N millionths of the time unless the program is told otherwise; 0: always
// (sampling.h).
unsigned sampled_parts_per_million();

// -gorace-model=FILE, as often as wanted: files of models (docs/models.md), later ones first.
std::vector<std::string> model_files();

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_OPTIONS_H_
