// profile.proto files: gzip around the message.
#ifndef GORACE_PPROF_ENCODE_PROFILE_FILE_H_
#define GORACE_PPROF_ENCODE_PROFILE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "profile.pb.h"

namespace gorace::pprof {

// write_profile_file writes `profile` gzipped. A reader sees the old file or the whole new one: it is written under
// another name in the same folder and renamed. The message of a failure names the path and the reason.
absl::Status write_profile_file(const perftools::profiles::Profile& profile, const std::string& path);

// read_profile_file is the inverse.
absl::StatusOr<perftools::profiles::Profile> read_profile_file(const std::string& path);

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_ENCODE_PROFILE_FILE_H_
