// Two locks taken in both orders, and three in a circle, can deadlock; under a common gate they cannot.
// expect: finding
// needs: symbols
// expect-report: ^WARNING: POTENTIAL DEADLOCK: locks are taken in orders that form a cycle$
// expect-report: ^Lock 0x[0-9a-f]+ \(a\) held by thread [0-9]+, taken at:$
// expect-report: ^Lock 0x[0-9a-f]+ \(b\) taken meanwhile by thread [0-9]+ at:$
// expect-report: ^Lock 0x[0-9a-f]+ \(second\) taken meanwhile by main thread at:$
// expect-report: ^Found 2 other problem\(s\)$
// expect-no-report: gated
// expect-no-report: reused
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::mutex a, b;
std::mutex first, second;
std::shared_mutex third;
std::mutex gate, gated_one, gated_other;
std::mutex tried, trier;

template <class One, class Other>
void nest(One& outer, Other& inner) {
  const std::lock_guard holds_outer(outer);
  const std::lock_guard holds_inner(inner);
}

// The block of a lock that is gone is soon another's.
void reused() {
  for (int i = 0; i < 2; ++i) {
    auto lock = std::make_unique<std::mutex>();
    if (i == 0) {
      nest(*lock, gate);
    } else {
      nest(gate, *lock);
    }
  }
}

int main() {
  std::thread([] { nest(a, b); }).join();
  std::thread([] { nest(b, a); }).join();
  nest(first, second);
  nest(second, third);
  nest(third, first);
  for (int i = 0; i < 2; ++i) {
    const std::lock_guard holds_gate(gate);
    if (i == 0) {
      nest(gated_one, gated_other);
    } else {
      nest(gated_other, gated_one);
    }
  }
  nest(trier, tried);
  const std::lock_guard holds_tried(tried);
  if (trier.try_lock()) trier.unlock();  // does not wait
  reused();
}
