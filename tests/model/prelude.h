// Included before everything else into the runtime's own sources (compile option -include): from here on std::atomic is
// the explorer's. All standard headers that the sources use come first, so that none of them sees the substitution.
#ifndef GORACE_TESTS_MODEL_PRELUDE_H_
#define GORACE_TESTS_MODEL_PRELUDE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <shared_mutex>
#include <span>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <vector>

#include "tests/model/atomic.h"

// In the namespace where the sources look for it. Tests only: a program must not add to std.
namespace std {
template <class T>
using gorace_model_atomic = ::gorace::model::Atomic<T>;
inline void gorace_model_thread_fence(memory_order order) { ::gorace::model::thread_fence(order); }
}  // namespace std

// A mutex's inlined path is assembly, which the explorer does not see.
#define GORACE_NO_INLINE_LOCKS 1

// A pause in a spinning loop: so the explorer knows that a thread only waits.
#define __builtin_ia32_pause ::gorace::model::relax

#define atomic gorace_model_atomic
#define atomic_thread_fence gorace_model_thread_fence

#endif  // GORACE_TESTS_MODEL_PRELUDE_H_
