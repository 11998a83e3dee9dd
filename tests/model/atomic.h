// Atomic: what std::atomic is in the sources that prelude.h is included into. Each operation is a step of the explorer,
// sequentially consistent but for delayed stores (explorer.h).
#ifndef GORACE_TESTS_MODEL_ATOMIC_H_
#define GORACE_TESTS_MODEL_ATOMIC_H_

#include <atomic>
#include <cstring>
#include <type_traits>

#include "tests/model/explorer.h"

namespace gorace::model {

template <class T>
class Atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
  struct NoDifference {};
  using Difference = std::conditional_t<std::is_integral_v<T>, T, NoDifference>;

 public:
  using value_type = T;
  constexpr Atomic() noexcept = default;
  constexpr Atomic(T value) noexcept : value_(value) {}  // NOLINT(google-explicit-constructor)
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  T load(std::memory_order = std::memory_order_seq_cst) const {
    step(this, Access::kLoad);
    const T value = visible();
    spin_loaded(this, bits(value));
    return value;
  }
  operator T() const { return load(); }  // NOLINT(google-explicit-constructor)

  void store(T value, std::memory_order order = std::memory_order_seq_cst) {
    step(this, Access::kStore);
    if (order != std::memory_order_seq_cst && delay_store(this, bits(value), commit)) return;
    flush_delayed();
    put(value);
  }
  T operator=(T value) {
    store(value);
    return value;
  }

  T exchange(T value, std::memory_order = std::memory_order_seq_cst) {
    return update([&](T) { return value; });
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order = std::memory_order_seq_cst,
                               std::memory_order = std::memory_order_seq_cst) {
    step(this, Access::kUpdate);
    flush_delayed();
    if (bits(value_) != bits(expected)) {
      expected = value_;
      spin_loaded(this, bits(expected));
      return false;
    }
    put(desired);
    return true;
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order success = std::memory_order_seq_cst,
                             std::memory_order failure = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, desired, success, failure);
  }

  T fetch_add(Difference n, std::memory_order = std::memory_order_seq_cst) {
    return update([&](T old) { return static_cast<T>(old + n); });
  }
  T fetch_sub(Difference n, std::memory_order = std::memory_order_seq_cst) {
    return update([&](T old) { return static_cast<T>(old - n); });
  }
  T fetch_or(Difference n, std::memory_order = std::memory_order_seq_cst) {
    return update([&](T old) { return static_cast<T>(old | n); });
  }
  T fetch_and(Difference n, std::memory_order = std::memory_order_seq_cst) {
    return update([&](T old) { return static_cast<T>(old & n); });
  }

  // raw reads without a step: for checks at the end.
  T raw() const { return value_; }

 private:
  static uint64_t bits(T value) {
    uint64_t result = 0;
    memcpy(&result, &value, sizeof value);
    return result;
  }
  static T from_bits(uint64_t value) {
    T result;
    memcpy(static_cast<void*>(&result), &value, sizeof result);
    return result;
  }
  static void commit(void* address, uint64_t value) { static_cast<Atomic*>(address)->put(from_bits(value)); }
  T visible() const {
    uint64_t mine;
    return buffered(this, &mine) ? from_bits(mine) : value_;
  }
  void put(T value) {
    value_ = value;
    spin_ended();
    wake_all(this);
  }
  template <class F>
  T update(F change) {
    step(this, Access::kUpdate);
    flush_delayed();
    const T old = value_;
    put(change(old));
    return old;
  }

  alignas(sizeof(T)) T value_{};
};

inline void thread_fence(std::memory_order order) {
  if (order != std::memory_order_seq_cst || !fences_work()) return;
  step(nullptr, Access::kFence);
  flush_delayed();
}

}  // namespace gorace::model

#endif  // GORACE_TESTS_MODEL_ATOMIC_H_
