// Atomic operations of compiler-rt's ABI: clang calls compare_exchange_val, gcc the strong and weak forms.
#include <cstdint>

#include "detector/abi/atomic_operations.h"

using gorace::detector::atomic_compare_exchange;
using gorace::detector::atomic_load;
using gorace::detector::atomic_rmw;
using gorace::detector::atomic_store;
using gorace::detector::CallSite;
using gorace::detector::raw_exchange;
using gorace::detector::raw_fetch_add;
using gorace::detector::raw_update;

using a8 = uint8_t;
using a16 = uint16_t;
using a32 = uint32_t;
using a64 = uint64_t;
__extension__ using a128 = unsigned __int128;

#define GORACE_DEFINE_FETCH(bits, name, next)                                                                     \
  a##bits __tsan_atomic##bits##_fetch_##name(volatile a##bits* a, a##bits v, int order) {                         \
    return atomic_rmw(a, order, CallSite::here(),                                                                 \
                      [a, v] { return raw_update(a, [v](a##bits old) { return static_cast<a##bits>(next); }); }); \
  }

#define GORACE_DEFINE_ATOMICS(bits)                                                                                  \
  a##bits __tsan_atomic##bits##_load(const volatile a##bits* a, int order) {                                         \
    return atomic_load(a, order, CallSite::here());                                                                  \
  }                                                                                                                  \
  void __tsan_atomic##bits##_store(volatile a##bits* a, a##bits v, int order) {                                      \
    atomic_store(a, v, order, CallSite::here());                                                                     \
  }                                                                                                                  \
  a##bits __tsan_atomic##bits##_exchange(volatile a##bits* a, a##bits v, int order) {                                \
    return atomic_rmw(a, order, CallSite::here(), [a, v] { return raw_exchange(a, v); });                            \
  }                                                                                                                  \
  a##bits __tsan_atomic##bits##_fetch_add(volatile a##bits* a, a##bits v, int order) {                               \
    return atomic_rmw(a, order, CallSite::here(), [a, v] { return raw_fetch_add(a, v); });                           \
  }                                                                                                                  \
  a##bits __tsan_atomic##bits##_fetch_sub(volatile a##bits* a, a##bits v, int order) {                               \
    return atomic_rmw(a, order, CallSite::here(), [a, v] { return raw_fetch_add(a, static_cast<a##bits>(0 - v)); }); \
  }                                                                                                                  \
  GORACE_DEFINE_FETCH(bits, and, old& v)                                                                             \
  GORACE_DEFINE_FETCH(bits, or, old | v)                                                                             \
  GORACE_DEFINE_FETCH(bits, xor, old ^ v)                                                                            \
  GORACE_DEFINE_FETCH(bits, nand, ~(old & v))                                                                        \
  a##bits __tsan_atomic##bits##_compare_exchange_val(volatile a##bits* a, a##bits expected, a##bits v, int order,    \
                                                     int failure_order) {                                            \
    atomic_compare_exchange(a, &expected, v, order, failure_order, CallSite::here());                                \
    return expected;                                                                                                 \
  }                                                                                                                  \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile a##bits* a, a##bits* expected, a##bits v, int order,    \
                                                    int failure_order) {                                             \
    return atomic_compare_exchange(a, expected, v, order, failure_order, CallSite::here());                          \
  }                                                                                                                  \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile a##bits* a, a##bits* expected, a##bits v, int order,      \
                                                  int failure_order) {                                               \
    return atomic_compare_exchange(a, expected, v, order, failure_order, CallSite::here());                          \
  }

extern "C" {

GORACE_DEFINE_ATOMICS(8)
GORACE_DEFINE_ATOMICS(16)
GORACE_DEFINE_ATOMICS(32)
GORACE_DEFINE_ATOMICS(64)
GORACE_DEFINE_ATOMICS(128)

// A signal fence orders a thread with its own signal handlers: no edge between strands.
void __tsan_atomic_signal_fence(int) {}

}  // extern "C"
