#include "tests/unit/instrument/run/subject.h"

#include <atomic>
#include <stdexcept>

void write1(uint8_t* p) { *p = 1; }
void write2(uint16_t* p) { *p = 2; }
void write4(uint32_t* p) { *p = 4; }
void write8(uint64_t* p) { *p = 8; }
uint64_t read8(const uint64_t* p) { return *p; }
void write16(__int128* p) { *p = 16; }
void write_long_double(long double* p) { *p = 10; }
void write_packed(Packed* p) { p->value = 5; }
void add_one_to_each(float* p, int n) {
  for (int i = 0; i < n; ++i) p[i] += 1;
}
void increment(uint64_t* p) { ++*p; }

[[gnu::noinline]] void call(Callback f) { f(); }
void call_twice(Callback f, Callback g) {
  f();
  g();
}
void call_catching(Callback thrower, Callback handler) {
  try {
    call(thrower);
  } catch (const std::runtime_error&) {
    handler();
  }
}
void call_after_longjmp(std::jmp_buf& buffer, Callback jumper, Callback after) {
  if (setjmp(buffer) == 0) {
    call(jumper);
  } else {
    after();
  }
}
int checked(int index) {
  if (index > 3) throw std::out_of_range("index");
  return index;
}

int atomics(int* word) {
  auto* atomic = reinterpret_cast<std::atomic<int>*>(word);
  atomic->store(1, std::memory_order_release);
  int expected = 1;
  atomic->compare_exchange_strong(expected, 5);
  atomic->fetch_add(2, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return atomic->load(std::memory_order_acquire);
}

float add_floating(float* word, float value) { return reinterpret_cast<std::atomic<float>*>(word)->fetch_add(value); }
