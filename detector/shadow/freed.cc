// Freeing: a write to all of a heap block, which leaves the mark in each granule that makes any later access a race.
//
// Locking each granule is most of a free's cost: an exchange is 2 ns, and a block of 1000 bytes has 125 granules. So
// the free announces itself in the page's flags and then passes over the granules whose history is plain, nothing or
// its own strand's accesses, with plain loads and stores. Everybody else who locks a granule and finds in it what such
// a pass may have taken (granule.h, lock_for_access) looks at the announcement afterwards. Dekker's order, word 0
// against the page's flags, so one of the two sees the other:
//   the pass    announces;        loads word 0, then word 1; stores the mark
//   an access   exchanges word 0; loads the flags; waits until no announcement stands; loads word 0
// If the pass saw word 0 before the exchange, the access sees the announcement or the mark in place of its kBusy, and
// begins again: it finds the mark. If it saw it after, it saw kBusy, or what the access left. It leaves such granules
// for afterwards, under their locks, so that nobody waits in a circle.
// Word 1 is changed under the lock only: after a word 0 that is not busy, it is what the last access left.
//
// In the private phase inline checks pass on zeros, and a read looks at word 1 only. So the mark has an own read of no
// bytes beside it, which everybody is ordered after.
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "detector/context/private_phase.h"
#include "detector/shadow/access.h"
#include "detector/shadow/fast_access.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/page_flags.h"
#include "detector/shadow/record.h"

namespace gorace::detector {
namespace {

constexpr size_t kBatch = 8;  // granules looked at together: 64 bytes of the program, 64 batches a page
constexpr uintptr_t kBatchBytes = kBatch * kGranuleBytes;
// With so few granules, their locks are cheaper than the announcement.
constexpr uintptr_t kFewBytes = 4 * kGranuleBytes;

// Announcement: while it lives, this thread passes over granules of the page without their locks.
class Announcement {
 public:
  explicit Announcement(uintptr_t address) : flags_(page_flags_of(address)) {
    // seq_cst: the granules' words are loaded after it.
    const uint8_t before = __atomic_fetch_add(flags_, kPageOneFree, __ATOMIC_SEQ_CST);
    stands_ = before < kPageMostFrees;
  }
  ~Announcement() { __atomic_fetch_sub(flags_, kPageOneFree, __ATOMIC_RELEASE); }
  Announcement(const Announcement&) = delete;
  Announcement& operator=(const Announcement&) = delete;
  // False: more frees are at work in the page than can be counted.
  bool stands() const { return stands_; }

 private:
  uint8_t* const flags_;
  bool stands_;
};

class Freeing {
 public:
  Freeing(Context& context, ThreadState& state, OriginId origin)
      : context_(context),
        state_(state),
        mine_(make_word(context.current, origin, 0xff)),
        mark_(make_word(freeing_identity(context), origin, 0xff)),
        mark_beside_(in_private_phase() ? make_word(context.current, origin, 0) : 0) {}

  // part frees granules of one page.
  void part(uintptr_t low, uintptr_t high) {
    uint64_t left = ~uint64_t{0};  // bit i: batch i holds granules that the pass has left
    if (high - low > kFewBytes) {
      const Announcement announcement(low);
      if (announcement.stands()) left = pass(low, high);
    }
    for (uintptr_t batch = low; left != 0 && batch < high; batch += kBatchBytes, left >>= 1) {
      if ((left & 1) == 0) continue;
      const uintptr_t end = high - batch < kBatchBytes ? high : batch + kBatchBytes;
      for (uintptr_t granule = batch; granule < end; granule += kGranuleBytes) lock_and_mark(granule);
    }
  }
  void report(size_t bytes) {
    if (__builtin_expect(!races_.empty(), 0)) races_.report(context_, word_origin(mine_), true, bytes);
  }

 private:
  uint64_t pass(uintptr_t low, uintptr_t high) {
    uint64_t left = 0;
    uint64_t bit = 1;
    uintptr_t batch = low;
    for (; high - batch >= kBatchBytes; batch += kBatchBytes, bit <<= 1) {
      uint64_t* words = shadow_words(batch);
      if (is_plain_batch(words)) {
        mark_batch(words);
      } else {
        left |= bit;
      }
    }
    for (; batch < high; batch += kGranuleBytes) {
      uint64_t* words = shadow_words(batch);
      // acquire: word 1 is loaded after word 0.
      if (is_plain(__atomic_load_n(words, __ATOMIC_ACQUIRE)) && is_plain(load_read_word(words))) {
        mark(words);
      } else {
        left |= bit;
      }
    }
    return left;
  }

  bool is_plain(uint64_t word) const { return word == 0 || ((word ^ context_.current) & context_.slot_mask) == 0; }

  void mark(uint64_t* words) const {
    __atomic_store_n(words, mark_, __ATOMIC_RELAXED);
    store_read_word(words, mark_beside_);
  }

#if defined(__SSE2__)
  // Words of two granules side by side, each loaded at once.
  static __m128i pair(const uint64_t* words) {
    const __m128i first = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(words));
    return _mm_castpd_si128(_mm_loadh_pd(_mm_castsi128_pd(first), reinterpret_cast<const double*>(words + 2)));
  }

  bool is_plain_batch(const uint64_t* words) const {
    constexpr size_t kPairs = kBatch / 2;
    __m128i loaded[kBatch];
    for (size_t i = 0; i < kPairs; ++i) loaded[i] = pair(words + 4 * i);
    // The processor keeps loads in order (x86): words 1 after words 0.
    asm volatile("" : : : "memory");
    for (size_t i = 0; i < kPairs; ++i) loaded[kPairs + i] = pair(words + 4 * i + 1);
    const __m128i none = _mm_setzero_si128();
    __m128i any = none;
    for (const __m128i& each : loaded) any = _mm_or_si128(any, each);
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(any, none)) == 0xffff) return true;
    const __m128i own = _mm_set1_epi64x(static_cast<int64_t>(context_.current));
    const __m128i slot_bits = _mm_set1_epi64x(static_cast<int64_t>(context_.slot_mask));
    __m128i plain = _mm_cmpeq_epi8(none, none);
    for (const __m128i& each : loaded) {
      const __m128i is_own = _mm_cmpeq_epi32(_mm_and_si128(_mm_xor_si128(each, own), slot_bits), none);
      const __m128i is_none = _mm_cmpeq_epi32(each, none);
      // A slot's bits are all in the upper half of a word, so the lower one's comparison with `own` is always true.
      const __m128i whole_none = _mm_and_si128(is_none, _mm_shuffle_epi32(is_none, _MM_SHUFFLE(2, 3, 0, 1)));
      plain = _mm_and_si128(plain, _mm_or_si128(is_own, whole_none));
    }
    return _mm_movemask_epi8(plain) == 0xffff;
  }

  void mark_batch(uint64_t* words) const {
    const __m128i freed = _mm_set_epi64x(static_cast<int64_t>(mark_beside_), static_cast<int64_t>(mark_));
    for (size_t i = 0; i < kBatch; ++i) _mm_store_si128(reinterpret_cast<__m128i*>(words) + i, freed);
  }
#else
  bool is_plain_batch(const uint64_t* words) const {
    for (size_t i = 0; i < kBatch; ++i) {
      if (!is_plain(__atomic_load_n(words + 2 * i, __ATOMIC_ACQUIRE)) || !is_plain(load_read_word(words + 2 * i)))
        return false;
    }
    return true;
  }
  void mark_batch(uint64_t* words) const {
    for (size_t i = 0; i < kBatch; ++i) mark(words + 2 * i);
  }
#endif

  bool may_overwrite(uint64_t word) const { return word == 0 || (!is_tagged(word) && is_ordered(context_, word)); }

  void lock_and_mark(uintptr_t granule) {
    uint64_t* words = shadow_words(granule);
    uint64_t word = lock_for_access(context_, state_, words, granule);
    if (word == mark_ && load_read_word(words) == mark_beside_) {
      unlock_granule(state_, words, word);
      return;
    }
    if (!may_overwrite(word) || !may_overwrite(load_read_word(words))) {
      word = access_keeping_lock(context_, state_, granule, word, mine_, true, races_);
      if (is_tagged(word)) drop_references(state_, tagged_record(word), 1);
    }
    store_read_word(words, mark_beside_);
    unlock_granule(state_, words, mark_);
  }

  Context& context_;
  ThreadState& state_;
  const uint64_t mine_;
  const uint64_t mark_;
  const uint64_t mark_beside_;  // in word 1
  RaceList races_;
};

}  // namespace

void wait_for_frees(uintptr_t address) {
  const uint8_t* flags = page_flags_of(address);
  for (int spins = 0; __atomic_load_n(flags, __ATOMIC_ACQUIRE) >= kPageOneFree; ++spins) relax(spins);
}

void free_memory(Context* context, const void* address, size_t bytes, OriginId origin) {
  ThreadState& state = thread_state();
  if (bytes == 0 || !shadow_mapped()) return;
  if (__builtin_expect(state.locked_granule != nullptr, 0)) {
    count_nested_access();
    return;
  }
  const DetectorScope scope(state);
  const auto low = reinterpret_cast<uintptr_t>(address);
  const uintptr_t high = low + bytes;
  note_use(context, low, bytes);
  note_depth(context);
  expect_shadow_of_range(low, bytes);
  Freeing freeing(*context, state, origin);
  for (uintptr_t part = low; part < high;) {
    const uintptr_t page_end = (part & ~(kPageBytes - 1)) + kPageBytes;
    const uintptr_t end = high < page_end ? high : page_end;
    freeing.part(part, end);
    part = end;
  }
  freeing.report(bytes);
}

}  // namespace gorace::detector
