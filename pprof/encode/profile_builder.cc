#include "pprof/encode/profile_builder.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/strip.h"
#include "pprof/encode/frame_filter.h"

namespace gorace::pprof {
namespace {

using perftools::profiles::Line;
using perftools::profiles::Location;
using perftools::profiles::Mapping;
using perftools::profiles::Profile;

class Builder {
 public:
  Builder(const RawProfile& raw, FrameSource& source) : raw_(raw), source_(source) { text(""); }

  Profile build() {
    add_header();
    add_mappings();
    for (const RawSample& sample : raw_.samples) add_sample(sample);
    return std::move(profile_);
  }

 private:
  // text interns: index 0 is the empty text, as the format demands.
  int64_t text(const std::string& value) {
    const auto [entry, is_new] = texts_.try_emplace(value, profile_.string_table_size());
    if (is_new) profile_.add_string_table(value);
    return entry->second;
  }

  void add_header() {
    for (const RawValueType& type : raw_.types) {
      auto* out = profile_.add_sample_type();
      out->set_type(text(type.type));
      out->set_unit(text(type.unit));
    }
    if (!raw_.period_type.type.empty()) {
      profile_.mutable_period_type()->set_type(text(raw_.period_type.type));
      profile_.mutable_period_type()->set_unit(text(raw_.period_type.unit));
      profile_.set_period(raw_.period);
    }
    profile_.set_time_nanos(raw_.time_ns);
    profile_.set_duration_nanos(raw_.duration_ns);
    profile_.set_default_sample_type(text(raw_.default_type));
    for (const std::string& comment : raw_.comments) profile_.add_comment(text(comment));
  }

  void add_mappings() {
    for (const RawModule& module : raw_.modules) {
      Mapping* out = profile_.add_mapping();
      out->set_id(static_cast<uint64_t>(profile_.mapping_size()));
      out->set_memory_start(module.start);
      out->set_memory_limit(module.end);
      out->set_file_offset(module.file_offset);
      // The kernel's word for a file that is gone (`gorace run x.cc`) is no part of its name.
      out->set_filename(text(std::string(absl::StripSuffix(module.path, " (deleted)"))));
      out->set_build_id(text(module.build_id));
      out->set_has_functions(true);
      out->set_has_filenames(true);
      out->set_has_line_numbers(true);
      out->set_has_inline_frames(true);
      by_start_.push_back(static_cast<int>(by_start_.size()));
    }
    std::sort(by_start_.begin(), by_start_.end(), [this](int a, int b) { return module(a).start < module(b).start; });
  }

  const RawModule& module(int index) const { return raw_.modules[static_cast<size_t>(index)]; }

  // module_of returns the index of the module that holds `address`, or -1.
  int module_of(uint64_t address) const {
    auto after = std::upper_bound(by_start_.begin(), by_start_.end(), address,
                                  [this](uint64_t value, int index) { return value < module(index).start; });
    if (after == by_start_.begin()) return -1;
    const int found = *std::prev(after);
    return address < module(found).end ? found : -1;
  }

  // frames_at returns what the call before return address `pc` lies in, machinery removed; each pc is looked up once.
  const std::vector<SourceFrame>& frames_at(uint64_t pc) {
    const auto [entry, is_new] = frames_.try_emplace(pc);
    if (!is_new) return entry->second;
    const int index = module_of(pc - 1);
    if (index < 0) return entry->second;
    std::vector<SourceFrame> frames = source_.frames(module(index).path, pc - 1 - module(index).load_bias);
    std::erase_if(frames, [](const SourceFrame& frame) { return frame.function.empty(); });
    return entry->second = std::move(frames);
  }

  uint64_t function_id(const SourceFrame& frame) {
    const int64_t name = text(frame.function);
    const int64_t system_name = text(frame.system_name);
    const int64_t file = text(frame.file);
    const auto [entry, is_new] =
        functions_.try_emplace(std::tuple(name, system_name, file, frame.start_line), profile_.function_size() + 1);
    if (is_new) {
      auto* out = profile_.add_function();
      out->set_id(entry->second);
      out->set_name(name);
      out->set_system_name(system_name);
      out->set_filename(file);
      out->set_start_line(frame.start_line);
    }
    return entry->second;
  }

  // A Shown is one location as a sample sees it: the lines that its frame filter left. The same pc may be shown with
  // fewer lines at the leaf than elsewhere.
  struct Shown {
    uint64_t pc;
    std::vector<uint32_t> frames;  // indexes into frames_at(pc)
    bool known;                    // the pc has frames at all
  };

  Shown show(uint64_t pc, bool* at_leaf) {
    Shown shown{pc, {}, false};
    const std::vector<SourceFrame>& frames = frames_at(pc);
    shown.known = !frames.empty();
    for (uint32_t i = 0; i < frames.size(); ++i) {
      if (is_machinery(frames[i].function) || (*at_leaf && is_allocator(frames[i].function))) continue;
      *at_leaf = false;
      shown.frames.push_back(i);
    }
    if (!shown.known) *at_leaf = false;
    return shown;
  }

  uint64_t location_id(const Shown& shown) {
    const auto [entry, is_new] =
        locations_.try_emplace(std::pair(shown.pc, shown.frames), profile_.location_size() + 1);
    if (!is_new) return entry->second;
    Location* out = profile_.add_location();
    out->set_id(entry->second);
    out->set_address(shown.pc - 1);
    out->set_mapping_id(static_cast<uint64_t>(module_of(shown.pc - 1) + 1));
    const std::vector<SourceFrame>& frames = frames_at(shown.pc);
    for (uint32_t index : shown.frames) {
      Line* line = out->add_line();
      line->set_function_id(function_id(frames[index]));
      line->set_line(frames[index].line);
      line->set_column(frames[index].column);
    }
    return entry->second;
  }

  std::vector<uint64_t> locations_of(const std::vector<uint64_t>& pcs) {
    std::vector<uint64_t> out;
    bool at_leaf = true;
    for (uint64_t pc : pcs) {
      const Shown shown = show(pc, &at_leaf);
      if (shown.known && shown.frames.empty()) continue;  // nothing but machinery
      out.push_back(location_id(shown));
    }
    return out;
  }

  std::vector<uint64_t> outermost_of(const std::vector<uint64_t>& pcs) {
    if (pcs.empty()) return {};
    const auto last = static_cast<uint32_t>(frames_at(pcs.back()).size() - 1);
    return {location_id({pcs.back(), {last}, true})};
  }

  void add_sample(const RawSample& sample) {
    auto* out = profile_.add_sample();
    for (int64_t value : sample.values) out->add_value(value);
    std::vector<uint64_t> locations = locations_of(sample.pcs);
    // A stack of nothing but machinery is shown by its outermost function: what gorace was called for.
    if (locations.empty()) locations = outermost_of(sample.pcs);
    for (uint64_t id : locations) out->add_location_id(id);
    for (const RawLabel& label : sample.labels) add_label(label, out);
  }

  void add_label(const RawLabel& label, perftools::profiles::Sample* sample) {
    auto* out = sample->add_label();
    out->set_key(text(label.key));
    if (label.unit.empty()) {
      out->set_str(text(label.text));
    } else {
      out->set_num(label.number);
      out->set_num_unit(text(label.unit));
    }
  }

  const RawProfile& raw_;
  FrameSource& source_;
  Profile profile_;
  std::vector<int> by_start_;  // indexes of modules by start address
  absl::flat_hash_map<std::string, int64_t> texts_;
  absl::flat_hash_map<uint64_t, std::vector<SourceFrame>> frames_;
  absl::flat_hash_map<std::tuple<int64_t, int64_t, int64_t, int64_t>, uint64_t> functions_;
  absl::flat_hash_map<std::pair<uint64_t, std::vector<uint32_t>>, uint64_t> locations_;
};

}  // namespace

Profile build_profile(const RawProfile& raw, FrameSource& source) { return Builder(raw, source).build(); }

}  // namespace gorace::pprof
