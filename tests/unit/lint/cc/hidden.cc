// Mistakes behind macros, templates, lambdas, other locks and other loops than those of the other files: each is found.
#include <absl/synchronization/mutex.h>
#include <gorace/gorace.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <future>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
void use(int);
void use(std::string_view);
bool is_bad();
void work();

#define GO(...) gorace::go([&] { __VA_ARGS__; })

void bad_macro_capture() {
  int x = 0;
  GO(use(x));  // warn: local-capture
}

#define RETURN_IF(c) \
  do {               \
    if (c) return;   \
  } while (0)

void bad_macro_leak(gorace::Mutex& m, bool b) {
  m.lock();  // warn: lock-leak
  RETURN_IF(b);
  m.unlock();
}

void bad_loop_go() {
  for (int i = 0; i < 3; ++i) gorace::go([&] { use(i); });  // warn: loop-capture
}

void bad_nested_lambda() {
  gorace::WaitGroup wg;
  wg.go([] {
    int y = 0;
    gorace::go([&] { use(y); });  // warn: local-capture
  });
  wg.wait();
}

template <class T>
struct Tm {
  std::mutex m;
  T v;
  void bad_leak(bool b) {
    m.lock();  // warn: lock-leak
    if (b) return;
    m.unlock();
  }
};

template struct Tm<int>;

void bad_generic() {
  auto f = [](auto v) { gorace::go([&] { use(v); }); };  // warn: local-capture
  f(1);
}

void bad_pthread(pthread_mutex_t* m, bool b) {
  pthread_mutex_lock(m);  // warn: lock-leak
  if (b) return;
  pthread_mutex_unlock(m);
}

pthread_mutex_t gm = PTHREAD_MUTEX_INITIALIZER;

int bad_pthread_g(bool b) {
  pthread_mutex_lock(&gm);  // warn: lock-leak
  if (b) return 1;
  pthread_mutex_unlock(&gm);
  return 0;
}

pthread_rwlock_t rw;
int bad_rw(bool b) {
  pthread_rwlock_rdlock(&rw);  // warn: lock-leak
  if (b) return 1;
  pthread_rwlock_unlock(&rw);
  return 0;
}

void bad_shared(std::shared_mutex& m, bool b) {
  m.lock_shared();  // warn: lock-leak
  if (b) return;
  m.unlock_shared();
}

void bad_absl(absl::Mutex& m, bool b) {
  m.Lock();  // warn: lock-leak
  if (b) return;
  m.Unlock();
}

void bad_loop_continue(gorace::Mutex& m, int n) {
  for (int i = 0; i < n; ++i) {
    m.lock();  // warn: lock-leak
    if (i == 3) continue;
    m.unlock();
  }
}

void bad_across(std::mutex& m, gorace::Chan<int> c) {
  std::unique_lock l(m);
  c << 1;  // warn: lock-across-wait
}

void bad_across_scoped(std::mutex& m, gorace::Chan<int> c) {
  std::scoped_lock l(m);
  c.recv();  // warn: lock-across-wait
}

void bad_across_select(std::mutex& m, gorace::Chan<int> c) {
  std::lock_guard l(m);
  gorace::select(gorace::recv(c));  // warn: lock-across-wait
}

void bad_across_absl(absl::Mutex& m, gorace::Chan<int> c) {
  absl::MutexLock l(&m);
  c.recv();  // warn: lock-across-wait
}

void bad_across_shared(std::shared_mutex& m, gorace::WaitGroup& wg) {
  std::shared_lock l(m);
  wg.wait();  // warn: lock-across-wait
}

void bad_across_sleep(std::mutex& m) {
  std::lock_guard l(m);
  gorace::sleep(1s);  // warn: lock-across-wait
}

void bad_across_pthread(gorace::Chan<int> c) {
  pthread_mutex_lock(&gm);
  c.recv();  // warn: lock-across-wait
  pthread_mutex_unlock(&gm);
}

void bad_select_guard(std::mutex& m, gorace::Chan<int> c) {
  for (;;) {
    std::lock_guard l(m);
    for (int v : c) use(v);  // warn: lock-across-wait
  }
}

void bad_done_switch(gorace::WaitGroup& wg, int k) {
  wg.add(1);
  gorace::go([&wg, k] {
    switch (k) {
      case 1:
        wg.done();  // warn: waitgroup-done
        break;
      case 2:
        break;
      default:
        wg.done();
    }
  });
  wg.wait();
}

void bad_done_continue(gorace::WaitGroup& wg, int k) {
  wg.add(1);
  gorace::go([&wg, k] {
    for (int i = 0; i < k; ++i) {
      if (i == 2) return;
    }
    wg.done();  // warn: waitgroup-done
  });
  wg.wait();
}

void bad_add_thread() {
  gorace::WaitGroup wg;
  std::thread t([&wg] {
    wg.add(1);  // warn: waitgroup-add
    wg.done();
  });
  wg.wait();
  t.join();
}

struct PS {
  pthread_mutex_t m;
  int x;
};

void bad_copy_capture(PS& s) {
  gorace::go([s] { use(s.x); });  // warn: copied-lock
}

void bad_copy_range(std::vector<PS>& v) {
  for (auto s : v) use(s.x);  // warn: copied-lock
}

PS bad_copy_return(PS& s) { return s; }  // warn: copied-lock

void bad_copy_assign(PS& a, PS& b) { a = b; }  // warn: copied-lock

void bad_swap_bytes(std::mutex* a) { std::memset(a, 0, sizeof *a); }  // warn: copied-lock

void bad_closed_shift(gorace::Chan<int> c) {
  c.close();
  c << 1;  // warn: closed-channel
}

void bad_closed_try(gorace::Chan<int> c) {
  c.close();
  (void)c.try_send(1);  // warn: closed-channel
}

void bad_closed_loop(gorace::Chan<int> c) {
  c.close();
  for (int i = 0; i < 3; ++i) c.send(i);  // warn: closed-channel
}

void bad_closed_sendchan(gorace::SendChan<int> c) {
  c.close();
  c.send(1);  // warn: closed-channel
}

void bad_busy_do(gorace::Chan<int> c) {
  int v;
  do {
    gorace::select(gorace::recv(c, v), gorace::otherwise);  // warn: busy-select
  } while (true);
}

void bad_busy_if(gorace::Chan<int> c) {
  int v;
  while (true) {
    int k = gorace::select(gorace::recv(c, v), gorace::otherwise);  // warn: busy-select
    if (k == 0) use(v);
  }
}

void bad_after_var(gorace::Chan<int> c) {
  while (true) {
    auto t = gorace::after(1s).chan();  // warn: after-in-loop
    gorace::select(gorace::recv(c), gorace::recv(t));
  }
}

void bad_after_for(gorace::Chan<int> c) {
  for (;;) {
    gorace::select(gorace::recv(c), gorace::recv(gorace::after(1s).chan()));  // warn: after-in-loop
  }
}

void bad_cancel_assign(gorace::Context ctx) {
  ctx = gorace::with_timeout(ctx, 1s).ctx;  // warn: lost-cancel
  gorace::go([ctx] { ctx.done().recv(); });
}

gorace::Context bad_cancel_ret(gorace::Context p) {
  auto r = gorace::with_cancel(p);
  return r.ctx;  // warn: lost-cancel
}

struct Holder {
  gorace::Context ctx;
  void bad_set(gorace::Context p) { ctx = gorace::with_cancel(p).ctx; }  // warn: lost-cancel
};

void bad_ctx_sleep(gorace::Context ctx) {
  for (;;) gorace::sleep(1s);  // warn: context-ignored
}

void bad_ctx_lambda() {
  gorace::go(
      [](gorace::Context ctx, gorace::Chan<int> c) {
        while (true) c.recv();  // warn: context-ignored
      },
      gorace::background(), gorace::make_chan<int>());
}

void bad_ctx_dowhile(gorace::Context ctx, gorace::Chan<int> c) {
  do {  // warn: context-ignored
    c.recv();
  } while (true);
}

void bad_ctx_range_forever(gorace::Context ctx, gorace::Chan<int> c) {
  for (;;)  // warn: context-ignored
    for (int i = 0; i < 3; ++i) c.send(i);
}

void bad_fatal_helper() {
  gorace::go([] {
    if (is_bad())
      ADD_FAILURE();
    else
      FAIL() << "x";  // warn: fatal-assertion
  });
}

void fatal_named() {
  ASSERT_TRUE(is_bad());  // warn: fatal-assertion
  work();
}

void bad_fatal_named() { gorace::go(fatal_named); }

void bad_fatal_thread() {
  std::thread t([] { ASSERT_EQ(1, 2) << "x"; });  // warn: fatal-assertion
  t.join();
}

void bad_fatal_jthread() {
  std::jthread t([] { ASSERT_NO_THROW(work()); });  // warn: fatal-assertion
}

void blocker() { ::sleep(1); }  // warn: blocking-call
void bad_block() { gorace::go(blocker); }

void bad_block_wg() {
  gorace::WaitGroup wg;
  wg.go([] { std::this_thread::sleep_for(1s); });  // warn: blocking-call
  wg.wait();
}

void bad_block_future(std::future<int>& f) {
  gorace::go([&f] { use(f.get()); });  // warn: blocking-call
}

thread_local int tl;
thread_local std::string ts;

void bad_tl_ptr(gorace::Chan<int> c) {
  int* p = &tl;
  c.recv();
  *p = 1;  // warn: thread-local
}

void bad_tl_auto(gorace::Chan<int> c) {
  auto& r = tl;
  for (int v : c) r += v;  // warn: thread-local
}

void bad_tl_fn() {
  static thread_local int n;
  int* p = &n;
  gorace::yield();
  use(*p);  // warn: thread-local
}

void bad_unused_unique(std::mutex& m) {
  std::unique_lock l(m, std::defer_lock);
  l.try_lock();  // warn: unused-result
}

void bad_unused_group(gorace::Group& g) {
  g.try_go([] {});  // warn: unused-result
}

void bad_unused_std(std::mutex& m) { m.try_lock(); }  // warn: unused-result

void bad_unused_pthread() { pthread_mutex_trylock(&gm); }  // warn: unused-result

void bad_unused_sem(gorace::Semaphore& s) { s.try_acquire(); }  // warn: unused-result

int g1;
static int g2;
struct St {
  static int s;
  int f = 0;
};

void bad_sw_static() {
  static int n;
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) wg.go([] { n += 1; });  // warn: shared-write
  wg.wait();
}

void bad_sw_member() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) wg.go([] { St::s++; });  // warn: shared-write
  wg.wait();
}

void bad_sw_field() {
  St s;
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) wg.go([&s] { s.f++; });  // warn: shared-write
  wg.wait();
}

void bad_sw_thread() {
  std::vector<std::thread> v;
  for (int i = 0; i < 3; ++i) v.emplace_back([] { g2 = 1; });  // warn: shared-write
  for (auto& t : v) t.join();
}

void bad_sw_read() {
  int x = 0;
  gorace::WaitGroup wg;
  wg.go([&] { x = 1; });  // warn: shared-write
  use(x);
  wg.wait();
}

std::string gs;
std::vector<int> gv;

void bad_sw_string() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) wg.go([] { gs = "x"; });  // warn: shared-write
  wg.wait();
}

void bad_sw_push() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) wg.go([i] { gv.push_back(i); });  // warn: shared-write
  wg.wait();
}

struct MX {
  int n;
  void inc() { __atomic_add_fetch(&n, 1, __ATOMIC_RELAXED); }
  void bad_w() { n++; }           // warn: mixed-atomic
  void bad_w2(int k) { n += k; }  // warn: mixed-atomic
};

struct MY {
  int n;
  void inc() { std::atomic_ref(n)++; }
  void bad_w() { this->n = 1; }  // warn: mixed-atomic
};

int mz;
void mzinc() { __sync_fetch_and_add(&mz, 1); }
void bad_mz() { mz--; }  // warn: mixed-atomic
