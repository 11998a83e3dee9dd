// Locks given back in ways that are not seen at once, and functions of other libraries with the names of gorace's:
// nothing to say.
#include <gorace/gorace.h>

#include <pthread.h>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
void use(int);
void use(std::string_view);
void work();
bool is_bad();
// --- a class that has other functions called lock/go/select
namespace other {
struct Channel {
  void send(int);
  void close();
  bool try_send(int);
  bool try_lock();
  void lock();
  void unlock();
};
void go(std::function<void()>);
int select(int);
}  // namespace other
void false_friends() {
  other::Channel c;
  c.close();
  c.send(1);
  c.close();
  c.try_send(1);
  for (int i = 0; i < 3; ++i) other::go([&i] { use(i); });
  while (true) {
    if (other::select(1)) return;
  }
}
// ---- unlock via lambda, or in a defer guard
struct Defer {
  std::function<void()> f;
  ~Defer() { f(); }
};
int defers(gorace::Mutex& m, bool b) {
  m.lock();
  Defer d{[&] { m.unlock(); }};
  if (b) return 1;
  return 2;
}
template <class F>
struct Cleanup {
  F f;
  ~Cleanup() { f(); }
};
template <class F>
Cleanup<F> cleanup(F f) {
  return {f};
}
int defers_t(gorace::Mutex& m, bool b) {
  m.lock();
  auto d = cleanup([&] { m.unlock(); });
  if (b) return 1;
  return 2;
}
// local class unlocks
int local_class(gorace::Mutex& m, bool b) {
  struct U {
    gorace::Mutex& m;
    ~U() { m.unlock(); }
  } u{m};
  m.lock();
  if (b) return 1;
  return 2;
}
// hand-over-hand
struct Node {
  gorace::Mutex m;
  Node* next;
  int v;
};
int hand_over_hand(Node* n, int v) {
  n->m.lock();
  while (n->next) {
    Node* next = n->next;
    next->m.lock();
    n->m.unlock();
    n = next;
    if (n->v == v) break;
  }
  int r = n->v;
  n->m.unlock();
  return r;
}
// two locks by std::lock
void both(std::mutex& a, std::mutex& b, bool x) {
  std::lock(a, b);
  std::lock_guard la(a, std::adopt_lock);
  std::lock_guard lb(b, std::adopt_lock);
  if (x) return;
}
// lock in the condition
void tryer(std::mutex& m) {
  if (m.try_lock()) {
    work();
    m.unlock();
  }
}
// switch unlocks
int switches(gorace::Mutex& m, int k) {
  m.lock();
  switch (k) {
    case 0:
      m.unlock();
      return 0;
    case 1:
      m.unlock();
      return 1;
    default:
      break;
  }
  m.unlock();
  return 2;
}
// goto out
int gotos(gorace::Mutex& m, int k) {
  int r = 0;
  m.lock();
  if (k == 1) {
    r = 1;
    goto out;
  }
  if (k == 2) {
    r = 2;
    goto out;
  }
out:
  m.unlock();
  return r;
}
// exceptions: try/catch unlocks
void trycatch(gorace::Mutex& m) {
  m.lock();
  try {
    work();
  } catch (...) {
    m.unlock();
    throw;
  }
  m.unlock();
}
// abort path
[[noreturn]] void die();
void dies(gorace::Mutex& m, bool b) {
  m.lock();
  if (b) die();
  m.unlock();
}
// flag
void flagged(gorace::Mutex& m, int n) {
  bool locked = false;
  if (n > 1) {
    m.lock();
    locked = true;
  }
  work();
  if (locked) m.unlock();
}
// lock per element, arrays
void arr(std::vector<gorace::Mutex>& v) {
  for (auto& m : v) m.lock();
  work();
  for (auto& m : v) m.unlock();
}
// conditional in ternary
void cond_lock(gorace::Mutex* m) {
  if (m != nullptr) m->lock();
  work();
  if (m != nullptr) m->unlock();
}
void cond_lock2(gorace::Mutex* m) {
  if (m) m->lock();
  work();
  if (m) m->unlock();
}
void cond_lock3(gorace::Mutex* m) {
  if (m) m->lock();
  work();
  if (m != nullptr) m->unlock();
}
// lambda in lambda: the inner goroutine refs locals of the outer goroutine which waits
void nested() {
  gorace::WaitGroup wg;
  wg.go([] {
    int y = 0;
    gorace::WaitGroup inner;
    inner.go([&] { use(y); });
    inner.wait();
  });
  wg.wait();
}
void nested_generic() {
  gorace::WaitGroup wg;
  auto f = [&](auto v) { wg.go([v] { use(v); }); };
  f(1);
  f(2L);
  wg.wait();
}
void nested_capture_of_outer() {
  int x = 0;
  gorace::WaitGroup wg;
  auto start = [&] { wg.go([&] { use(x); }); };
  for (int i = 0; i < 3; ++i) start();
  wg.wait();
}
// macros
#define GO(x) gorace::go([=] { x; })
void macros() {
  int n = 1;
  GO(use(n));
}
#define LOCKED(m, body) \
  do {                  \
    (m).lock();         \
    body;               \
    (m).unlock();       \
  } while (0)
int locked_macro(gorace::Mutex& m) {
  int r = 0;
  LOCKED(m, r = 1);
  return r;
}
// structured binding
void sb(std::pair<int, int> p) {
  auto [a, b] = p;
  gorace::WaitGroup wg;
  wg.go([&a = a, &b = b] { use(a + b); });
  wg.wait();
}
// closed channel in a loop with break, different elements
void close_all(std::vector<gorace::Chan<int>>& v) {
  for (auto& c : v) c.close();
}
void close_map(std::map<int, gorace::Chan<int>>& m) {
  m[1].close();
  m[2].close();
}
struct P {
  gorace::Chan<int> c;
};
void close_two(P* a, P* b) {
  a->c.close();
  b->c.close();
}
void close_next(P* a, P* b) {
  a->c.close();
  a = b;
  a->c.close();
}
void close_replaced(P& p) {
  p.c.close();
  p = P{gorace::make_chan<int>()};
  p.c.send(1);
}
void reset(P& p);
void close_replaced2(P& p) {
  p.c.close();
  reset(p);
  p.c.send(1);
}
void close_once(gorace::Chan<int> c, gorace::Once& o) {
  o.call([&] { c.close(); });
  o.call([&] { c.close(); });
}
// try_lock in assert macro
#define MUST(x)      \
  do {               \
    if (!(x)) die(); \
  } while (0)
void musts(gorace::Mutex& m) {
  MUST(m.try_lock());
  m.unlock();
}
// busy select doing something
void busy_ok(gorace::Chan<int> c, int& n) {
  while (n < 100) {
    gorace::select(gorace::recv(c), gorace::otherwise);
    ++n;
  }
}
void busy_ok2(gorace::Chan<int> c) {
  auto end = std::chrono::steady_clock::now() + 1s;
  while (std::chrono::steady_clock::now() < end) {
    if (gorace::select(gorace::recv(c), gorace::otherwise) == 1) std::this_thread::yield();
  }
}
void busy_ok3(gorace::Chan<int> c) {
  for (;;) {
    int v;
    switch (gorace::select(gorace::recv(c, v), gorace::otherwise)) {
      case 0:
        continue;
      case 1:
        goto done;
    }
  }
done:;
}
