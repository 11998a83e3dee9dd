// RWMutex, by the algorithm of Go's sync/rwmutex.go.
//
// writer_sema_.word counts readers; a writer subtracts kMaxReaders, which makes it negative: readers that come then
// wait at reader_sema_. The writer moves the number of readers inside into reader_sema_.word and waits at writer_sema_
// until the last of them has left.
//
// Synchronisation objects for observers, as in Go: readers acquire reader_sema_, which a writer's unlock releases; they
// release (merging) to writer_sema_, which a writer acquires. So readers never order each other.
#include <gorace/rw_mutex.h>

#include "runtime/dump/dump.h"
#include "runtime/sync/sema.h"

namespace gorace {

using internal::note_acquire;
using internal::SemaOrder;
using runtime::WaitReason;

namespace {

constexpr int32_t kMaxReaders = 1 << 30;

// add changes a word as the signed number that it is, and returns the new value. acq_rel: readers and writers hand each
// other what they did through these words.
int32_t add(std::atomic<uint32_t>& word, int32_t delta) {
  return static_cast<int32_t>(word.fetch_add(static_cast<uint32_t>(delta), std::memory_order_acq_rel) +
                              static_cast<uint32_t>(delta));
}

}  // namespace

void RWMutex::lock_shared() {
  internal::note_lock_wanted(this);
  if (add(writer_sema_.word, 1) < 0) {
    internal::sema_acquire(reader_sema_, SemaOrder::kFifo, WaitReason::kRWMutexRLock, this);
  }
  internal::note_locked(this, &reader_sema_, /*shared=*/true);
}

bool RWMutex::try_lock_shared() {
  auto readers = static_cast<int32_t>(writer_sema_.word.load(std::memory_order_relaxed));
  for (;;) {
    if (readers < 0) return false;
    auto expected = static_cast<uint32_t>(readers);
    // acquire: pairs with the writer's add() in unlock.
    if (writer_sema_.word.compare_exchange_weak(expected, expected + 1, std::memory_order_acquire,
                                                std::memory_order_relaxed)) {
      break;
    }
    readers = static_cast<int32_t>(expected);
  }
  internal::note_locked(this, &reader_sema_, /*shared=*/true);
  return true;
}

void RWMutex::unlock_shared() {
  internal::note_unlocking(this);
  internal::note_release_merge(&writer_sema_);
  const int32_t readers = add(writer_sema_.word, -1);
  if (readers >= 0) return;
  if (readers == -1 || readers == -kMaxReaders - 1) runtime::fatal_error("sync: RUnlock of unlocked RWMutex");
  // A writer waits for the readers that were inside when it came; the last one lets it go on.
  if (add(reader_sema_.word, -1) == 0) internal::sema_release(writer_sema_);
}

void RWMutex::lock() {
  internal::note_lock_wanted(this);
  internal::raw_lock(writers_, WaitReason::kRWMutexLock, this);
  const int32_t readers = add(writer_sema_.word, -kMaxReaders) + kMaxReaders;
  if (readers != 0 && add(reader_sema_.word, readers) != 0) {
    internal::sema_acquire(writer_sema_, SemaOrder::kFifo, WaitReason::kRWMutexLock, this);
  }
  note_acquire(&reader_sema_);
  internal::note_locked(this, &writer_sema_, /*shared=*/false);
}

bool RWMutex::try_lock() {
  if (!internal::raw_try_lock(writers_)) return false;
  uint32_t no_readers = 0;
  // acquire: pairs with add() of the last reader's unlock_shared.
  if (!writer_sema_.word.compare_exchange_strong(no_readers, static_cast<uint32_t>(-kMaxReaders),
                                                 std::memory_order_acquire, std::memory_order_relaxed)) {
    internal::raw_unlock(writers_);
    return false;
  }
  note_acquire(&reader_sema_);
  internal::note_locked(this, &writer_sema_, /*shared=*/false);
  return true;
}

void RWMutex::unlock() {
  internal::note_unlocking(this);
  internal::note_release(&reader_sema_);
  const int32_t readers = add(writer_sema_.word, kMaxReaders);
  if (readers >= kMaxReaders) runtime::fatal_error("sync: Unlock of unlocked RWMutex");
  for (int32_t i = 0; i < readers; ++i) internal::sema_release(reader_sema_);
  internal::raw_unlock(writers_);
}

}  // namespace gorace
