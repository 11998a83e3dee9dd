#include "tools/base/suggest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"

namespace gorace::tools {

size_t edit_distance(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

std::string suggest(absl::string_view word, const std::vector<std::string>& known) {
  constexpr size_t kLongest = 64;
  if (word.size() > kLongest) return "";
  const size_t farthest = std::max<size_t>(1, word.size() / 3);
  std::string nearest;
  std::pair<size_t, size_t> least = {farthest + 1, 0};
  for (const std::string& candidate : known) {
    const size_t edits = edit_distance(word, candidate);
    // --leak for --leaks, --profile-directory for --profile-dir: a beginning in common counts as near.
    const bool begins = word.size() >= 3 && (absl::StartsWith(candidate, word) || absl::StartsWith(word, candidate));
    const std::pair<size_t, size_t> distance = {begins ? 1 : edits, edits};
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace gorace::tools
