#include "detector/shadow/atomic_access.h"

namespace gorace::detector {
namespace {

constexpr uint32_t attached_bit(uint32_t number) { return 1u << number % 32; }

// set_slot: collect_atomics may be reading, for the former tag or for the new one.
void set_slot(OwnAtomic& slot, uint64_t tag, uint64_t word, uint64_t* granule) {
  __atomic_store_n(&slot.tag, 0, __ATOMIC_RELAXED);
  std::atomic_thread_fence(std::memory_order_release);
  __atomic_store_n(&slot.word, word, __ATOMIC_RELAXED);
  __atomic_store_n(&slot.tag, tag, __ATOMIC_RELEASE);
  slot.granule = granule;
}

// word_of returns the slot's word if it is for this tag, else 0.
uint64_t word_of(const OwnAtomic& slot, uint64_t tag) {
  // acquire: pairs with set_slot's last store.
  if (__atomic_load_n(&slot.tag, __ATOMIC_ACQUIRE) != tag) return 0;
  const uint64_t word = __atomic_load_n(&slot.word, __ATOMIC_RELAXED);
  // Pairs with the fence in set_slot.
  std::atomic_thread_fence(std::memory_order_acquire);
  return __atomic_load_n(&slot.tag, __ATOMIC_RELAXED) == tag ? word : 0;
}

// bring_up_to_date puts `word` in the place of the same strand's older access of the same bytes. There may be none any
// more, if a thread of this strand's past still has the word: then a newer one stands for it.
void bring_up_to_date(Record& record, uint64_t word, bool is_write) {
  for (int i = 0; i < record.count; ++i) {
    const uint64_t entry = record.entry[i];
    if (record.is_write(i) == is_write && word_is_atomic(entry) && word_mask(entry) == word_mask(word) &&
        identity_slot(entry) == identity_slot(word) && identity_epoch(entry) < identity_epoch(word)) {
      record.set_entry(i, word);
    }
  }
}

// lock_if_tagged locks the granule if its history is still the one that `tag` names. (lock_granule would have to look
// for frees when it is another one.)
bool lock_if_tagged(ThreadState& state, uint64_t* words, uint64_t tag) {
  state.locked_granule = words;
  for (;;) {
    uint64_t found = tag;
    if (__atomic_compare_exchange_n(words, &found, kBusy, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return true;
    if (found != kBusy) break;
    wait_for_granule(words);
  }
  state.locked_granule = nullptr;
  return false;
}

// entry_to_repeat returns the index of the strand's own entry of the same kind, direction and bytes, when no other
// entry races with the access; else -1.
int entry_to_repeat(const Record& record, const Context& context, uint64_t mine, bool is_write) {
  int own = -1;
  for (int i = 0; i < record.count; ++i) {
    const uint64_t entry = record.entry[i];
    if (word_is_atomic(entry)) {
      const bool same_way = record.is_write(i) == is_write && word_mask(entry) == word_mask(mine);
      if (same_way && ((entry ^ mine) & context.slot_mask) == 0) own = i;
    } else if ((is_write || record.is_write(i)) && (entry & mine & GORACE_BYTE_MASK) != 0 &&
               !is_ordered(context, entry)) {
      return -1;
    }
  }
  return own;
}

}  // namespace

void note_own_atomic(ThreadState& state, const uint64_t* words, uint64_t tag, uint64_t word, bool is_write) {
  if (state.own_atomics == nullptr) return;
  OwnAtomic& slot = own_atomic_slot(*state.own_atomics, tag, is_write);
  // What was known of this granule before its tag changed is in the record.
  if (slot.granule == nullptr || slot.granule == words) set_slot(slot, tag, word, nullptr);
}

void make_room(ThreadState& state, const uint64_t* words, bool is_write) {
  const uint64_t tag = __atomic_load_n(words, __ATOMIC_RELAXED);
  if (state.own_atomics == nullptr || !is_tagged(tag)) return;
  OwnAtomic& slot = own_atomic_slot(*state.own_atomics, tag, is_write);
  if (slot.granule == nullptr || slot.tag == tag) return;
  const uint64_t present = __atomic_load_n(slot.granule, __ATOMIC_RELAXED);
  // A tag never comes again.
  if (present == slot.tag || present == kBusy) {
    // Giving up a place costs another lock. Objects that take it from each other in turn would pay for that each time.
    constexpr uint32_t kPatience = 8;
    if (++state.own_atomics->passed_over % kPatience != 0) return;
    if (lock_if_tagged(state, slot.granule, slot.tag)) {
      bring_up_to_date(record_at(tagged_record(slot.tag)), slot.word, is_write);
      unlock_granule(state, slot.granule, slot.tag);
      leave_granule(state);
    }
  }
  slot.granule = nullptr;
}

bool keep_own_atomic(ThreadState& state, uint64_t* words, uint64_t tag, const Context& context, uint64_t mine,
                     bool is_write) {
  Record& record = record_at(tagged_record(tag));
  // Readers in lanes and attached threads would not see each other.
  if (record.is_large() || record.is_laned() || !is_private(record)) return false;
  const int own = entry_to_repeat(record, context, mine, is_write);
  if (own < 0) return false;
  OwnAtomic* slot = state.own_atomics == nullptr ? nullptr : &own_atomic_slot(*state.own_atomics, tag, is_write);
  if (slot == nullptr || (slot->granule != nullptr && slot->granule != words)) {
    record.set_entry(own, mine);
    return true;
  }
  // Another strand of this thread, or other bytes.
  if (slot->granule != nullptr && slot->tag == tag) bring_up_to_date(record, slot->word, is_write);
  record.attached |= attached_bit(state.number);
  record.read_streak = 0;
  set_slot(*slot, tag, mine, words);
  return true;
}

void use_object(Context* context, uintptr_t address, OriginId origin) {
  if (needs_no_record(address)) return;
  AtomicAccess use(context, {.address = address, .bytes = 1, .is_write = false}, AtomicAccess::Barrier::kOwn,
                   [=] { return origin; });
  use.confirm();
}

void collect_atomics(Record& record) {
  if (__builtin_expect(record.attached == 0, 1)) return;
  order_loads_after_exchange();
  const uint64_t tag = tag_of(g_records.index_of(&record));
  const uint32_t tables = own_atomics_tables();
  for (uint32_t bits = record.attached; bits != 0; bits &= bits - 1) {
    for (auto number = static_cast<uint32_t>(__builtin_ctz(bits)); number < tables; number += 32) {
      for (const bool is_write : {false, true}) {
        const uint64_t word = word_of(own_atomic_slot(own_atomics_of(number), tag, is_write), tag);
        if (word != 0) bring_up_to_date(record, word, is_write);
      }
    }
  }
}

}  // namespace gorace::detector
