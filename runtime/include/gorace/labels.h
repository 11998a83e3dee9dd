// Labels: what a goroutine works for, as pairs of key and value, in Go's runtime/pprof sense. Dumps and profiles show
// them; goroutines that are started inherit them.
//
//   gorace::with_labels({{"request", id}, {"user", name}}, [&] { handle(request); });
//
// Thread safety: each call concerns the calling goroutine (or thread) alone. Keys and values are copied.
//
// Cost: a set is made once a call; starting and ending a goroutine that has labels costs one atomic count each, one
// that has none a load.
#ifndef GORACE_LABELS_H_
#define GORACE_LABELS_H_

#include <gorace/internal/language.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gorace {

namespace runtime {
struct LabelSet;  // runtime/sched/labels.h
}

struct Label {
  std::string_view key;
  std::string_view value;
};

// set_labels makes these the goroutine's labels, in place of those it has. Of two with one key the later counts.
void set_labels(std::initializer_list<Label> labels);

// label returns the value of the goroutine's label `key`, if it has one.
std::optional<std::string> label(std::string_view key);

// LabelScope adds labels for its lifetime; then the goroutine has again those it had before. Scopes end in the reverse
// order of their beginning, in the goroutine that began them.
class LabelScope {
 public:
  explicit LabelScope(std::initializer_list<Label> labels);
  ~LabelScope();
  LabelScope(const LabelScope&) = delete;
  LabelScope& operator=(const LabelScope&) = delete;

 private:
  const runtime::LabelSet* former_;
};

// with_labels calls f() with these labels added, and returns its result (Go's pprof.Do).
template <class F>
decltype(auto) with_labels(std::initializer_list<Label> labels, F&& f) {
  const LabelScope scope(labels);
  return std::forward<F>(f)();
}

}  // namespace gorace

#endif  // GORACE_LABELS_H_
