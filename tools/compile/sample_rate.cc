#include "tools/compile/sample_rate.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gorace::tools {

absl::StatusOr<uint32_t> read_sample_rate(const std::string& text) {
  absl::string_view number = text;
  double percent = 0;
  if (absl::ConsumeSuffix(&number, "%") && absl::SimpleAtod(number, &percent) && percent > 0 && percent <= 100) {
    const auto millionths = static_cast<uint32_t>(std::lround(percent * 10'000));
    if (millionths > 0) return millionths;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a share of the time such as 1% or 0.1%, at least 0.0001%, not '", text, "'"));
}

}  // namespace gorace::tools
