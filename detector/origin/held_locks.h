// HeldLocks: the locks that a strand holds now, so that its accesses' origins can tell which. Part of a Context.
//
// A lock counts by where it was taken, and by which of the first few addresses seen at that place it is: a program that
// locks a million objects in one line must not have a million origins for each access under them, and the place is the
// stack alone, whatever was held there, or the ways to take six locks in two lines would be as many (README.md).
//
// A lock may be given back by another strand than took it: a gorace::Mutex, a semaphore that a program calls a lock.
// The strand that took it cannot be told at that moment, so such locks are noted where all strands see it
// (note_handed_over), and each drops them from its own set before it next uses that. Notes are kept by a hash of the
// address: of two locks with one hash, the other may be left out of a report too.
//
// Thread safety: used by the strand that it belongs to; note_handed_over by any thread.
#ifndef GORACE_DETECTOR_ORIGIN_HELD_LOCKS_H_
#define GORACE_DETECTOR_ORIGIN_HELD_LOCKS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "detector/origin/origin.h"

namespace gorace::detector {

struct HeldLock {
  uintptr_t address;          // 0: one of many that are taken at this place
  OriginId place;             // where it was taken
  uint32_t shared : 1;        // for reading
  uint32_t thread_bound : 1;  // belongs to the OS thread and must be given back there: pthread's and C11's locks
  uint32_t epoch : 30;        // the strand's, in which it was taken; 0: not told
};
static_assert(sizeof(HeldLock) == 16);

// Number of hand-overs so far; wraps.
[[gnu::visibility("hidden")]] extern std::atomic<uint32_t> g_lock_handovers;

// note_handed_over: the running strand is about to give back a lock that it did not take.
void note_handed_over(uintptr_t address);

class HeldLocks {
 public:
  // Locks held beyond these are counted only.
  static constexpr int kMost = 6;

  // key tells sets of locks apart: 0 for none, and part of the keys that origins are found by.
  uint64_t key() const { return key_; }
  // present_key is key() without what others have given back meanwhile.
  uint64_t present_key() {
    if (key_ != 0) drop_handed_over();
    return key_;
  }
  void drop_handed_over() {
    if (__builtin_expect(!is_checked(), 0)) drop_noted();
  }
  int count() const { return count_; }
  bool empty() const { return count_ == 0 && uncounted_ == 0; }
  int uncounted() const { return uncounted_; }
  const HeldLock& operator[](int i) const { return locks_[i]; }

  // add: the strand has taken the lock at `address`; `place` is the origin of the call.
  void add(uintptr_t address, OriginId place, bool shared, uint32_t epoch = 0, bool thread_bound = false) {
    // Mostly the only one, and the same as last time: it still stands there.
    HeldLock& first = locks_[0];
    if (__builtin_expect(empty() && is_checked() && first_key_ != 0 && first.address == address &&
                             first.place == place && first.shared == static_cast<uint32_t>(shared),
                         1)) {
      first.thread_bound = thread_bound;
      first.epoch = epoch;
      count_ = 1;
      key_ = first_key_;
      return;
    }
    add_another(address, place, shared, epoch, thread_bound);
  }
  // taken_in tells whether the newest lock is the one at `address`, taken in this epoch.
  bool taken_in(uint32_t epoch, uintptr_t address) const {
    if (count_ == 0 || uncounted_ != 0) return false;
    const HeldLock& newest = locks_[count_ - 1];
    return newest.address == address && newest.epoch == epoch;
  }
  // find returns the lock at `address`; null when it is not held, or not named here.
  const HeldLock* find(uintptr_t address) const {
    for (int i = 0; i < count_; ++i) {
      if (locks_[i].address == address) return &locks_[i];
    }
    return nullptr;
  }
  bool holds(uintptr_t address) const { return find(address) != nullptr; }
  // remove: it gives it back, or its memory ends. False when the strand never took it.
  bool remove(uintptr_t address) {
    if (__builtin_expect(count_ != 1 || locks_[0].address != address || !is_checked(), 0))
      return remove_another(address);
    count_ = 0;
    key_ = 0;
    return true;
  }

 private:
  bool is_checked() const {
    static_assert(offsetof(HeldLocks, key_) == 0 && offsetof(HeldLocks, checked_) == 8, "as entry_x86_64.S has it");
    // relaxed: a note that is not seen yet is of a moment that is not ordered before this one.
    return checked_ == g_lock_handovers.load(std::memory_order_relaxed);
  }
  void drop_noted();
  bool drop(uintptr_t address);
  void add_another(uintptr_t address, OriginId place, bool shared, uint32_t epoch, bool thread_bound);
  bool remove_another(uintptr_t address);

  uint64_t key_ = 0;
  uint32_t checked_ = 0;  // g_lock_handovers when all of them were last known to be held
  uint8_t count_ = 0;
  uint16_t uncounted_ = 0;
  uint64_t first_key_ = 0;  // the part of locks_[0] in key_, held or not; 0: not known
  HeldLock locks_[kMost] = {};
};

// LockSet: an interned copy of a strand's locks, for ever.
struct LockSet {
  int count = 0;
  int uncounted = 0;
  const HeldLock* locks = nullptr;  // in the order in which they were taken
  bool is_known = true;             // false: too many sets were there to keep this one
};

// kUnknownLockSet stands for locks that could not be kept. No set has this number.
inline constexpr uint32_t kUnknownLockSet = (uint32_t{1} << 24) - 1;

// store_lock_set returns the number of a copy; 0 for the empty set, or when no more can be kept.
uint32_t store_lock_set(const HeldLocks& held);
LockSet stored_lock_set(uint32_t number);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ORIGIN_HELD_LOCKS_H_
