// gorace's own locks taken in both orders can deadlock as std's can, with those too; and not where one goroutine gives
// back what another has taken.
// expect: finding
// expect-report: ^WARNING: POTENTIAL DEADLOCK: locks are taken in orders that form a cycle$
// expect-report: ^Lock 0x[0-9a-f]+ \(g_a\) held by goroutine [0-9]+ 'forth', taken at:$
// expect-report: ^Lock 0x[0-9a-f]+ \(g_b\) taken meanwhile by goroutine [0-9]+ 'forth' at:$
// expect-report: ^Lock 0x[0-9a-f]+ \(g_b\) held by goroutine [0-9]+ 'back', taken at:$
// expect-report: ^Lock 0x[0-9a-f]+ \(g_readers\) taken meanwhile by main goroutine at:$
// expect-report: ^Lock 0x[0-9a-f]+ \(g_writer\) taken meanwhile by main goroutine at:$
// expect-report: ^Lock 0x[0-9a-f]+ \(g_std\) held by main goroutine, taken at:$
// expect-report: ^  nest_std_inside\(\)$
// expect-report: ^Found 3 other problem\(s\)$
// expect-no-report: g_handed
// expect-no-report: g_gate
// expect-no-report: g_tried
#include <gorace/gorace.h>

#include <memory>
#include <mutex>
#include <shared_mutex>

gorace::Mutex g_a, g_b;
gorace::RWMutex g_readers, g_writer;
gorace::Mutex g_with_std;
std::mutex g_std;
gorace::Mutex g_gate, g_gate_one, g_gate_two;
gorace::Mutex g_tried_one, g_tried_two;
gorace::Mutex g_handed, g_handed_other;

template <class One, class Other>
[[gnu::noinline]] void nest(One& outer, Other& inner) {
  const std::lock_guard holds_outer(outer);
  const std::lock_guard holds_inner(inner);
}

[[gnu::noinline]] void nest_std_inside() { nest(g_with_std, g_std); }

void in_goroutine(const char* name, void (*run)()) {
  gorace::WaitGroup done;
  done.add(1);
  gorace::go({.name = name}, [&] {
    run();
    done.done();
  });
  done.wait();
}

void readers() {
  {
    const std::lock_guard writing(g_writer);
    const std::shared_lock reading(g_readers);
  }
  const std::lock_guard writing(g_readers);
  const std::shared_lock reading(g_writer);
}

void gated() {
  for (int i = 0; i < 2; ++i) {
    const std::lock_guard gate(g_gate);
    if (i == 0) {
      nest(g_gate_one, g_gate_two);
    } else {
      nest(g_gate_two, g_gate_one);
    }
  }
}

void tried() {
  nest(g_tried_one, g_tried_two);
  const std::lock_guard holds(g_tried_two);
  if (g_tried_one.try_lock()) g_tried_one.unlock();
}

// As a hand-over: main takes it, another goroutine gives it back. Main does not hold it afterwards.
void handed_over() {
  g_handed.lock();
  in_goroutine("giver", [] { g_handed.unlock(); });
  nest(g_handed_other, g_handed);
  g_handed_other.lock();
  g_handed_other.unlock();
}

// Where one lock was, another is born.
void reused() {
  alignas(gorace::Mutex) char place[sizeof(gorace::Mutex)];
  for (int i = 0; i < 2; ++i) {
    auto* lock = new (place) gorace::Mutex;
    if (i == 0) {
      nest(*lock, g_gate);
    } else {
      nest(g_gate, *lock);
    }
  }
}

int main() {
  in_goroutine("forth", [] { nest(g_a, g_b); });
  in_goroutine("back", [] { nest(g_b, g_a); });
  readers();
  nest_std_inside();
  nest(g_std, g_with_std);
  gated();
  tried();
  handed_over();
  reused();
}
