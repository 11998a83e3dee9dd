// encode_profile: the whole way from a raw profile to a file.
#ifndef GORACE_PPROF_ENCODE_ENCODE_H_
#define GORACE_PPROF_ENCODE_ENCODE_H_

#include <string>

#include "absl/status/status.h"
#include "pprof/encode/frame_source.h"
#include "pprof/encode/raw_profile_parser.h"

namespace gorace::pprof {

// encode_profile symbolizes what `parser` has read and writes it to `path` as gzipped profile.proto.
absl::Status encode_profile(RawProfileParser& parser, FrameSource& source, const std::string& path);

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_ENCODE_ENCODE_H_
