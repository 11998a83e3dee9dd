// RawProfileParser: reads what a program sends (pprof/collect/raw_profile.h describes the format) into a RawProfile.
//
// The program is not trusted to be well: it may have been dying when it wrote. Every line is checked, and the first bad
// one is named with its number; nothing after it is looked at, but the caller may go on feeding lines to keep in step
// with a protocol.
//
// Thread safety: none needed, one parser a profile.
#ifndef GORACE_PPROF_ENCODE_RAW_PROFILE_PARSER_H_
#define GORACE_PPROF_ENCODE_RAW_PROFILE_PARSER_H_

#include <cstdint>
#include <string>
#include <vector>
#include "absl/strings/string_view.h"

#include "absl/status/statusor.h"

namespace gorace::pprof {

struct RawValueType {
  std::string type;
  std::string unit;
};

struct RawModule {
  uint64_t start = 0;
  uint64_t end = 0;  // past the last byte
  uint64_t file_offset = 0;
  uint64_t load_bias = 0;  // run-time address minus address in the ELF file
  std::string path;
  std::string build_id;  // hexadecimal; empty: none
};

struct RawLabel {
  std::string key;
  std::string text;  // when `unit` is empty
  int64_t number = 0;
  std::string unit;
};

struct RawSample {
  std::vector<int64_t> values;
  std::vector<uint64_t> pcs;  // return addresses, leaf first
  std::vector<RawLabel> labels;
};

struct RawProfile {
  int64_t time_ns = 0;
  int64_t duration_ns = 0;
  RawValueType period_type;
  int64_t period = 0;
  std::string default_type;
  std::vector<RawValueType> types;
  std::vector<std::string> comments;
  std::vector<RawModule> modules;
  std::vector<RawSample> samples;
};

class RawProfileParser {
 public:
  // add_line reads one line, without its newline. After a bad line, further ones are ignored.
  void add_line(absl::string_view line);

  // finish returns the profile, or InvalidArgument with "line N: ..." for the first thing that is wrong.
  absl::StatusOr<RawProfile> finish();

 private:
  absl::Status add_record(const std::vector<absl::string_view>& fields);
  absl::Status add_module(const std::vector<absl::string_view>& fields);
  absl::Status add_sample(const std::vector<absl::string_view>& fields);
  absl::Status check_whole() const;

  RawProfile profile_;
  int64_t lines_ = 0;
  absl::Status first_error_;
};

// parse_raw_profile reads a whole profile at once.
absl::StatusOr<RawProfile> parse_raw_profile(absl::string_view text);

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_ENCODE_RAW_PROFILE_PARSER_H_
