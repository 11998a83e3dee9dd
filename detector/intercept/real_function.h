// RealFunction: libc's own version of a function that an interceptor replaces, looked up at its first call.
//
//   constinit RealFunction<decltype(pthread_mutex_lock)> real_mutex_lock("pthread_mutex_lock");
//   int result = real_mutex_lock(mutex);
//
// Thread safety: any thread. start() resolves the functions that signal handlers may reach.
#ifndef GORACE_DETECTOR_INTERCEPT_REAL_FUNCTION_H_
#define GORACE_DETECTOR_INTERCEPT_REAL_FUNCTION_H_

#include <dlfcn.h>

#include <atomic>

#include "runtime/base/real.h"

// gcc says that decltype(pthread_mutex_lock) as a template argument loses the declaration's nonnull attribute: it may.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wignored-attributes"
#endif

namespace gorace::detector {

template <class Function>
class RealFunction {
 public:
  // With a version, that version is preferred: pthread_cond_* exist twice in glibc, with different layouts.
  explicit constexpr RealFunction(const char* name, const char* version = nullptr) : name_(name), version_(version) {}

  Function* get() {
    // relaxed: all who look it up find the same address, and the code behind it was there before.
    Function* found = function_.load(std::memory_order_relaxed);
    if (__builtin_expect(found != nullptr, 1)) return found;
    return resolve();
  }

  template <class... Args>
  auto operator()(Args... args) {
    return get()(args...);
  }

 private:
  [[gnu::noinline]] Function* resolve() {
    void* found = version_ == nullptr ? nullptr : dlvsym(RTLD_NEXT, name_, version_);
    if (found == nullptr) found = runtime::real_function(name_);
    function_.store(reinterpret_cast<Function*>(found), std::memory_order_relaxed);
    return reinterpret_cast<Function*>(found);
  }

  const char* const name_;
  const char* const version_;
  std::atomic<Function*> function_{nullptr};
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_REAL_FUNCTION_H_
