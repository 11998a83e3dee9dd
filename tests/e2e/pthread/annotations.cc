// What a program says by hand: mutexes of its own, accesses to ignore, benign races; edges stay while accesses are
// ignored.
// expect: race
// needs: symbols
// expect-report: ^WARNING: MUTEX MISUSE: double lock of a mutex$
// expect-report: ^WARNING: MUTEX MISUSE: read unlock of a write locked mutex$
// expect-report: ^Global var not_ordered of size 4
// expect-report: ^Found 1 data race\(s\)$
// expect-report: ^Found 2 other problem\(s\)$
// expect-no-report: benign|ignored|guarded|handed_over
#include <atomic>
#include <cstddef>
#include <thread>

extern "C" {
void AnnotateRWLockCreate(const char*, int, const volatile void*);
void AnnotateRWLockAcquired(const char*, int, const volatile void*, long);
void AnnotateRWLockReleased(const char*, int, const volatile void*, long);
void AnnotateIgnoreReadsBegin(const char*, int);
void AnnotateIgnoreReadsEnd(const char*, int);
void AnnotateIgnoreSyncBegin(const char*, int);
void AnnotateIgnoreSyncEnd(const char*, int);
void AnnotateHappensBefore(const char*, int, const volatile void*);
void AnnotateHappensAfter(const char*, int, const volatile void*);
void AnnotateBenignRaceSized(const char*, int, const volatile void*, size_t, const char*);
void __tsan_mutex_pre_lock(void*, unsigned);
void __tsan_mutex_post_lock(void*, unsigned, int);
int __tsan_mutex_pre_unlock(void*, unsigned);
void __tsan_mutex_post_unlock(void*, unsigned);
}

int benign, ignored, handed_over, not_ordered, guarded;
std::atomic<bool> own_lock{false};
char annotated, misused;

// A spin lock whose atomics order nothing: only the annotations do.
void lock() {
  __tsan_mutex_pre_lock(&own_lock, 0);
  while (own_lock.exchange(true, std::memory_order_relaxed)) {
  }
  __tsan_mutex_post_lock(&own_lock, 0, 0);
}
void unlock() {
  __tsan_mutex_pre_unlock(&own_lock, 0);
  own_lock.store(false, std::memory_order_relaxed);
  __tsan_mutex_post_unlock(&own_lock, 0);
}

void work(int) {
  benign = benign + 1;
  AnnotateIgnoreReadsBegin("", 0);
  ignored = ignored + 1;
  AnnotateIgnoreReadsEnd("", 0);
  lock();
  guarded = guarded + 1;
  unlock();
}

std::atomic<int> turn{0};
void wait_for(int wanted) {
  while (turn.load(std::memory_order_relaxed) != wanted) {
  }
}

void hand_over() {
  handed_over = 1;
  not_ordered = 1;
  AnnotateIgnoreReadsBegin("", 0);
  AnnotateHappensBefore("", 0, &handed_over);  // an edge all the same
  AnnotateIgnoreReadsEnd("", 0);
  AnnotateIgnoreSyncBegin("", 0);
  AnnotateHappensBefore("", 0, &not_ordered);
  AnnotateIgnoreSyncEnd("", 0);
  turn.store(1, std::memory_order_relaxed);
}
void take() {
  wait_for(1);
  AnnotateHappensAfter("", 0, &not_ordered);
  not_ordered = 2;
  AnnotateHappensAfter("", 0, &handed_over);
  handed_over = 2;
}

int main() {
  AnnotateBenignRaceSized("", 0, &benign, sizeof benign, "");
  std::thread one(work, 1), other(work, 2);
  one.join();
  other.join();
  std::thread giver(hand_over), taker(take);
  giver.join();
  taker.join();
  AnnotateRWLockCreate("", 0, &annotated);
  AnnotateRWLockAcquired("", 0, &annotated, 1);
  std::thread([] { AnnotateRWLockAcquired("", 0, &annotated, 1); }).join();
  AnnotateRWLockCreate("", 0, &misused);
  AnnotateRWLockAcquired("", 0, &misused, 1);
  AnnotateRWLockReleased("", 0, &misused, 0);
}
