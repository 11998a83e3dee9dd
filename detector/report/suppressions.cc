#include "detector/report/suppressions.h"

#include <dlfcn.h>

#include "runtime/symbolize/symbolize.h"

namespace gorace::detector {
namespace {

using std::string_view;

constexpr struct {
  string_view name;
  SuppressionType type;
} kTypes[] = {
    {"race", SuppressionType::kRace},
    {"race_top", SuppressionType::kRaceTop},
    {"mutex", SuppressionType::kMutex},
    {"thread", SuppressionType::kThread},
    {"signal", SuppressionType::kSignal},
    {"deadlock", SuppressionType::kDeadlock},
    {"called_from_lib", SuppressionType::kCalledFromLib},
};

string_view trim(string_view text) {
  constexpr const char* kBlanks = " \t\r";
  const size_t start = text.find_first_not_of(kBlanks);
  if (start == string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// split_line cuts ":123" off the end of a pattern; 0 when it does not end so.
int split_line(string_view* pattern) {
  size_t digits = pattern->size();
  while (digits > 0 && is_digit((*pattern)[digits - 1])) --digits;
  const size_t count = pattern->size() - digits;
  if (count == 0 || count > 9 || digits == 0 || (*pattern)[digits - 1] != ':') return 0;
  int line = 0;
  for (const char c : pattern->substr(digits)) line = line * 10 + (c - '0');
  pattern->remove_suffix(count + 1);
  return line;
}

// matches_file_of_line: unless it has stars or anchors, the pattern of a line is the last part of the file's path,
// whole names of it.
bool matches_file_of_line(string_view pattern, string_view file) {
  if (pattern.find_first_of("*^$") != string_view::npos) return matches_pattern(pattern, file);
  if (!file.ends_with(pattern)) return false;
  return file.size() == pattern.size() || pattern.starts_with('/') || file[file.size() - pattern.size() - 1] == '/';
}

bool matches_frame(string_view pattern, const runtime::Frame& frame) {
  string_view file_pattern = pattern;
  if (const int line = split_line(&file_pattern); line != 0) {
    return frame.line == line && matches_file_of_line(file_pattern, frame.file);
  }
  return matches_pattern(pattern, frame.function) || matches_pattern(pattern, frame.file);
}

bool matches_module(string_view pattern, uintptr_t pc) {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(pc - 1), &info) == 0 || info.dli_fname == nullptr) return false;
  return matches_pattern(pattern, info.dli_fname);
}

// The frames of one pc, inlined functions included.
struct FrameSearch {
  string_view pattern;
  bool innermost_only;
  int seen = 0;  // frames that a reader would see
  bool found = false;
};

void look_at_frame(const runtime::Frame& frame, void* argument) {
  auto* search = static_cast<FrameSearch*>(argument);
  if (search->innermost_only && search->seen > 0) return;
  if (!runtime::is_internal_frame(frame.function)) ++search->seen;
  search->found = search->found || matches_frame(search->pattern, frame);
}

bool some_frame_matches(string_view pattern, const OriginInfo& stack, bool innermost_only = false) {
  FrameSearch search{.pattern = pattern, .innermost_only = innermost_only};
  for (int i = 0; i < stack.frame_count && !search.found; ++i) {
    if (innermost_only && search.seen > 0) break;
    runtime::symbolize_pc(stack.frames[i], look_at_frame, &search);
    if (!innermost_only && !search.found) search.found = matches_module(pattern, stack.frames[i]);
  }
  return search.found;
}

bool some_module_matches(string_view pattern, const OriginInfo& stack) {
  for (int i = 0; i < stack.frame_count; ++i) {
    if (matches_module(pattern, stack.frames[i])) return true;
  }
  return false;
}

}  // namespace

bool matches_pattern(string_view pattern, string_view name) {
  if (pattern.empty()) return false;
  const bool from_start = pattern.starts_with('^');
  if (from_start) pattern.remove_prefix(1);
  const bool to_end = pattern.ends_with('$');
  if (to_end) pattern.remove_suffix(1);
  // Each piece between stars, as early as it goes; the last one of a pattern with $ is the name's end.
  size_t at = 0;
  bool first = true;
  for (;;) {
    const size_t star = pattern.find('*');
    const string_view piece = pattern.substr(0, star);
    const bool tied_to_start = first && from_start;
    if (star == string_view::npos && to_end) {
      if (name.size() < at + piece.size() || !name.ends_with(piece)) return false;
      return !tied_to_start || name.size() == piece.size();
    }
    const size_t found = name.find(piece, at);
    if (found == string_view::npos || (tied_to_start && found != 0)) return false;
    at = found + piece.size();
    if (star == string_view::npos) return true;
    pattern.remove_prefix(star + 1);
    first = false;
  }
}

const char* Suppressions::add_line(string_view line) {
  const size_t colon = line.find(':');
  if (colon == string_view::npos) return "it is not of the form type:pattern";
  const string_view name = line.substr(0, colon);
  for (const auto& [type_name, type] : kTypes) {
    if (name != type_name) continue;
    Suppression added{type, trim(line.substr(colon + 1)), {}, line, 0};
    if (added.pattern.starts_with("&& ")) return "a side of && has no pattern";
    if (const size_t both = added.pattern.find(" &&"); both != string_view::npos) {
      if (type != SuppressionType::kRace) return "only race suppressions have two sides (&&)";
      added.other_side = trim(added.pattern.substr(both + 3));
      added.pattern = trim(added.pattern.substr(0, both));
      if (added.other_side.empty()) return "a side of && has no pattern";
    }
    if (added.pattern.empty()) return "it has no pattern";
    all_.push_back(added);
    return nullptr;
  }
  return "the type is none of race, race_top, mutex, thread, signal, deadlock, called_from_lib";
}

int Suppressions::add(string_view text, const char** why) {
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    if (*why = add_line(line); *why != nullptr) return number;
  }
  return 0;
}

bool Suppressions::hides_race(const OriginInfo& one, const OriginInfo& other, const char* global) {
  const auto matches = [&](const Suppression& each) {
    switch (each.type) {
      case SuppressionType::kRace:
        if (!each.other_side.empty()) {
          return (some_frame_matches(each.pattern, one) && some_frame_matches(each.other_side, other)) ||
                 (some_frame_matches(each.pattern, other) && some_frame_matches(each.other_side, one));
        }
        return matches_pattern(each.pattern, global) || some_frame_matches(each.pattern, one) ||
               some_frame_matches(each.pattern, other);
      case SuppressionType::kRaceTop:
        return some_frame_matches(each.pattern, one, true) || some_frame_matches(each.pattern, other, true);
      case SuppressionType::kCalledFromLib:
        return some_module_matches(each.pattern, one) || some_module_matches(each.pattern, other);
      default:
        return false;
    }
  };
  for (Suppression& each : all_) {
    if (!matches(each)) continue;
    ++each.hits;
    return true;
  }
  return false;
}

bool Suppressions::hides(SuppressionType type, const OriginInfo& stack) {
  for (Suppression& each : all_) {
    if (each.type != type || !some_frame_matches(each.pattern, stack)) continue;
    ++each.hits;
    return true;
  }
  return false;
}

void Suppressions::print(runtime::RawWriter& out) const {
  for (const bool used : {true, false}) {
    bool first = true;
    for (const Suppression& each : all_) {
      if ((each.hits != 0) != used) continue;
      if (first) out << (used ? "gorace: suppressions that matched:\n" : "gorace: suppressions that never matched:\n");
      first = false;
      out << "  ";
      if (used) out << each.hits << ' ';
      out << each.text << '\n';
    }
  }
}

}  // namespace gorace::detector
