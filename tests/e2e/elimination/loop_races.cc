// Each loop races in one element, or one variable, with another thread: reported at its line, whatever was optimised.
// expect: race
// expect-report: loop_races.cc:33
// expect-report: loop_races.cc:36
// expect-report: loop_races.cc:39
// expect-report: loop_races.cc:42
// expect-report: loop_races.cc:45
// expect-report: loop_races.cc:49
// expect-report: loop_races.cc:53
// expect-report: loop_races.cc:57
#include <thread>

namespace {

constexpr int kCount = 103;
int up[kCount], down[kCount], gaps[kCount], copied[kCount], one, found[kCount];
float vectors[kCount];
bool wanted[kCount];

// At the very end or start of what the loops touch.
[[gnu::noinline]] void touch_last(int* array) { array[kCount - 1] = 5; }
[[gnu::noinline]] void touch_first(int* array) { array[0] = 5; }
[[gnu::noinline]] void touch_vector(float* array) { array[kCount - 1] = 5; }

void meet(void (*loop)(int), void (*other)()) {
  std::thread first(loop, kCount);
  std::thread second(other);
  first.join();
  second.join();
}

void fill_up(int n) {
  for (int i = 0; i < n; ++i) up[i] += i;
}
void fill_down(int n) {
  for (int i = n - 1; i >= 0; --i) down[i] += i;
}
void fill_gaps(int n) {
  for (int i = 0; i < n; i += 2) gaps[i] += i;
}
void scale(int n) {
  for (int i = 0; i < n; ++i) vectors[i] *= 2;
}
void count(int n) {
  for (int i = 0; i < n; ++i) one += wanted[i] ? 2 : 1;
}
int sum = 0;
void add_up(int n) {
  for (int i = 0; i < n; ++i) sum += copied[i];
}
void mark(int n) {
  for (int i = 0; i < n; ++i) {
    if (wanted[i]) found[i] = i;
  }
}
void search(int n) {
  for (int i = 0; i < n && copied[i] == 0; ++i) asm volatile("" ::: "memory");
}

}  // namespace

int main() {
  for (bool& flag : wanted) flag = true;
  meet(fill_up, [] { touch_last(up); });
  meet(fill_down, [] { touch_first(down); });
  meet(fill_gaps, [] { touch_last(gaps); });
  meet(scale, [] { touch_vector(vectors); });
  meet(count, [] { touch_first(&one); });
  meet(add_up, [] { touch_last(copied); });
  copied[kCount - 1] = 0;
  meet(mark, [] { touch_last(found); });
  meet(search, [] { touch_first(copied); });
  return sum == -1;
}
