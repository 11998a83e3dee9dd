#include "runtime/chan/random.h"

#include <sys/random.h>

#include "runtime/sched/sched.h"

namespace gorace::runtime {
namespace {

thread_local uint64_t t_state = 0;

uint64_t seed() {
  uint64_t value = 0;
  if (getrandom(&value, sizeof(value), GRND_NONBLOCK) == sizeof(value) && value != 0) return value;
  return (reinterpret_cast<uintptr_t>(&t_state) ^ static_cast<uint64_t>(now_ns())) | 1;
}

}  // namespace

// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
[[gnu::noinline]] uint64_t random_u64() {
  if (__builtin_expect(t_state == 0, 0)) t_state = seed();
  uint64_t z = t_state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace gorace::runtime
