// A lock that is made anew while another goroutine still uses it: 8 sides, since its constructor also writes its word.
#include <gorace/gorace.h>

#include <atomic>
#include <mutex>
#include <new>

std::atomic<bool> g_locked{false};

template <class Lock>
struct Place {
  alignas(Lock) char bytes[sizeof(Lock)];
  Lock* lock() { return reinterpret_cast<Lock*>(bytes); }
};

[[gnu::noinline]] void user_lock(gorace::Mutex& mutex) {
  mutex.lock();
  mutex.unlock();
}
[[gnu::noinline]] void user_read_lock(gorace::RWMutex& mutex) {
  mutex.lock_shared();
  mutex.unlock_shared();
}
template <class Lock>
[[gnu::noinline]] void user_make(Place<Lock>& place) {
  new (place.bytes) Lock;
}

template <class Lock, class Use>
void race(Use use) {
  Place<Lock> place;
  user_make(place);
  g_locked.store(false, std::memory_order_relaxed);
  gorace::WaitGroup both;
  both.add(2);
  gorace::go([&] {
    use(*place.lock());
    g_locked.store(true, std::memory_order_relaxed);
    both.done();
  });
  gorace::go([&] {
    while (!g_locked.load(std::memory_order_relaxed)) gorace::yield();
    user_make(place);
    both.done();
  });
  both.wait();
}

int main() {
  race<gorace::Mutex>(user_lock);
  race<gorace::RWMutex>(user_read_lock);
}
