// LabelSet: the labels of goroutines (<gorace/labels.h>), an immutable block that those who have the same share.
//
// Ownership: each G that points to a set counts as one owner. A G's pointer is changed by its own goroutine alone, and
// read by dumps and profiles of other threads, which own nothing: they hold a LabelReader meanwhile, and a set that
// loses its last owner then is freed when no reader is left.
#ifndef GORACE_RUNTIME_SCHED_LABELS_H_
#define GORACE_RUNTIME_SCHED_LABELS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/sched/goroutine.h"

namespace gorace::runtime {

struct LabelSet {
  std::atomic<uint32_t> owners;
  uint32_t count;  // of labels, ordered by key, each key once
  size_t bytes;    // of the block
  const LabelSet* next_retired;

  // After it: for each label key and value, each ended by NUL.
  const char* text() const { return reinterpret_cast<const char*>(this + 1); }
};

// visit_labels calls visit(key, value) for each label of `set` (null: none), ordered by key. Async-signal-safe.
template <class Visit>
void visit_labels(const LabelSet* set, Visit visit) {
  if (set == nullptr) return;
  const char* at = set->text();
  for (uint32_t i = 0; i < set->count; ++i) {
    const char* key = at;
    while (*at++ != '\0') {
    }
    const char* value = at;
    while (*at++ != '\0') {
    }
    visit(key, value);
  }
}

// LabelReader: while one exists, sets that a G pointed to after its construction stay. A signal handler needs none for
// the goroutine that it interrupted.
class LabelReader {
 public:
  LabelReader();
  ~LabelReader();
  LabelReader(const LabelReader&) = delete;
  LabelReader& operator=(const LabelReader&) = delete;
};

// inherit_labels: `child`, which has none, gets those of the goroutine that is starting it. drop_labels: `g` has ended.
void share_labels(G* child, const LabelSet* labels);
void release_labels(G* g);

[[gnu::always_inline]] inline void inherit_labels(G* child, const G* creator) {
  if (const LabelSet* labels = creator->labels.load(std::memory_order_relaxed); labels != nullptr) {
    share_labels(child, labels);
  }
}
[[gnu::always_inline]] inline void drop_labels(G* g) {
  if (g->labels.load(std::memory_order_relaxed) != nullptr) release_labels(g);
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_LABELS_H_
