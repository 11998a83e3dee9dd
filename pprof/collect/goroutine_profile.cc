#include "pprof/collect/goroutine_profile.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "pprof/collect/profile_text.h"
#include "runtime/dump/snapshot.h"

namespace gorace::pprof {
namespace {

using runtime::GoroutineSnapshot;
using runtime::Snapshot;

// Go's cap (GODEBUG=profstackdepth): 128 innermost frames.
constexpr int kMaxFrames = 128;

int frames_of(const GoroutineSnapshot& g) { return std::min(g.pc_count, kMaxFrames); }

// Orders goroutines so that equal (state, labels, stack) stand together; the order itself means nothing.
int compare(const Snapshot& all, const GoroutineSnapshot& a, const GoroutineSnapshot& b) {
  const char* a_state = runtime::state_text(a);
  const char* b_state = runtime::state_text(b);
  if (a_state != b_state) return strcmp(a_state, b_state);
  if (a.labels != b.labels) return std::less<>()(a.labels, b.labels) ? -1 : 1;
  if (frames_of(a) != frames_of(b)) return frames_of(a) - frames_of(b);
  return memcmp(all.stack_of(a), all.stack_of(b), static_cast<size_t>(frames_of(a)) * sizeof(uintptr_t));
}

}  // namespace

void add_goroutine_profile(ProfileText& text) {
  text.period("goroutine", "count", 1);
  text.value_type("goroutine", "count");
  Snapshot all;
  take_snapshot(&all);
  std::sort(all.goroutines.begin(), all.goroutines.end(),
            [&](const GoroutineSnapshot& a, const GoroutineSnapshot& b) { return compare(all, a, b) < 0; });
  const size_t count = all.goroutines.size();
  for (size_t first = 0, end = 0; first < count; first = end) {
    while (end < count && compare(all, all.goroutines[first], all.goroutines[end]) == 0) ++end;
    const GoroutineSnapshot& g = all.goroutines[first];
    text.begin_sample();
    text.add_value(static_cast<int64_t>(end - first));
    text.add_stack(all.stack_of(g), frames_of(g));
    text.add_label("state", runtime::state_text(g));
    runtime::visit_labels(g.labels, [&](const char* key, const char* value) { text.add_label(key, value); });
    text.end_sample();
  }
}

}  // namespace gorace::pprof
