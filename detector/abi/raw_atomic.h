// Raw atomics: the operations themselves, always sequentially consistent (the strongest order is right for all), for 1
// to 16 bytes. 16 bytes go through compare-and-swap by the __sync builtin, which compilers expand in place (cmpxchg16b,
// -mcx16) where the __atomic one would call libatomic.
#ifndef GORACE_DETECTOR_ABI_RAW_ATOMIC_H_
#define GORACE_DETECTOR_ABI_RAW_ATOMIC_H_

namespace gorace::detector {

template <class T>
bool raw_compare_exchange(volatile T* object, T* expected, T desired) {
  if constexpr (sizeof(T) <= 8) {
    return __atomic_compare_exchange_n(object, expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  } else {
    const T found = __sync_val_compare_and_swap(object, *expected, desired);
    const bool stored = found == *expected;
    *expected = found;
    return stored;
  }
}

template <class T>
T raw_load(const volatile T* object) {
  if constexpr (sizeof(T) <= 8) {
    return __atomic_load_n(object, __ATOMIC_SEQ_CST);
  } else {
    return __sync_val_compare_and_swap(const_cast<volatile T*>(object), T{0}, T{0});
  }
}

// raw_update replaces the value by next(value) and returns what it was.
template <class T, class Next>
T raw_update(volatile T* object, Next next) {
  T value = raw_load(object);
  while (!raw_compare_exchange(object, &value, static_cast<T>(next(value)))) {
  }
  return value;
}

template <class T>
T raw_exchange(volatile T* object, T desired) {
  if constexpr (sizeof(T) <= 8) {
    return __atomic_exchange_n(object, desired, __ATOMIC_SEQ_CST);
  } else {
    return raw_update(object, [desired](T) { return desired; });
  }
}

template <class T>
void raw_store(volatile T* object, T desired) {
  if constexpr (sizeof(T) <= 8) {
    __atomic_store_n(object, desired, __ATOMIC_SEQ_CST);
  } else {
    raw_exchange(object, desired);
  }
}

template <class T>
T raw_fetch_add(volatile T* object, T operand) {
  if constexpr (sizeof(T) <= 8) {
    return __atomic_fetch_add(object, operand, __ATOMIC_SEQ_CST);
  } else {
    return raw_update(object, [operand](T value) { return value + operand; });
  }
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_RAW_ATOMIC_H_
