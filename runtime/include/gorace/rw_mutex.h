// RWMutex: many readers or one writer, with Go's semantics (sync.RWMutex).
//
//   gorace::RWMutex mutex;
//   { std::shared_lock lock(mutex); use(table); }
//   { std::unique_lock lock(mutex); table.clear(); }
//
// A waiting writer keeps new readers out, so that it gets its turn; therefore a goroutine must not take the read lock
// twice: with a writer between the two it waits for itself.
//
// Thread safety: all functions, from goroutines, main and threads not made by gorace. 48 bytes, constant-initialised,
// trivially destructible; destroy it when no lock or unlock of it is running.
//
// Ordering: an unlock happens before later locks of both kinds; an unlock_shared happens before a later lock. Readers
// do not order each other.
//
// Errors: unlocking what is not locked ends the program: "fatal error: sync: Unlock of unlocked RWMutex" or "sync:
// RUnlock of unlocked RWMutex", exit code 2.
#ifndef GORACE_RW_MUTEX_H_
#define GORACE_RW_MUTEX_H_

#include <type_traits>

#include <gorace/internal/sema.h>

namespace gorace {

class RWMutex {
 public:
  constexpr RWMutex() noexcept {
    if (!std::is_constant_evaluated()) internal::lock_born(this, sizeof(RWMutex));
  }
  RWMutex(const RWMutex&) = delete;
  RWMutex& operator=(const RWMutex&) = delete;

  void lock();
  bool try_lock();
  void unlock();

  void lock_shared();
  bool try_lock_shared();
  void unlock_shared();

 private:
  internal::Sema writers_;  // a mutex between writers
  internal::Sema
      writer_sema_;  // the writer waits here for readers; word: readers, minus kMaxReaders while a writer is there
  internal::Sema reader_sema_;  // readers wait here for the writer; word: readers that the writer waits for
};

}  // namespace gorace

#endif  // GORACE_RW_MUTEX_H_
