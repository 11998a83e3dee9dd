// The frame of the conformance cases: registration, joined goroutines, and what keeps an access in the compiled code.
//
//   RACE_CASE(RaceStructFieldRW1) {
//     Point p;
//     with_goroutine([&] { p.x = 1; }, [&] { use(p.x); });
//   }
//
// A case is called Race... when its body has a data race in every schedule, and NoRace... when it has none in any. So
// no case may depend on which goroutine is faster: where the situation needs an order of execution that no
// synchronisation gives, it comes from a Meeting, which waits with relaxed atomics and so orders nothing in the sense
// of happens-before.
//
// Bodies join their goroutines before their variables end, after the accesses that matter.
#ifndef GORACE_TESTS_CONFORMANCE_HARNESS_H_
#define GORACE_TESTS_CONFORMANCE_HARNESS_H_

#include <gorace/gorace.h>

#include <atomic>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace gorace::conformance {

// Case: one registered case, in the order of definition. Immutable but for the list that links them, which is complete
// before main.
class Case {
 public:
  Case(const char* name, const char* file, void (*body)(), int reports = 1);

  const char* name() const { return name_; }
  const char* file() const { return file_; }
  int reports() const { return reports_; }  // of a Race case, at least
  const Case* next() const { return next_; }
  void run() const { body_(); }

  static const Case* first();

 private:
  const char* name_;
  const char* file_;
  void (*body_)();
  int reports_;
  const Case* next_ = nullptr;
};

// RACE_CASE(Name) { body } defines and registers a case. A macro, because the name is needed as text and as an
// identifier.
#define RACE_CASE(name)                                                              \
  static void name();                                                                \
  static const ::gorace::conformance::Case name##_registered{#name, __FILE__, name}; \
  static void name()

// RACE_CASE_OF_REPORTS: the same for a case in which at least so many different races are reported.
#define RACE_CASE_OF_REPORTS(name, reports)                                                   \
  static void name();                                                                         \
  static const ::gorace::conformance::Case name##_registered{#name, __FILE__, name, reports}; \
  static void name()

// use reads its argument: at any optimisation level the load of the caller's object stays.
template <class T>
inline void use(T value) {
  if constexpr (std::is_scalar_v<T> && sizeof(T) <= sizeof(void*)) {
    asm volatile("" : : "r"(value));
  } else {
    asm volatile("" : "+m"(value) : : "memory");
  }
}

// opaque returns its argument, unknown to the optimiser: keeps conditions from being folded.
template <class T>
[[nodiscard]] inline T opaque(T value) {
  asm volatile("" : "+r"(value));
  return value;
}

// keep keeps stores into `object` that nothing reads any more: without it the last write before the end of a variable
// is dead code.
template <class T>
inline void keep(T& object) {
  asm volatile("" : : "r"(&object) : "memory");
}

// Goroutines: goroutines that are joined where the object ends. Declare it after the variables that they use. The join
// comes after every access of the enclosing block, so it orders nothing that a case is about.
class Goroutines {
 public:
  Goroutines() = default;
  Goroutines(const Goroutines&) = delete;
  Goroutines& operator=(const Goroutines&) = delete;
  ~Goroutines() { done_.wait(); }

  template <class F>
  void go(F f) {
    done_.add(1);
    gorace::go([this, f = std::move(f)]() mutable {
      f();
      done_.done();
    });
  }

 private:
  WaitGroup done_;
};

// with_goroutine runs `theirs` in a goroutine and `ours` in the caller, with nothing that orders the two, and joins.
template <class Theirs, class Ours>
void with_goroutine(Theirs theirs, Ours ours) {
  Goroutines goroutines;
  goroutines.go(std::move(theirs));
  ours();
}

// in_goroutines runs each function in a goroutine of its own, and joins.
template <class... Functions>
void in_goroutines(Functions... functions) {
  Goroutines goroutines;
  (goroutines.go(std::move(functions)), ...);
}

// Meeting: a place where goroutines wait for each other in time without being ordered by happens-before: all its
// operations are relaxed, and yielding orders nothing.
class Meeting {
 public:
  void arrive() { arrived_.fetch_add(1, std::memory_order_relaxed); }
  void wait_for(int count) const {
    while (arrived_.load(std::memory_order_relaxed) < count) yield();
  }
  void arrive_and_wait_for(int count) {
    arrive();
    wait_for(count);
  }

 private:
  std::atomic<int> arrived_{0};
};

// let_others_run gives goroutines that are ready the chance to block first; no verdict depends on whether they do.
inline void let_others_run() {
  for (int i = 0; i < 10; ++i) yield();
}

}  // namespace gorace::conformance

#endif  // GORACE_TESTS_CONFORMANCE_HARNESS_H_
