#include "detector/shadow/intern.h"

namespace gorace::detector {

namespace {

// A granule stands for 8 bytes of memory, so no honest count of references comes near.
constexpr uint32_t kMaxReferences = 1u << 31;

// The same for each order of the entries.
uint64_t hash_content(const Record& record) {
  uint64_t hash = record.count;
  for (int i = 0; i < record.count; ++i) {
    const uint64_t mixed = (record.entry[i] + (record.is_write(i) ? 1 : 0)) * 0xff51afd7ed558ccdu;
    hash += mixed ^ mixed >> 32;
  }
  return hash * GORACE_CONTEXT_MULTIPLIER;
}

// Atomic objects are changed in each epoch, by each of their strands: better in place.
bool has_atomic(const Record& record) {
  for (int i = 0; i < record.count; ++i) {
    if (word_is_atomic(record.entry[i])) return true;
  }
  return false;
}

bool has_entry(const Record& record, uint64_t entry, bool is_write) {
  for (int i = 0; i < record.count; ++i) {
    if (record.entry[i] == entry && record.is_write(i) == is_write) return true;
  }
  return false;
}

// A history has no entry twice.
bool same_content(const Record& a, const Record& b) {
  if (a.count != b.count) return false;
  for (int i = 0; i < a.count; ++i) {
    if (!has_entry(b, a.entry[i], a.is_write(i))) return false;
  }
  return true;
}

void forget(ThreadState& state, SharedContent& content) {
  if (content.tag != 0) drop_references(state, tagged_record(content.tag), content.credits);
  content = {};
}

}  // namespace

bool buy_credits(uint64_t tag, uint32_t& credits) {
  Record& record = record_at(tagged_record(tag));
  if (__atomic_load_n(&record.references, __ATOMIC_RELAXED) > kMaxReferences) return false;
  // relaxed: the buyer's own reference keeps the record.
  __atomic_fetch_add(&record.references, kCreditBatch, __ATOMIC_RELAXED);
  credits += kCreditBatch;
  return true;
}

uint64_t intern_record(ThreadState& state, uint32_t index) {
  const Record& record = record_at(index);
  const uint64_t own_tag = tag_of(index);
  if (record.is_large() || has_atomic(record)) return own_tag;
  const uint64_t hash = hash_content(record);
  SharedContent& content = state.contents[hash >> (64 - ThreadState::kContentBits)];
  if (content.hash != hash) {
    forget(state, content);
    content.hash = hash;
    return own_tag;
  }
  if (content.tag == 0) {
    if (buy_credits(own_tag, content.credits)) content.tag = own_tag;
    return own_tag;
  }
  if (!same_content(record, record_at(tagged_record(content.tag)))) return own_tag;
  if (content.credits == 1 && !buy_credits(content.tag, content.credits)) return own_tag;
  --content.credits;
  drop_references(state, index, 1);
  return content.tag;
}

void forget_contents(ThreadState& state) {
  for (SharedContent& content : state.contents) forget(state, content);
}

}  // namespace gorace::detector
