#include "detector/origin/held_locks.h"

#include <atomic>

#include "detector/context/thread_state.h"
#include "detector/memory/region.h"
#include "detector/origin/key_map.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

constexpr uint32_t kMaxOrigins = uint32_t{1} << GORACE_ORIGIN_BITS;

// The first addresses of locks taken at a place (an origin).
struct Place {
  static constexpr int kAddresses = 4;
  std::atomic<uintptr_t> addresses[kAddresses];
};

constinit std::atomic<Place*> g_places{nullptr};

Place& place_of(OriginId origin) {
  Place* table = g_places.load(std::memory_order_acquire);
  if (__builtin_expect(table == nullptr, 0)) {
    auto* made = static_cast<Place*>(reserve_region(kMaxOrigins * sizeof(Place), "places of locks"));
    // Of two that make one, the second's address space is lost.
    if (g_places.compare_exchange_strong(table, made, std::memory_order_acq_rel)) table = made;
  }
  return table[origin];
}

// number_at_place returns which of the place's addresses this one is; kAddresses: none of the first.
int number_at_place(OriginId origin, uintptr_t address) {
  Place& place = place_of(origin);
  for (int i = 0; i < Place::kAddresses; ++i) {
    uintptr_t present = place.addresses[i].load(std::memory_order_relaxed);
    // relaxed: an address is all there is.
    if (present == 0) place.addresses[i].compare_exchange_strong(present, address, std::memory_order_relaxed);
    if (present == 0 || present == address) return i;
  }
  return Place::kAddresses;
}

uint64_t key_of(const HeldLock& lock, int number) {
  const uint64_t bits =
      uint64_t{lock.place} << 8 | static_cast<uint64_t>(number) << 1 | static_cast<uint64_t>(lock.shared);
  const uint64_t mixed = (bits + 1) * 0x9e3779b97f4a7c15u;
  return (mixed ^ (mixed >> 29)) * 0xbf58476d1ce4e5b9u;
}

uint64_t key_of(const HeldLock& lock) { return key_of(lock, number_at_place(lock.place, lock.address)); }

// --- Stored sets ---

struct Stored {
  uint16_t count;
  uint16_t uncounted;
  HeldLock locks[HeldLocks::kMost];
};

constexpr uint32_t kMaxStored = uint32_t{1} << 20;
constinit KeyMap g_numbers;
constinit std::atomic<Stored*> g_stored{nullptr};
constinit uint32_t g_next = 1;  // guarded by the map's lock

// Under the map's lock.
uint32_t append(const HeldLocks& held) {
  Stored* table = g_stored.load(std::memory_order_relaxed);
  if (table == nullptr) {
    table = static_cast<Stored*>(reserve_region(kMaxStored * sizeof(Stored), "sets of locks"));
    g_stored.store(table, std::memory_order_release);
  }
  if (g_next == kMaxStored) return 0;
  Stored& stored = table[g_next];
  stored.count = static_cast<uint16_t>(held.count());
  stored.uncounted = static_cast<uint16_t>(held.uncounted());
  for (int i = 0; i < held.count(); ++i) {
    stored.locks[i] = held[i];
    if (number_at_place(held[i].place, held[i].address) == Place::kAddresses) stored.locks[i].address = 0;
  }
  return g_next++;
}

// --- Hand-overs ---

constexpr size_t kNotes = 4096;
constinit runtime::SpinLock g_notes_lock;
// By hash of the address: the number of the last hand-over. Guarded by g_notes_lock.
constinit uint32_t g_notes[kNotes] = {};

uint32_t& note_of(uintptr_t address) { return g_notes[address * 0x9e3779b97f4a7c15u >> 52]; }

// Noted: the notes' lock, held where no signal handler of this thread can come.
class Noted {
 public:
  Noted() { g_notes_lock.lock(); }
  ~Noted() { g_notes_lock.unlock(); }
  Noted(const Noted&) = delete;
  Noted& operator=(const Noted&) = delete;

 private:
  DetectorScope scope_;
};

}  // namespace

constinit std::atomic<uint32_t> g_lock_handovers{0};

void note_handed_over(uintptr_t address) {
  const Noted noted;
  const uint32_t number = g_lock_handovers.load(std::memory_order_relaxed) + 1;
  note_of(address) = number;
  g_lock_handovers.store(number, std::memory_order_relaxed);
}

void HeldLocks::drop_noted() {
  const Noted noted;
  for (int i = count_ - 1; i >= 0; --i) {
    // Differences, since numbers wrap.
    if (static_cast<int32_t>(note_of(locks_[i].address) - checked_) > 0) drop(locks_[i].address);
  }
  checked_ = g_lock_handovers.load(std::memory_order_relaxed);
}

void HeldLocks::add_another(uintptr_t address, OriginId place, bool shared, uint32_t epoch, bool thread_bound) {
  drop_handed_over();
  if (count_ == kMost) {
    ++uncounted_;
    return;
  }
  HeldLock& lock = locks_[count_++];
  // The first lock's place was named with none held.
  const OriginId stack = count_ == 1 && uncounted_ == 0 ? place : without_locks(place);
  lock = {address, stack, shared, thread_bound, epoch};
  const uint64_t key = key_of(lock);
  if (count_ == 1) first_key_ = stack == place ? key : 0;  // else add() would not find it again
  key_ += key;
}

bool HeldLocks::remove_another(uintptr_t address) {
  if (count_ != 0) drop_handed_over();
  if (drop(address)) return true;
  if (uncounted_ == 0) return false;
  --uncounted_;  // one of those, most probably
  return true;
}

bool HeldLocks::drop(uintptr_t address) {
  // Mostly the newest.
  for (int i = count_ - 1; i >= 0; --i) {
    if (locks_[i].address != address) continue;
    --count_;
    key_ = count_ == 0 ? 0 : key_ - key_of(locks_[i]);
    if (i == 0 && count_ != 0) first_key_ = 0;
    for (; i < count_; ++i) locks_[i] = locks_[i + 1];
    return true;
  }
  return false;
}

uint32_t store_lock_set(const HeldLocks& held) {
  if (held.count() == 0) return 0;
  uint32_t number = g_numbers.find(held.key());
  if (number == 0) number = g_numbers.insert_or_get(held.key(), [&] { return append(held); });
  return number;
}

LockSet stored_lock_set(uint32_t number) {
  if (number == 0) return {};
  if (number == kUnknownLockSet) return {.is_known = false};
  const Stored& stored = g_stored.load(std::memory_order_acquire)[number];
  return {stored.count, stored.uncounted, stored.locks};
}

}  // namespace gorace::detector
