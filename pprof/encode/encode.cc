#include "pprof/encode/encode.h"

#include "pprof/encode/profile_builder.h"
#include "pprof/encode/profile_file.h"

namespace gorace::pprof {

absl::Status encode_profile(RawProfileParser& parser, FrameSource& source, const std::string& path) {
  const absl::StatusOr<RawProfile> raw = parser.finish();
  if (!raw.ok()) return raw.status();
  return write_profile_file(build_profile(*raw, source), path);
}

}  // namespace gorace::pprof
