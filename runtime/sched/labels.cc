#include "runtime/sched/labels.h"

#include <gorace/labels.h>

#include <cstring>
#include <new>

#include "runtime/base/internal_allocator.h"
#include "runtime/sched/sched.h"

namespace gorace {
namespace runtime {
namespace {

std::atomic<uint32_t> g_readers{0};
std::atomic<const LabelSet*> g_retired{nullptr};  // without owners, but perhaps being read

void free_set(const LabelSet* set) { internal_free(const_cast<LabelSet*>(set), set->bytes); }

void retire(const LabelSet* set) {
  auto* retired = const_cast<LabelSet*>(set);
  const LabelSet* head = g_retired.load(std::memory_order_relaxed);
  do {
    retired->next_retired = head;
  } while (!g_retired.compare_exchange_weak(head, set, std::memory_order_seq_cst, std::memory_order_relaxed));
}

// free_retired frees what no reader can see. A set is retired after the last G has let go of it, so a reader that comes
// later does not find it: those that were there must be gone.
void free_retired() {
  const LabelSet* set = g_retired.exchange(nullptr, std::memory_order_seq_cst);
  if (set == nullptr) return;
  const bool read = g_readers.load(std::memory_order_seq_cst) != 0;
  while (set != nullptr) {
    const LabelSet* next = set->next_retired;
    if (read) {
      retire(set);
    } else {
      free_set(set);
    }
    set = next;
  }
}

void disown(const LabelSet* set) {
  if (set == nullptr) return;
  // acq_rel: what the other owners did with the set is done before it is freed.
  if (const_cast<LabelSet*>(set)->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  retire(set);
  if (g_readers.load(std::memory_order_seq_cst) == 0) free_retired();
}

void own(const LabelSet* set) {
  if (set != nullptr) const_cast<LabelSet*>(set)->owners.fetch_add(1, std::memory_order_relaxed);
}

// A key's text ends at a NUL inside it, as a C string's.
std::string_view as_text(std::string_view text) { return text.substr(0, text.find('\0')); }

// sort_by_key keeps the order of equal keys. By insertion: they are few.
void sort_by_key(InternalVector<Label>& labels) {
  for (size_t i = 1; i < labels.size(); ++i) {
    const Label label = labels[i];
    size_t at = i;
    for (; at > 0 && label.key < labels[at - 1].key; --at) labels[at] = labels[at - 1];
    labels[at] = label;
  }
}

// make_set returns a set of `labels` and, of the keys that they do not have, those of `base`. With one owner, the
// caller; null when it would be empty.
const LabelSet* make_set(const LabelSet* base, std::initializer_list<Label> labels) {
  InternalVector<Label> all;
  visit_labels(base, [&](const char* key, const char* value) { all.push_back({key, value}); });
  for (const Label& label : labels) all.push_back({as_text(label.key), as_text(label.value)});
  sort_by_key(all);
  size_t count = 0;
  size_t bytes = sizeof(LabelSet);
  for (size_t i = 0; i < all.size(); ++i) {
    if (i + 1 < all.size() && all[i].key == all[i + 1].key) continue;  // the later one counts
    all[count++] = all[i];
    bytes += all[i].key.size() + all[i].value.size() + 2;
  }
  if (count == 0) return nullptr;
  auto* set = new (internal_alloc(bytes)) LabelSet{{1}, static_cast<uint32_t>(count), bytes, nullptr};
  char* at = reinterpret_cast<char*>(set + 1);
  for (size_t i = 0; i < count; ++i) {
    for (const std::string_view text : {all[i].key, all[i].value}) {
      memcpy(at, text.data(), text.size());
      at[text.size()] = '\0';
      at += text.size() + 1;
    }
  }
  return set;
}

// replace_labels gives the calling goroutine `set` and returns what it had, each with its ownership.
const LabelSet* replace_labels(const LabelSet* set) {
  return current_g()->labels.exchange(set, std::memory_order_seq_cst);  // before a retired set is looked for readers
}

}  // namespace

LabelReader::LabelReader() { g_readers.fetch_add(1, std::memory_order_seq_cst); }

LabelReader::~LabelReader() {
  if (g_readers.fetch_sub(1, std::memory_order_seq_cst) == 1) free_retired();
}

void share_labels(G* child, const LabelSet* labels) {
  own(labels);
  child->labels.store(labels, std::memory_order_release);  // pairs with readers' acquire
}

void release_labels(G* g) { disown(g->labels.exchange(nullptr, std::memory_order_seq_cst)); }

}  // namespace runtime

void set_labels(std::initializer_list<Label> labels) {
  runtime::disown(runtime::replace_labels(runtime::make_set(nullptr, labels)));
}

std::optional<std::string> label(std::string_view key) {
  std::optional<std::string> found;
  runtime::visit_labels(runtime::current_g()->labels.load(std::memory_order_relaxed),
                        [&](const char* each, const char* value) {
                          if (key == each) found = value;
                        });
  return found;
}

LabelScope::LabelScope(std::initializer_list<Label> labels)
    : former_(runtime::replace_labels(runtime::make_set(runtime::current_g()->labels, labels))) {}

LabelScope::~LabelScope() { runtime::disown(runtime::replace_labels(former_)); }

}  // namespace gorace
