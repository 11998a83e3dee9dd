// Loops of two threads over neighbouring parts of arrays, down to the byte, and loops that touch nothing: no report.
// expect: clean
#include <cstdint>
#include <thread>

namespace {

constexpr int kCount = 101;  // odd: the parts meet in the middle of a granule
char bytes[2 * kCount];
std::int16_t shorts[2 * kCount];
double doubles[2 * kCount];
int evens_and_odds[2 * kCount], someone_elses = 0;
bool never[kCount];

template <class T>
[[gnu::noinline]] void fill(T* array, int from, int to) {
  for (int i = from; i < to; ++i) array[i] = static_cast<T>(i);
}
template <class T>
[[gnu::noinline]] void fill_down(T* array, int from, int to) {
  for (int i = to - 1; i >= from; --i) array[i] = static_cast<T>(i + array[i]);
}
[[gnu::noinline]] void fill_every_second(int* array, int from, int to) {
  for (int i = from; i < to; i += 2) array[i] = i;
}
[[gnu::noinline]] void fill_when(const bool* wanted, int* target, int n) {
  for (int i = 0; i < n; ++i) {
    if (wanted[i]) *target = i;
  }
}

void work(int half) {
  const int from = half * kCount, to = from + kCount;
  fill(bytes, from, to);
  fill_down(bytes, from, to);
  fill(shorts, from, to);
  fill_down(shorts, from, to);
  fill(doubles, from, to);
  fill_down(doubles, from, to);
  fill_every_second(evens_and_odds, half, 2 * kCount);
  if (half == 0) {
    someone_elses = 1;
  } else {
    fill(&someone_elses, 0, -half);  // no iteration
    fill_when(never, &someone_elses, kCount);
  }
}

}  // namespace

int main() {
  std::thread first(work, 0);
  std::thread second(work, 1);
  first.join();
  second.join();
}
