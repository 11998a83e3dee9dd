// Ordinary code that resembles the lints' mistakes: nothing to say.
#include <absl/synchronization/mutex.h>
#include <gorace/gorace.h>
#include <pthread.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <queue>
#include <shared_mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
void use(int);
void use(std::string_view);
void work();
bool is_bad();
struct Joins {
  std::vector<std::thread> v;
  ~Joins() {
    for (auto& t : v) t.join();
  }
};
// lambdas that return lambda
auto make_worker(int n) {
  return [n] { use(n); };
}
void workers() {
  for (int i = 0; i < 3; ++i) gorace::go(make_worker(i));
}
void iife() {
  int x = 0;
  auto y = [&] { return x + 1; }();
  use(y);
  gorace::go([y] { use(y); });
}
void loop_ref_ok() {
  std::vector<int> v(3);
  gorace::WaitGroup wg;
  for (auto& e : v) wg.go([&e] { e = 1; });
  wg.wait();
}
void loop_ptr_ok() {
  int v[3];
  gorace::WaitGroup wg;
  for (int* p = v; p != v + 3; ++p) wg.go([p] { *p = 1; });
  wg.wait();
}
void view_param(std::string_view s) {
  gorace::go([s] { use(s); });
}
void view_static() {
  static const std::string s = "x";
  gorace::go([v = std::string_view(s)] { use(v); });
}
void view_of_global_array() {
  static char buf[10];
  gorace::go([p = buf] { use(*p); });
}
void view_of_heap() {
  auto s = std::make_shared<std::string>("x");
  std::string_view v = *s;
  gorace::go([s, v] { use(v); });
}
struct Own {
  std::string s;
  void run() {
    std::string_view v = s;
    gorace::go([v] { use(v); });
  }
};
void ref_local(int& r) {
  int& q = r;
  gorace::go([&q] { use(q); });
}
void ref_static() {
  static int s;
  int& q = s;
  gorace::go([&q] { use(q); });
}
void const_ref_member(const Own& o) {
  const auto& s = o.s;
  gorace::go([&s] { use(s); });
}
void moved() {
  std::vector<int> v(3);
  gorace::go([v = std::move(v)]() mutable { v.push_back(1); });
}
void deref_shared() {
  auto p = std::make_shared<int>(0);
  gorace::WaitGroup wg;
  wg.go([&p = *p] { p = 1; });
  wg.wait();
}
// shared-write negatives
int counter;
void init_then_start() {
  counter = 0;
  gorace::go([] { use(counter); });
}
void only_one() {
  gorace::WaitGroup wg;
  wg.go([] { counter = 1; });
  wg.wait();
  use(counter);
}
void per_loop_local() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) {
    int sum = 0;
    wg.go([&sum] { sum++; });
    wg.wait();
  }
}
std::vector<int> results(10);
void element() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 10; ++i) wg.go([i] { results[i] = i; });
  wg.wait();
}
void guarded_by_call(std::mutex& m) {
  gorace::WaitGroup wg;
  for (int i = 0; i < 10; ++i)
    wg.go([&m] {
      std::scoped_lock l(m);
      ++counter;
    });
  wg.wait();
}
void critical(absl::Mutex& m) {
  std::vector<std::thread> v;
  for (int i = 0; i < 10; ++i)
    v.emplace_back([&m] {
      absl::MutexLock l(&m);
      ++counter;
    });
  for (auto& t : v) t.join();
}
template <class F>
void with_lock(std::mutex& m, F f) {
  std::lock_guard l(m);
  f();
}
void by_helper(std::mutex& m) {
  gorace::WaitGroup wg;
  for (int i = 0; i < 10; ++i) wg.go([&m] { with_lock(m, [] { ++counter; }); });
  wg.wait();
}
thread_local int mine;
void tl() {
  for (int i = 0; i < 3; ++i) gorace::go([] { ++mine; });
}
void once() {
  static std::once_flag f;
  for (int i = 0; i < 3; ++i) gorace::go([] { std::call_once(f, [] { counter = 1; }); });
}
void join_inside() {
  for (int i = 0; i < 3; ++i) {
    std::thread t([] { ++counter; });
    t.join();
  }
}
void jt_inside() {
  for (int i = 0; i < 3; ++i) {
    std::jthread t([] { ++counter; });
  }
}
void async_inside() {
  for (int i = 0; i < 3; ++i) {
    auto f = std::async([] { ++counter; });
  }
}
void breaks() {
  for (;;) {
    gorace::go([] { counter = 1; });
    break;
  }
}
void returns_after(int n) {
  for (int i = 0; i < n; ++i) {
    if (i == 3) {
      gorace::go([] { counter = 1; });
      return;
    }
  }
}
// mixed atomic negatives
struct MA {
  int a;
  MA() : a(0) {}
  ~MA() { a = 0; }
  void inc() { __atomic_add_fetch(&a, 1, 0); }
};
struct Ring {
  unsigned head, tail;
  void push() { __atomic_store_n(&head, 1, __ATOMIC_RELEASE); }
};
void reset_local() {
  MA m;
  m.a = 3;
  m.inc();
}
MA* make() {
  auto* m = new MA;
  m->a = 7;
  return m;
}
std::unique_ptr<MA> make2() {
  auto m = std::make_unique<MA>();
  m->a = 7;
  return m;
}
// try_lock in range of macros, comma
void commas(gorace::Mutex& m) {
  bool ok = (work(), m.try_lock());
  if (ok) m.unlock();
}
bool ret(gorace::Mutex& m) { return m.try_lock(); }
void ternary(gorace::Mutex& m, bool b) {
  bool x = b ? m.try_lock() : true;
  if (x) m.unlock();
}
void andor(gorace::Mutex& m, bool b) {
  if (b && m.try_lock()) m.unlock();
}
void guarded_and(gorace::Mutex& m, gorace::Chan<int> c) {
  c.try_send(1) || (work(), true);
  (void)m;
}
// blocking-call negatives
void bl(int fd) {
  gorace::go([fd] {
    char c;
    gorace::blocking([&] { (void)!read(fd, &c, 1); });
  });
}
void bl2(std::mutex& m) {
  gorace::go([&m] {
    std::lock_guard l(m);
    work();
  });
}
void bl3() {
  gorace::go([] {
    std::thread t([] { std::this_thread::sleep_for(1ms); });
    t.detach();
  });
}
void bl4(std::future<int> f) {
  if (f.wait_for(0s) == std::future_status::ready) use(f.get());
}
void bl5() {
  gorace::go([] {
    auto f = [] { std::this_thread::sleep_for(1ms); };
    (void)f;
  });
}
struct conn {
  int read(char*, int);
  void wait();
  void poll();
  void select();
};
void bl6(conn* c) {
  gorace::go([c] {
    char b;
    c->read(&b, 1);
    c->wait();
    c->poll();
    c->select();
  });
}
namespace mylib {
int read(int, char*, int);
void sleep(int);
int connect(int);
}  // namespace mylib
void bl7() {
  gorace::go([] {
    char b;
    mylib::read(1, &b, 1);
    mylib::sleep(1);
    mylib::connect(1);
  });
}
// copied lock negatives
struct HasLock {
  std::mutex m;
  int x;
};
void cl(HasLock* a, HasLock& b) {
  a->x = b.x;
  HasLock* p = a;
  HasLock& r = *p;
  (void)r;
  auto* q = &b;
  (void)q;
}
void cl2(HasLock** a, HasLock** b, size_t n) {
  memcpy(a, b, n * sizeof(*a));
  memset(a, 0, n * sizeof(HasLock*));
}
struct CL {
  pthread_mutex_t m;
  int v;
};
CL make_cl() {
  CL c;
  memset(&c, 0, sizeof c);
  pthread_mutex_init(&c.m, nullptr);
  return c;
}
void cl3() {
  CL c = make_cl();
  auto p = std::make_unique<CL>();
  CL d = {PTHREAD_MUTEX_INITIALIZER, 1};
  (void)c;
  (void)d;
}
void cl4(char* buf, const HasLock* h) { memcpy(buf, &h->x, sizeof h->x); }
void cl5(pthread_mutex_t* m) {
  pthread_mutex_t init = PTHREAD_MUTEX_INITIALIZER;
  *m = init;
}
// wait group
void wgd(gorace::WaitGroup& wg, int n) {
  wg.add(n);
  for (int i = 0; i < n; ++i)
    gorace::go([&wg, i] {
      switch (i) {
        case 0:
          wg.done();
          return;
        default:
          wg.done();
          return;
      }
    });
  wg.wait();
}
void wgd2(gorace::WaitGroup& wg) {
  wg.add(1);
  gorace::go([&wg] {
    try {
      work();
    } catch (...) {
    }
    wg.done();
  });
  wg.wait();
}
void wgd3(gorace::WaitGroup& wg) {
  wg.add(1);
  gorace::go([&wg] {
    Joins j;
    auto d = std::shared_ptr<void>(nullptr, [&](void*) { wg.done(); });
    if (is_bad()) return;
    work();
  });
  wg.wait();
}
void wgd4(gorace::WaitGroup& wg) {
  wg.add(1);
  gorace::go([&wg] {
    for (;;) {
      if (is_bad()) {
        wg.done();
        return;
      }
    }
  });
  wg.wait();
}
void wgd5(gorace::WaitGroup& wg) {
  wg.add(1);
  gorace::go([&wg] {
    if (is_bad()) std::abort();
    wg.done();
  });
  wg.wait();
}
// context
void cx(gorace::Context ctx, gorace::Chan<int> c) {
  for (int v : c) use(v);
  while (true) {
    if (ctx.err()) return;
    c.recv();
  }
}
void helper(const gorace::Context&);
void cx2(gorace::Context ctx, gorace::Chan<int> c) {
  while (true) {
    helper(ctx);
    c.recv();
  }
}
void cx3(gorace::Context ctx, gorace::Chan<int> c) {
  gorace::go([ctx, c] {
    ctx.done().recv();
    c.close();
  });
  while (true) {
    c.recv();
  }
}
void cx4(gorace::Context ctx, gorace::Chan<int> c) {
  auto stop = [&] { return bool(ctx.err()); };
  while (true) {
    c.recv();
    if (stop()) return;
  }
}
void cx5(gorace::Context ctx, gorace::Chan<int> c) {
  while (true) {
    c.recv();
    if (is_bad()) throw 1;
  }
}
void cx6(gorace::Context ctx, gorace::Chan<int> c) {
  while (true) {
    c.recv();
    if (is_bad()) std::exit(1);
  }
}
struct Srv {
  gorace::Context ctx;
  gorace::Chan<int> c;
  void loop() {
    while (true) {
      c.recv();
    }
  }
};

// What each goroutine has of its own, and locks and pairs that are handed out.
struct Slot {
  int v;
  std::vector<int> list;
  std::atomic<int> n;
};
void slots() {
  gorace::WaitGroup wg;
  Slot s[4];
  for (int i = 0; i < 4; ++i)
    wg.go([&s, i] {
      s[i].v = 1;
      s[i].list.push_back(1);
    });
  wg.wait();
}
void slot_ref(std::vector<Slot>& all) {
  gorace::WaitGroup wg;
  for (auto& s : all)
    wg.go([&s] {
      s.v = 1;
      s.list.push_back(1);
    });
  wg.wait();
}
void slot_ptr(Slot* all) {
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) {
    Slot* s = all + i;
    wg.go([s] {
      s->v = 1;
      s->list.clear();
    });
  }
  wg.wait();
}
void slot_atomic() {
  Slot s{};
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i)
    wg.go([&s] {
      s.n = 1;
      s.n++;
    });
  wg.wait();
}
void own_list() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i)
    wg.go([] {
      std::vector<int> l;
      l.push_back(1);
      std::string t;
      t += "x";
      t.clear();
    });
  wg.wait();
}
void copy_list() {
  std::vector<int> l;
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) wg.go([l]() mutable { l.push_back(1); });
  wg.wait();
}
void init_list() {
  std::vector<int> l;
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) wg.go([m = l]() mutable { m.push_back(1); });
  wg.wait();
}
void per_round() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) {
    std::vector<int> l;
    wg.go([&l] { l.push_back(1); });
    wg.wait();
  }
}
void by_channel(gorace::Chan<int> c) {
  std::vector<int> l;
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i)
    wg.go([&l, c] {
      c.recv();
      l.push_back(1);
      c.send(1);
    });
  wg.wait();
}
void elements(std::vector<std::vector<int>>& v) {
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) wg.go([&v, i] { v[i].push_back(1); });
  wg.wait();
}
thread_local std::vector<int> tlv;
void tlvec() {
  for (int i = 0; i < 3; ++i) gorace::go([] { tlv.push_back(1); });
}
const CL kEmpty = {PTHREAD_MUTEX_INITIALIZER, 0};
void cl6(CL* c) {
  *c = kEmpty;
  CL d = kEmpty;
  (void)d;
}
void cl7(CL* out) {
  CL fresh{};
  pthread_mutex_init(&fresh.m, nullptr);
  *out = fresh;
}
void cl8(std::vector<CL>& v) {
  for (auto& c : v) c.v = 1;
  CL& r = v[0];
  auto* p = &v[1];
  r.v = p->v;
}
void bs1(gorace::Chan<int> c) {
  int v;
  while (true) {
    int k = gorace::select(gorace::recv(c, v), gorace::otherwise);
    if (k == 1) return;
  }
}
void bs2(gorace::Chan<int> c) {
  int v;
  while (true) {
    const int k = gorace::select(gorace::recv(c, v), gorace::otherwise);
    switch (k) {
      case 0:
        use(v);
        break;
      default:
        gorace::yield();
    }
  }
}
void bs3(gorace::Chan<int> c) {
  int v;
  while (true) {
    const int k = gorace::select(gorace::recv(c, v), gorace::otherwise);
    if (k != 0) work();
  }
}
void bs4(gorace::Chan<int> c) {
  int v, n = 0;
  while (true) {
    const int k = gorace::select(gorace::recv(c, v), gorace::otherwise);
    if (n == 1) use(k);
    work();
  }
}
void cx7(gorace::Context ctx, gorace::Chan<int> c) {
  do {
    if (ctx.err()) return;
    c.recv();
  } while (true);
}
void cx8(gorace::Context ctx, gorace::Chan<int> c) {
  for (;;) {
    for (int i = 0; i < 3; ++i) c.send(i);
    if (ctx.err()) break;
  }
}
gorace::CancelableContext lc1(gorace::Context p) {
  auto r = gorace::with_cancel(p);
  use(1);
  return r;
}
gorace::Context lc2(gorace::Context p) {
  auto r = gorace::with_cancel(p);
  std::move(r.cancel).release();
  return r.ctx;
}
gorace::Context lc3(gorace::Context p, std::vector<gorace::CancelFunc>& keep) {
  auto r = gorace::with_cancel(p);
  keep.push_back(std::move(r.cancel));
  return r.ctx;
}
gorace::Context lc4(gorace::CancelableContext& r) { return r.ctx; }
pthread_mutex_t plock = PTHREAD_MUTEX_INITIALIZER;
void ac1(gorace::Chan<int> c) {
  pthread_mutex_lock(&plock);
  work();
  pthread_mutex_unlock(&plock);
  c.recv();
}
void ac2(gorace::Group& g) {
  if (!g.try_go([] { work(); })) work();
  (void)g.try_go([] { work(); });
}
