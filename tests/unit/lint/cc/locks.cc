// lock-leak, lock-across-wait, copied-lock.
#include <gorace/gorace.h>
#include <pthread.h>

#include <cstring>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>

bool is_bad();
void work();

gorace::Mutex mutex;
std::mutex os_mutex, mutex_of_guards, returned_mutex;
void change();
auto channel = gorace::make_chan<int>();

int early_return(bool bad) {
  mutex.lock();  // warn: lock-leak
  if (bad) return -1;
  mutex.unlock();
  return 0;
}

int throws(bool bad) {
  os_mutex.lock();  // warn: lock-leak
  if (bad) throw std::runtime_error("bad");
  os_mutex.unlock();
  return 0;
}

int unlocks_on_both(bool bad) {
  mutex.lock();
  if (bad) {
    mutex.unlock();
    return -1;
  }
  mutex.unlock();
  return 0;
}

void same_condition(bool shared) {
  if (shared) mutex.lock();
  work();
  if (shared) mutex.unlock();
}

void found_later(bool found) {
  mutex.lock();
  if (found) mutex.unlock();
  if (!found) mutex.unlock();
}

void lock_for_caller(bool bad) {
  mutex.lock();
  if (bad) mutex.unlock();
}

class Gate {
 public:
  bool enter(bool open) {
    mutex_.lock();
    if (open) {
      mutex_.unlock();
      return false;
    }
    return true;
  }
  void leave() { mutex_.unlock(); }
  bool broken(bool open) {
    broken_.lock();  // warn: lock-leak
    if (open) return false;
    broken_.unlock();
    return true;
  }

 private:
  gorace::Mutex mutex_;
  gorace::Mutex broken_;
};

void adopted() {
  mutex.lock();
  std::lock_guard guard(mutex, std::adopt_lock);
  if (is_bad()) return;
}

void unique_lock_releases_itself(bool bad) {
  std::unique_lock lock(mutex);
  lock.unlock();
  lock.lock();
  if (bad) return;
  lock.unlock();
}

void tries() {
  if (!mutex.try_lock()) mutex.lock();
  mutex.unlock();
}

void leaves_by_break(int n) {
  for (int i = 0; i < n; ++i) {
    mutex.lock();  // warn: lock-leak
    if (i == 7) break;
    mutex.unlock();
  }
}

void held_over_send() {
  std::lock_guard guard(os_mutex);
  channel.send(1);  // warn: lock-across-wait
}

void held_over_loop() {
  std::lock_guard guard(os_mutex);
  for (int value : channel) (void)value;  // warn: lock-across-wait
}

void held_by_hand() {
  os_mutex.lock();
  channel.recv();  // warn: lock-across-wait
  os_mutex.unlock();
}

void scope_ends_before() {
  {
    std::lock_guard guard(os_mutex);
    work();
  }
  channel.send(1);
}

void unlocked_before() {
  std::unique_lock lock(os_mutex);
  work();
  lock.unlock();
  channel.send(1);
}

void not_locked_yet() {
  std::unique_lock lock(os_mutex, std::defer_lock);
  channel.send(1);
  lock.lock();
}

void goroutines_lock() {
  std::lock_guard guard(mutex);
  channel.send(1);
}

void does_not_wait() {
  std::lock_guard guard(os_mutex);
  int value = 0;
  gorace::select(gorace::recv(channel, value), gorace::otherwise);
  (void)channel.try_send(1);
}

void waits_in_another_goroutine() {
  std::lock_guard guard(os_mutex);
  gorace::go([] { channel.send(1); });
}

struct Account {
  gorace::Mutex mutex;
  int balance = 0;
};
void copies_bytes(Account& a, Account& b) {
  std::memcpy(static_cast<void*>(&a), &b, sizeof(a));  // warn: copied-lock
}
void clears_bytes(Account* a) {
  memset(static_cast<void*>(a), 0, sizeof(*a));  // warn: copied-lock
}

struct CLock {
  pthread_mutex_t lock;
};
void take(CLock);
void copies_c_lock(CLock& a) {
  CLock copy = a;  // warn: copied-lock
  take(a);         // warn: copied-lock
  (void)copy;
}
CLock make();
void new_c_lock() {
  CLock fresh = make();
  CLock zero{};
  memset(&zero, 0, sizeof zero);
  CLock& reference = fresh;
  (void)reference;
}
void copies_pointer(gorace::Mutex* m) {
  gorace::Mutex* copy = m;
  memcpy(&copy, &m, sizeof copy);
}

struct Shop {
  gorace::Mutex mutex_;
  void look() {
    mutex_.lock();
    work();
    mutex_.unlock();
  }
  // Called with the lock held.
  void pause() {
    mutex_.unlock();
    work();
    mutex_.lock();
  }
};

pthread_mutex_t c_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_rwlock_t c_rwlock = PTHREAD_RWLOCK_INITIALIZER;

int c_early_return(bool bad) {
  pthread_mutex_lock(&c_mutex);  // warn: lock-leak
  if (bad) return -1;
  pthread_mutex_unlock(&c_mutex);
  return 0;
}

int c_reader(CLock* of, bool bad) {
  pthread_rwlock_rdlock(&c_rwlock);  // warn: lock-leak
  pthread_mutex_lock(&of->lock);
  pthread_mutex_unlock(&of->lock);
  if (bad) return -1;
  pthread_rwlock_unlock(&c_rwlock);
  return 0;
}

void c_tries() {
  pthread_mutex_trylock(&c_mutex);  // warn: unused-result
  if (pthread_mutex_trylock(&c_mutex) == 0) pthread_mutex_unlock(&c_mutex);
}

void c_waits(pthread_cond_t* changed, const bool* ready, bool bad) {
  pthread_mutex_lock(&c_mutex);
  while (!*ready) pthread_cond_wait(changed, &c_mutex);
  if (bad) return;
  pthread_mutex_unlock(&c_mutex);
}

// Guards without a name: of one argument, of several, with braces.
void nameless_guards(bool wanted) {
  std::lock_guard<std::mutex>{os_mutex};        // warn: unused-result
  std::scoped_lock{os_mutex};                   // warn: unused-result
  std::scoped_lock(os_mutex, mutex);            // warn: unused-result
  std::unique_lock(os_mutex, std::defer_lock);  // warn: unused-result
  if (wanted) std::scoped_lock{mutex};          // warn: unused-result
}
std::unique_lock<std::mutex> named_guards() {
  const std::lock_guard<std::mutex> guard{mutex_of_guards};
  std::lock_guard<std::mutex>{os_mutex}, change();  // held while change() runs
  return std::unique_lock<std::mutex>(returned_mutex);
}

#define RETURN_IF(condition) \
  do {                       \
    if (condition) return;   \
  } while (false)
void by_macro(bool bad) {
  mutex.lock();  // warn: lock-leak
  RETURN_IF(bad);
  mutex.unlock();
}

template <class T>
struct Guarded {
  std::mutex mutex;
  T value;
  void set(const T& next, bool bad) {
    mutex.lock();  // warn: lock-leak
    if (bad) return;
    value = next;
    mutex.unlock();
  }
};
template struct Guarded<int>;
template struct Guarded<long>;

[[noreturn]] void die();
void dies(bool bad) {
  mutex.lock();
  if (bad) die();
  mutex.unlock();
}

void null_or_not(gorace::Mutex* optional) {
  if (optional) optional->lock();
  work();
  if (optional != nullptr) optional->unlock();
}
