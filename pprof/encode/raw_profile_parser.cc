#include "pprof/encode/raw_profile_parser.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gorace::pprof {
namespace {

using Fields = std::vector<absl::string_view>;

// Longest piece of a line that a message repeats: a line may be megabytes of garbage.
constexpr size_t kQuotedBytes = 60;

std::string quoted(absl::string_view text) {
  const std::string shown = absl::CHexEscape(text.substr(0, kQuotedBytes));
  return absl::StrCat("'", shown, text.size() > kQuotedBytes ? "...'" : "'");
}

absl::Status wrong(absl::string_view what, absl::string_view value) {
  return absl::InvalidArgumentError(absl::StrCat(what, " ", quoted(value)));
}

absl::Status read_int(absl::string_view text, absl::string_view what, int64_t* out) {
  if (absl::SimpleAtoi(text, out)) return absl::OkStatus();
  return wrong(absl::StrCat("bad ", what), text);
}

absl::Status read_hex(absl::string_view text, absl::string_view what, uint64_t* out) {
  if (absl::SimpleHexAtoi(text, out)) return absl::OkStatus();
  return wrong(absl::StrCat("bad ", what), text);
}

absl::Status expect_fields(const Fields& fields, size_t least, size_t most) {
  if (fields.size() >= least && fields.size() <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("record '", fields[0], "' has ", fields.size() - 1, " fields, not ", least - 1));
}

absl::Status read_text(absl::string_view text, absl::string_view what, std::string* out) {
  if (text.empty()) return absl::InvalidArgumentError(absl::StrCat("empty ", what));
  *out = std::string(text);
  return absl::OkStatus();
}

// A label is key=text or key:number:unit; whichever of '=' and ':' comes first decides.
absl::Status read_label(absl::string_view text, RawLabel* out) {
  const size_t mark = text.find_first_of("=:");
  if (mark == absl::string_view::npos || mark == 0) return wrong("bad label", text);
  out->key = std::string(text.substr(0, mark));
  const absl::string_view value = text.substr(mark + 1);
  if (text[mark] == '=') {
    out->text = std::string(value);
    return absl::OkStatus();
  }
  const size_t colon = value.find(':');
  // Without a unit a number of 0 would vanish in decoding, so the format demands one.
  if (colon == absl::string_view::npos || colon + 1 == value.size()) return wrong("label without unit", text);
  out->unit = std::string(value.substr(colon + 1));
  return read_int(value.substr(0, colon), "label number", &out->number);
}

}  // namespace

void RawProfileParser::add_line(absl::string_view line) {
  ++lines_;
  if (!first_error_.ok()) return;
  const Fields fields = absl::StrSplit(line, '\t');
  const absl::Status status = add_record(fields);
  if (!status.ok()) first_error_ = absl::InvalidArgumentError(absl::StrCat("line ", lines_, ": ", status.message()));
}

absl::Status RawProfileParser::add_record(const Fields& fields) {
  const absl::string_view kind = fields[0];
  absl::Status status;
  if (kind == "sample") return add_sample(fields);
  if (kind == "module") return add_module(fields);
  if (kind == "comment") {
    if (status = expect_fields(fields, 2, 2); status.ok()) profile_.comments.emplace_back(fields[1]);
  } else if (kind == "time") {
    if (status = expect_fields(fields, 2, 2); status.ok()) status = read_int(fields[1], "time", &profile_.time_ns);
  } else if (kind == "duration") {
    if (status = expect_fields(fields, 2, 2); status.ok())
      status = read_int(fields[1], "duration", &profile_.duration_ns);
  } else if (kind == "default") {
    if (status = expect_fields(fields, 2, 2); status.ok())
      status = read_text(fields[1], "default type", &profile_.default_type);
  } else if (kind == "type") {
    RawValueType type;
    if (status = expect_fields(fields, 3, 3); status.ok()) status = read_text(fields[1], "type", &type.type);
    if (status.ok()) status = read_text(fields[2], "unit", &type.unit);
    if (status.ok()) profile_.types.push_back(std::move(type));
  } else if (kind == "period") {
    if (status = expect_fields(fields, 4, 4); status.ok()) status = read_int(fields[3], "period", &profile_.period);
    if (status.ok()) profile_.period_type = {std::string(fields[1]), std::string(fields[2])};
  } else {
    return wrong("unknown record", kind);
  }
  return status;
}

absl::Status RawProfileParser::add_module(const Fields& fields) {
  RawModule module;
  absl::Status status = expect_fields(fields, 7, 7);
  if (status.ok()) status = read_hex(fields[1], "module start", &module.start);
  if (status.ok()) status = read_hex(fields[2], "module end", &module.end);
  if (status.ok()) status = read_hex(fields[3], "file offset", &module.file_offset);
  if (status.ok()) status = read_hex(fields[4], "load bias", &module.load_bias);
  if (status.ok()) status = read_text(fields[5], "module path", &module.path);
  if (!status.ok()) return status;
  if (module.start >= module.end) return wrong("module ends before it starts:", fields[2]);
  if (fields[6] != "-") {
    const bool hex = !fields[6].empty() && std::all_of(fields[6].begin(), fields[6].end(), absl::ascii_isxdigit);
    if (!hex) return wrong("bad build id", fields[6]);
    module.build_id = std::string(fields[6]);
  }
  profile_.modules.push_back(std::move(module));
  return absl::OkStatus();
}

absl::Status RawProfileParser::add_sample(const Fields& fields) {
  if (fields.size() < 3) return expect_fields(fields, 3, 3);
  RawSample sample;
  for (absl::string_view text : absl::StrSplit(fields[1], ',')) {
    absl::Status status = read_int(text, "sample value", &sample.values.emplace_back());
    if (!status.ok()) return status;
  }
  // A goroutine that never ran has no stack: an empty list is fine.
  for (absl::string_view text : absl::StrSplit(fields[2], ',', absl::SkipEmpty())) {
    absl::Status status = read_hex(text, "pc", &sample.pcs.emplace_back());
    if (!status.ok()) return status;
  }
  for (size_t i = 3; i < fields.size(); ++i) {
    absl::Status status = read_label(fields[i], &sample.labels.emplace_back());
    if (!status.ok()) return status;
  }
  if (sample.values.size() != profile_.types.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("sample has ", sample.values.size(), " values for ", profile_.types.size(), " types"));
  }
  profile_.samples.push_back(std::move(sample));
  return absl::OkStatus();
}

absl::Status RawProfileParser::check_whole() const {
  if (profile_.types.empty()) return absl::InvalidArgumentError("no 'type' record");
  if (profile_.default_type.empty()) return absl::OkStatus();
  for (const RawValueType& type : profile_.types) {
    if (type.type == profile_.default_type) return absl::OkStatus();
  }
  return wrong("the default type is not one of the types:", profile_.default_type);
}

absl::StatusOr<RawProfile> RawProfileParser::finish() {
  absl::Status status = first_error_;
  if (status.ok()) {
    status = check_whole();
    if (!status.ok()) status = absl::InvalidArgumentError(absl::StrCat("line ", lines_ + 1, ": ", status.message()));
  }
  if (!status.ok()) return status;
  return std::move(profile_);
}

absl::StatusOr<RawProfile> parse_raw_profile(absl::string_view text) {
  RawProfileParser parser;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (line.empty()) break;
    parser.add_line(line);
  }
  return parser.finish();
}

}  // namespace gorace::pprof
