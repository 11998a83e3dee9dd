// Once and once_value: run something once, with Go's semantics (sync.Once, sync.OnceValue).
//
//   static gorace::Once once;
//   once.call([] { load_tables(); });
//
//   auto config = gorace::once_value([] { return read_config(); });   // copies share the value
//   use(config());                                                    // the first caller reads, all others wait for it
//
// Thread safety: all functions, from goroutines, main and threads not made by gorace. Once: 24 bytes,
// constant-initialised, trivially destructible.
//
// Ordering: the end of the one call happens before the return of every other.
//
// Errors: an exception leaves the call that ran the function; the function counts as having run, as in Go. once_value
// keeps the exception and throws it at every caller. call() from inside the function waits for itself: a deadlock.
#ifndef GORACE_ONCE_H_
#define GORACE_ONCE_H_

#include <gorace/internal/language.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <gorace/internal/sema.h>

namespace gorace {

class Once {
 public:
  constexpr Once() noexcept { internal::object_born(this, sizeof(Once)); }
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;

  // call runs f() if no call has run one before, and returns when that has returned.
  template <class F>
  void call(F&& f) {
    if (!begin()) return;
    struct End {
      Once* once;
      ~End() { once->end(); }
    } end{this};
    std::forward<F>(f)();
  }

 private:
  bool begin();  // true: the caller must run the function, then call end()
  void end() noexcept;

  std::atomic<uint32_t> done_{0};
  internal::Sema sema_;
};

// OnceValue: what once_value returns.
template <class F>
class OnceValue {
 public:
  using Value = std::invoke_result_t<F&>;

  explicit OnceValue(F function) : state_(std::make_shared<State>(std::move(function))) {}

  // Runs the function at the first call; returns a reference to the value, valid as long as a copy of this object
  // (nothing for functions that return void).
  decltype(auto) operator()() const {
    State& state = *state_;
    state.once.call([&state] { state.run(); });
    if (state.error) std::rethrow_exception(state.error);
    if constexpr (!std::is_void_v<Value>) return static_cast<const std::remove_cvref_t<Value>&>(*state.value);
  }

 private:
  struct Nothing {};
  struct State {
    explicit State(F f) : function(std::move(f)) {}
    void run() {
      try {
        if constexpr (std::is_void_v<Value>) {
          (*function)();
        } else {
          value.emplace((*function)());
        }
      } catch (...) {
        error = std::current_exception();
      }
      function.reset();  // what it holds is no longer needed
    }
    Once once;
    std::optional<F> function;
    std::optional<std::conditional_t<std::is_void_v<Value>, Nothing, std::remove_cvref_t<Value>>> value;
    std::exception_ptr error;
  };
  std::shared_ptr<State> state_;
};

template <class F>
[[nodiscard]] OnceValue<std::decay_t<F>> once_value(F&& f) {
  return OnceValue<std::decay_t<F>>(std::forward<F>(f));
}

}  // namespace gorace

#endif  // GORACE_ONCE_H_
