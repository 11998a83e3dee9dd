// Every way to wait for a thread or goroutine that uses a local: nothing to say.
#include <absl/synchronization/mutex.h>
#include <gorace/gorace.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
void use(int);
void use(std::string_view);
void work();
bool is_bad();
void polls_try_acquire() {
  int x = 0;
  std::binary_semaphore s(0);
  std::thread([&] {
    use(x);
    s.release();
  }).detach();
  while (!s.try_acquire()) std::this_thread::yield();
}
void polls_try_acquire_until() {
  int x = 0;
  std::binary_semaphore s(0);
  std::thread([&] {
    use(x);
    s.release();
  }).detach();
  (void)s.try_acquire_until(std::chrono::steady_clock::now() + 1h);
}
void polls_latch() {
  int x = 0;
  std::latch l(1);
  std::thread([&] {
    use(x);
    l.count_down();
  }).detach();
  while (!l.try_wait()) std::this_thread::yield();
}
void exchange() {
  int x = 0;
  std::atomic<bool> d{false};
  std::thread([&] {
    use(x);
    d = true;
  }).detach();
  while (!d.exchange(false)) std::this_thread::yield();
}
void cas() {
  int x = 0;
  std::atomic<int> d{0};
  std::thread([&] {
    use(x);
    d = 1;
  }).detach();
  int e = 1;
  while (!d.compare_exchange_weak(e, 2)) {
    e = 1;
  }
}
void fetch() {
  int x = 0;
  std::atomic<int> d{0};
  std::thread([&] {
    use(x);
    ++d;
  }).detach();
  while (d.fetch_add(0) == 0) {
  }
}
void flag() {
  int x = 0;
  std::atomic_flag d;
  std::thread([&] {
    use(x);
    d.clear();
  }).detach();
  while (d.test_and_set()) {
  }
}
void load_free() {
  int x = 0;
  std::atomic<int> d{0};
  std::thread([&] {
    use(x);
    d = 1;
  }).detach();
  while (std::atomic_load(&d) == 0) {
  }
}
void load_free2() {
  int x = 0;
  std::atomic<int> d{0};
  std::thread([&] {
    use(x);
    d = 1;
  }).detach();
  while (std::atomic_load_explicit(&d, std::memory_order_acquire) == 0) {
  }
}
void builtin() {
  int x = 0;
  int d = 0;
  std::thread([&] {
    use(x);
    __atomic_store_n(&d, 1, __ATOMIC_RELEASE);
  }).detach();
  while (__atomic_load_n(&d, __ATOMIC_ACQUIRE) == 0) {
  }
}
void sync_builtin() {
  int x = 0;
  int d = 0;
  std::thread([&] {
    use(x);
    __sync_fetch_and_add(&d, 1);
  }).detach();
  while (__sync_fetch_and_add(&d, 0) == 0) {
  }
}
void volatile_spin() {
  int x = 0;
  volatile int d = 0;
  std::thread([&] {
    use(x);
    d = 1;
  }).detach();
  while (d == 0) {
  }
}
void pointer_atomic() {
  int x = 0;
  std::atomic<int*> d{nullptr};
  std::thread([&] { d = &x; }).detach();
  while (!d) {
  }
}
void shared_fut() {
  int x = 0;
  std::promise<void> p;
  std::shared_future<void> f = p.get_future().share();
  std::thread([&, f] {
    use(x);
    p.set_value();
  }).detach();
  f.wait();
}
void packaged() {
  int x = 0;
  std::packaged_task<void()> t([&] { use(x); });
  auto f = t.get_future();
  std::thread(std::move(t)).detach();
  f.wait();
}
void cva() {
  int x = 0;
  bool done = false;
  std::mutex m;
  std::condition_variable_any c;
  std::thread([&] {
    use(x);
    {
      std::lock_guard l(m);
      done = true;
    }
    c.notify_one();
  }).detach();
  m.lock();
  while (!done) c.wait(m);
  m.unlock();
}
void absl_await() {
  int x = 0;
  bool done = false;
  absl::Mutex m;
  std::thread([&] {
    use(x);
    absl::MutexLock l(&m);
    done = true;
  }).detach();
  m.LockWhen(absl::Condition(&done));
  m.Unlock();
}
void absl_await2() {
  int x = 0;
  bool done = false;
  absl::Mutex m;
  std::thread([&] {
    use(x);
    absl::MutexLock l(&m);
    done = true;
  }).detach();
  absl::MutexLock l(&m, absl::Condition(&done));
}
void csem() {
  int x = 0;
  sem_t s;
  sem_init(&s, 0, 0);
  std::thread([&] {
    use(x);
    sem_post(&s);
  }).detach();
  sem_wait(&s);
}
void csem2() {
  int x = 0;
  sem_t s;
  sem_init(&s, 0, 0);
  std::thread([&] {
    use(x);
    sem_post(&s);
  }).detach();
  while (sem_trywait(&s) != 0) {
  }
}
void pcond() {
  int x = 0;
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  bool d = false;
  std::thread([&] {
    pthread_mutex_lock(&m);
    use(x);
    d = true;
    pthread_mutex_unlock(&m);
  }).detach();
  for (;;) {
    pthread_mutex_lock(&m);
    bool r = d;
    pthread_mutex_unlock(&m);
    if (r) break;
  }
}
void pipe_wait(int fd[2]) {
  int x = 0;
  std::thread([&] {
    use(x);
    char c = 0;
    (void)!write(fd[1], &c, 1);
  }).detach();
  char c;
  (void)!read(fd[0], &c, 1);
}
void on_ticker() {
  int x = 0;
  auto c = gorace::make_chan<int>();
  gorace::go([&] {
    use(x);
    c.send(1);
  });
  (void)c.recv();
}
void ctx_wait() {
  int x = 0;
  auto [ctx, cancel] = gorace::with_cancel(gorace::background());
  gorace::go([&] {
    use(x);
    cancel();
  });
  ctx.done().recv();
}
void exits() {
  int x = 0;
  std::thread([&] { use(x); }).detach();
  std::exit(0);
}
void exits2() {
  int x = 0;
  gorace::go([&] { use(x); });
  for (;;) pause();
}

// Joins through containers and algorithms.
void foreach_join() {
  int x = 0;
  std::vector<std::thread> v;
  for (int i = 0; i < 3; ++i) v.emplace_back([&] { use(x); });
  std::for_each(v.begin(), v.end(), [](std::thread& t) { t.join(); });
}
void foreach_memfn() {
  int x = 0;
  std::vector<std::thread> v;
  for (int i = 0; i < 3; ++i) v.emplace_back([&] { use(x); });
  std::for_each(v.begin(), v.end(), std::mem_fn(&std::thread::join));
}
void pop_join() {
  int x = 0;
  std::vector<std::thread> v;
  v.emplace_back([&] { use(x); });
  while (!v.empty()) {
    v.back().join();
    v.pop_back();
  }
}
void unique_thread() {
  int x = 0;
  auto t = std::make_unique<std::thread>([&] { use(x); });
  t->join();
}
void array_join() {
  int x = 0;
  std::array<std::thread, 4> v;
  for (auto& t : v) t = std::thread([&] { use(x); });
  for (auto& t : v) t.join();
}
void index_join(int n) {
  int x = 0;
  std::vector<std::thread> v(n);
  for (int i = 0; i < n; ++i) v[i] = std::thread([&] { use(x); });
  for (int i = 0; i < n; ++i) v[i].join();
}
void carray_join() {
  int x = 0;
  std::thread v[4];
  for (int i = 0; i < 4; ++i) v[i] = std::thread([&] { use(x); });
  for (int i = 0; i < 4; ++i) v[i].join();
}
void new_join() {
  int x = 0;
  auto* t = new std::thread([&] { use(x); });
  t->join();
  delete t;
}
void if_joinable() {
  int x = 0;
  std::thread t([&] { use(x); });
  if (t.joinable()) t.join();
}
void opt_join(bool b) {
  int x = 0;
  std::optional<std::thread> t;
  if (b) t.emplace([&] { use(x); });
  if (t) t->join();
}
void opt_thread(bool b) {
  int x = 0;
  std::thread t;
  if (b) t = std::thread([&] { use(x); });
  work();
  if (t.joinable()) t.join();
}
void opt_thread_no_work(bool b) {
  int x = 0;
  std::thread t;
  if (b) t = std::thread([&] { use(x); });
  if (t.joinable()) t.join();
}
void n_threads_zero(unsigned n) {
  int x = 0;
  std::vector<std::thread> v;
  while (v.size() < n) v.emplace_back([&] { use(x); });
  for (auto& t : v) t.join();
}
void do_while_join(int n) {
  int x = 0;
  std::vector<std::thread> v;
  for (int i = 0; i < n; ++i) v.emplace_back([&] { use(x); });
  int k = 0;
  do {
    v[k].join();
  } while (++k < n);
}
void joined_in_struct() {
  struct J {
    std::thread t;
    ~J() { t.join(); }
  };
  int x = 0;
  J j{std::thread([&] { use(x); })};
}
struct Joins {
  std::vector<std::thread> v;
  ~Joins() {
    for (auto& t : v) t.join();
  }
};
void joins_member() {
  int x = 0;
  Joins j;
  j.v.emplace_back([&] { use(x); });
}
void returns_threads(std::vector<std::thread>& out, int& x) {
  out.emplace_back([&] { use(x); });
}
void async_like() {
  std::vector<std::future<int>> f;
  int x = 0;
  for (int i = 0; i < 3; ++i) f.push_back(std::async([&x, i] { return x + i; }));
  for (auto& e : f) e.get();
}
