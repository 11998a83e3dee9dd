// suggest: the nearest known word to one that was mistyped.
#ifndef GORACE_TOOLS_BASE_SUGGEST_H_
#define GORACE_TOOLS_BASE_SUGGEST_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gorace::tools {

// edit_distance counts the insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (the
// optimal string alignment distance: Damerau, CACM 1964).
size_t edit_distance(absl::string_view a, absl::string_view b);

// suggest returns the word of `known` nearest to `word`, or empty when none is near enough to be meant.
std::string suggest(absl::string_view word, const std::vector<std::string>& known);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_BASE_SUGGEST_H_
