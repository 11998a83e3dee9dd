// Loops whose iterations overlap, and loops with calls of the mathematics library, race where they touch something, and
// nowhere else.
// expect: race
// expect-report: overlapping_races.cc:33
// expect-report: overlapping_races.cc:36
// expect-report: overlapping_races.cc:39
// expect-no-report: overlapping_races.cc:2[1]
#include <cmath>
#include <thread>

namespace {

constexpr int kCount = 101;
double heat[kCount + 3], falling[kCount + 3], roots[kCount + 1];
double sum = 0;

// The last element that a loop touches, by another thread.
[[gnu::noinline]] void touch(double* place) { *place = 5; }

// And the one behind it.
[[gnu::noinline]] void touch_behind(double* place) { *place = 5; }

void meet(void (*loop)(int), void (*other)()) {
  std::thread first(loop, kCount);
  std::thread second(other);
  first.join();
  second.join();
}

double total(double a, double b, double c) { return a * b + c; }

void smooth(int n) {
  for (int i = 1; i <= n; ++i) sum += total(heat[i - 1], heat[i], heat[i + 1]);
}
void smooth_down(int n) {
  for (int i = n; i >= 1; --i) sum += total(falling[i], falling[i + 1], falling[i + 2]);
}
void take_roots(int n) {
  for (int i = 0; i < n; ++i) roots[i] = std::sqrt(roots[i]);
}

}  // namespace

int main() {
  meet(smooth, [] { touch(&heat[kCount + 1]); });
  meet(smooth_down, [] { touch(&falling[1]); });
  meet(take_roots, [] { touch(&roots[kCount - 1]); });
  meet(smooth, [] { touch_behind(&heat[kCount + 2]); });
  meet(smooth_down, [] { touch_behind(&falling[0]); });
  meet(take_roots, [] { touch_behind(&roots[kCount]); });
}
