// RealFunction: libc's own version of a function that an interceptor replaces.
//
//   GORACE_REAL_FUNCTION RealFunction<decltype(pthread_mutex_lock)> real_mutex_lock("pthread_mutex_lock");
//   int result = real_mutex_lock(mutex);
//
// start() looks all of them up: later a look-up takes the loader's locks, which a caller may hold (callbacks of
// dl_iterate_phdr) or have interrupted (signal handlers).
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_INTERCEPT_REAL_FUNCTION_H_
#define GORACE_DETECTOR_INTERCEPT_REAL_FUNCTION_H_

#include <atomic>

// gcc says that decltype(pthread_mutex_lock) as a template argument loses the declaration's nonnull attribute: it may.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wignored-attributes"
#endif

// In a section of their own they are an array of all.
#define GORACE_REAL_FUNCTION [[gnu::section("gorace_real")]] constinit

namespace gorace::detector {

// RealFunctionEntry: what is the same for functions of all types. Its size is its alignment, since compilers align
// larger objects further than their type asks for.
class alignas(32) RealFunctionEntry {
 public:
  // With a version, that version is preferred: pthread_cond_* exist twice in glibc, with different layouts.
  explicit constexpr RealFunctionEntry(const char* name, const char* version) : name_(name), version_(version) {}

  // look_up returns the function; null when the C library has none.
  void* look_up();

 protected:
  // Null before start() has looked it up, and when there is none.
  void* known_address() const { return function_.load(std::memory_order_relaxed); }
  void* address() {
    // relaxed: all who look it up find the same address, and the code behind it was there before.
    void* found = function_.load(std::memory_order_relaxed);
    return __builtin_expect(found != nullptr, 1) ? found : look_up_or_die();
  }

 private:
  void* look_up_or_die();

  const char* const name_;
  const char* const version_;
  std::atomic<void*> function_{nullptr};
};

template <class Function>
class RealFunction : public RealFunctionEntry {
 public:
  explicit constexpr RealFunction(const char* name, const char* version = nullptr) : RealFunctionEntry(name, version) {}

  Function* get() { return reinterpret_cast<Function*>(address()); }

  // get_or is the other function where this C library lacks this one, and before start().
  Function* get_or(RealFunction& other) {
    void* const found = known_address();
    return found != nullptr ? reinterpret_cast<Function*>(found) : other.get();
  }

  template <class... Args>
  auto operator()(Args... args) {
    return get()(args...);
  }
};

// resolve_real_functions looks up all that the program is linked with. One that this C library lacks ends the program
// only when it is called.
void resolve_real_functions();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_REAL_FUNCTION_H_
