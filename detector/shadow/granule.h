// Granule: the two shadow words of 8 aligned bytes of the program's memory, and the lock in the first of them.
//
//   word 0   last write; or a tag: the history is in a record (record.h); or kBusy: somebody changes this granule now
//   word 1   last read; beside a tag: a hint, some read that the record holds, which lets its reader pass the inline
//            check again
//
// A tag is the reserved class-1 slot in its upper 12 bits, 24 bits of version, 28 bits of index. A record's version
// grows with every change and every reuse, so one tag stands for one content for ever.
//
// Whoever changes a granule holds its lock: word 0 exchanged for kBusy, put back at the end. So all slow-path accesses
// to a granule stand in one order, and of two simultaneous ones the second sees the first. (Rejected: publish one's own
// word without a lock, then check the other one. It saves no locked instruction, and expansion to a record then needs
// protection against reuse.)
//
// Tags and kBusy carry the reserved class-1 slot, so that an inline check against them fails.
#ifndef GORACE_DETECTOR_SHADOW_GRANULE_H_
#define GORACE_DETECTOR_SHADOW_GRANULE_H_

#include <sched.h>

#include <cstddef>
#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/context/context.h"
#include "detector/context/identity.h"
#include "detector/context/private_phase.h"
#include "detector/context/thread_state.h"
#include "detector/shadow/page_flags.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {

inline constexpr size_t kGranuleBytes = 8;
inline constexpr uint64_t kTag = uint64_t{0xfff} << kLongSlotShift;
inline constexpr uint64_t kBusy = ~uint64_t{0};

inline uint64_t* shadow_words(uintptr_t address) {
  return reinterpret_cast<uint64_t*>(((address & GORACE_APP_MASK & ~uintptr_t{7}) << 1) + GORACE_SHADOW_BASE);
}

inline constexpr int kRecordIndexBits = 28;
inline constexpr uint32_t kRecordVersions = 1u << (kLongSlotShift - kRecordIndexBits);

constexpr bool is_tagged(uint64_t word) { return word >> kLongSlotShift == 0xfff; }
constexpr uint64_t make_tag(uint32_t record, uint32_t version) {
  return kTag | uint64_t{version} << kRecordIndexBits | record;
}
constexpr uint32_t tagged_record(uint64_t word) { return static_cast<uint32_t>(word) & ((1u << kRecordIndexBits) - 1); }

constexpr uint8_t word_mask(uint64_t word) { return static_cast<uint8_t>(word & GORACE_BYTE_MASK); }
constexpr OriginId word_origin(uint64_t word) {
  return static_cast<OriginId>(word >> GORACE_ORIGIN_SHIFT) & ((1u << GORACE_ORIGIN_BITS) - 1);
}
constexpr bool word_is_atomic(uint64_t word) { return is_atomic_origin(word_origin(word)); }
constexpr uint64_t make_word(uint64_t identity, OriginId origin, uint8_t mask) {
  return (identity & GORACE_IDENTITY_MASK) | uint64_t{origin} << GORACE_ORIGIN_SHIFT | mask;
}
constexpr bool same_identity(uint64_t a, uint64_t b) { return ((a ^ b) & GORACE_IDENTITY_MASK) == 0; }

// covers: every byte that `old_word` touched, `new_word` touches.
constexpr bool covers(uint64_t new_word, uint64_t old_word) { return (old_word & ~new_word & GORACE_BYTE_MASK) == 0; }

// is_known asks the clock. Out of line: most words that an access meets are of its own strand.
bool is_known(const Context& context, uint64_t word);

// is_ordered: the access of `word` happens before what the context does now. The strand's own slot is ordered whatever
// the epoch: slots are reused only after their last owner's end.
inline bool is_ordered(const Context& context, uint64_t word) {
  if (__builtin_expect(((word ^ context.current) & context.slot_mask) == 0, 1)) return true;
  if (same_identity(word, context.known_word)) return true;
  return is_known(context, word);
}

// merge_words: one word for two accesses of one epoch, in the same direction and neither atomic.
inline uint64_t merge_words(uint64_t older, uint64_t newer) {
  const OriginId origin = compose(word_origin(older), word_mask(older), word_origin(newer), word_mask(newer));
  return make_word(newer, origin, word_mask(older) | word_mask(newer));
}

// wait_for_granule spins until the lock was free for a moment; wait_for_frees until no free is at work in the page.
void wait_for_granule(uint64_t* words);
void wait_for_frees(uintptr_t address);

// relax is a step of waiting. With fewer cores than threads the holder may not be running.
inline void relax(int spins) {
  if (spins < 100) {
    runtime::cpu_relax();
  } else {
    sched_yield();
  }
}

inline uint64_t lock_granule(ThreadState& state, uint64_t* words) {
  state.locked_granule = words;
  for (;;) {
    // acquire: pairs with the release in unlock_granule; word 1 and the record are read after it.
    const uint64_t word = __atomic_exchange_n(words, kBusy, __ATOMIC_ACQUIRE);
    if (__builtin_expect(word != kBusy, 1)) return word;
    wait_for_granule(words);
  }
}

// order_loads_after_exchange: what is loaded from here on was not loaded before the seq_cst or acquire exchange that
// precedes. On x86 a locked instruction sees to that.
inline void order_loads_after_exchange() {
#if !defined(__x86_64__)
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

// is_overwritten: has a free that was at work without the granule's lock (freed.cc) put its mark over our kBusy?
inline bool is_overwritten(const uint64_t* words, uintptr_t address) {
  order_loads_after_exchange();
  // acquire: pairs with the end of an announcement; word 0 is loaded after it.
  const uint8_t flags = __atomic_load_n(page_flags_of(address), __ATOMIC_ACQUIRE);
  if (__builtin_expect(flags >= kPageOneFree, 0)) wait_for_frees(address);
  return __atomic_load_n(words, __ATOMIC_RELAXED) != kBusy;
}

// lock_for_access is lock_granule for whoever judges by what he finds. A free passes without locks over nothing and
// over its own strand's words, never over another strand's, so an own word is as it seems.
[[gnu::always_inline]] inline uint64_t lock_for_access(const Context& context, ThreadState& state, uint64_t* words,
                                                       uintptr_t address) {
  for (;;) {
    const uint64_t word = lock_granule(state, words);
    if (__builtin_expect(((word ^ context.current) & context.slot_mask) == 0, 1)) return word;
    if (__builtin_expect(!is_overwritten(words, address), 1)) return word;
  }
}

inline void unlock_granule(ThreadState& state, uint64_t* words, uint64_t word) {
  __atomic_store_n(words, word, __ATOMIC_RELEASE);
  state.locked_granule = nullptr;
}

// Word 1 is read by inline checks at any time: each looks for a word of its own strand only, and needs no order.
inline uint64_t load_read_word(const uint64_t* words) { return __atomic_load_n(words + 1, __ATOMIC_RELAXED); }
inline void store_read_word(uint64_t* words, uint64_t word) { __atomic_store_n(words + 1, word, __ATOMIC_RELAXED); }

// needs_no_record: an access to this granule need not be recorded (context/private_phase.h).
inline bool needs_no_record(uintptr_t address) {
  if (__builtin_expect(!in_private_phase(), 1)) return false;
  const uint64_t* words = shadow_words(address);
  return __atomic_load_n(words, __ATOMIC_RELAXED) == 0 && load_read_word(words) == 0;
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_GRANULE_H_
