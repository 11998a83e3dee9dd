// Rates of --sample: a share of the time, as users write it.
#ifndef GORACE_TOOLS_COMPILE_SAMPLE_RATE_H_
#define GORACE_TOOLS_COMPILE_SAMPLE_RATE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace gorace::tools {

// read_sample_rate reads "1%" or "0.05%" and returns millionths. InvalidArgument: it is not more than 0 and at most 100
// %, or less than a millionth.
absl::StatusOr<uint32_t> read_sample_rate(const std::string& text);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_COMPILE_SAMPLE_RATE_H_
