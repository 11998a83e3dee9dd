// Memory that was freed may not be touched, however well ordered: by another thread after a join, by the same thread.
// expect: race
// needs: symbols
// expect-report: ^Previous write at 0x[0-9a-f]+ \(free\) by thread [0-9]+:$
// expect-report: ^Previous write at 0x[0-9a-f]+ \(free\) by main thread:$
// expect-report: ^Found 2 data race\(s\)$
#include <cstdlib>
#include <thread>

int main() {
  volatile int* other = static_cast<int*>(malloc(40 * sizeof(int)));
  other[5] = 1;
  std::thread([&] { free(const_cast<int*>(other)); }).join();
  (void)other[5];
  volatile int* own = static_cast<int*>(malloc(100 * sizeof(int)));
  own[50] = 1;
  volatile int* same = own;
  asm volatile("" : "+r"(same));  // or the compiler would see and warn
  free(const_cast<int*>(own));
  (void)same[50];
  // The next life of a block has none of that.
  for (int i = 0; i < 100; ++i) {
    volatile int* block = static_cast<int*>(malloc(40 * sizeof(int)));
    block[5] = i;
    block = static_cast<int*>(realloc(const_cast<int*>(block), 100 * sizeof(int)));
    block[50] = i;
    free(const_cast<int*>(block));
  }
}
