// go: starts goroutines, and what a goroutine may ask of the scheduler.
//
//   gorace::go([] { std::puts("hello"); });
//   gorace::go(worker, 7, jobs);                                   // copies 7 and jobs now, as std::thread does
//   using namespace gorace::literals;
//   gorace::go({.name = "parser", .stack = 1_MiB}, parse, text);   // options first
//
// Goroutines are cheap: 256 KiB of address space each, of which the pages that were touched take memory. They run on
// GOMAXPROCS OS threads and move between them whenever they wait, so thread_local variables may change under them
// (lock_os_thread() prevents it). errno moves with the goroutine, but compilers take its address, like a
// thread_local's, once a function: read it right after the call that set it, not after a call that may wait.
//
// Thread safety: everything here may be called from goroutines, from main (goroutine 1), and from threads not made by
// gorace.
//
// Errors: an exception that leaves a goroutine's function ends the program as a panic does in Go (message, stack, exit
// code 2). go() throws gorace::Panic when the stack size is out of range or the system has no memory for a stack, and
// whatever copying the arguments throws; no goroutine is started then.
#ifndef GORACE_GO_H_
#define GORACE_GO_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gorace/panic.h>

namespace gorace {

struct GoOptions {
  const char* name = nullptr;  // shown in dumps and reports; copied, at most 31 characters
  size_t stack = 0;            // bytes of stack, rounded up to a power of two, 16 KiB to 64 MiB; 0: 256 KiB
};

inline namespace literals {
constexpr size_t operator""_KiB(unsigned long long n) { return static_cast<size_t>(n) << 10; }
constexpr size_t operator""_MiB(unsigned long long n) { return static_cast<size_t>(n) << 20; }
}  // namespace literals

namespace internal {

// start_goroutine: relocate(storage, source) builds the closure for the new goroutine; entry(storage) runs and destroys
// it. Before that the goroutine may move it to its stack by move(to, from), which destroys *from; null: it must not.
void start_goroutine(const GoOptions& options, size_t bytes, size_t align,
                     void (*relocate)(void* storage, void* source), void* source, void (*entry)(void* storage),
                     void (*move)(void* to, void* from));
bool enter_blocking();
void leave_blocking(bool entered);

// Closure: the function and its arguments, decay-copied once, straight from the caller's; then moved at most once.
template <class F, class... Args>
struct Closure {
  F function;
  std::tuple<Args...> arguments;

  template <class References, size_t... I>
  Closure(References& from, std::index_sequence<I...>)
      : function(std::get<0>(std::move(from))), arguments(std::get<I + 1>(std::move(from))...) {}

  static void move(void* to, void* from) {
    auto* closure = static_cast<Closure*>(from);
    ::new (to) Closure(std::move(*closure));
    closure->~Closure();
  }

  static void run(void* storage) {
    struct Owner {
      Closure* closure;
      ~Owner() { closure->~Closure(); }
    } owner{static_cast<Closure*>(storage)};
    std::apply([&](Args&... each) { std::invoke(std::move(owner.closure->function), std::move(each)...); },
               owner.closure->arguments);
  }
};

template <class F, class... Args>
void start(const GoOptions& options, F&& f, Args&&... args) {
  using Made = Closure<std::decay_t<F>, std::decay_t<Args>...>;
  using References = std::tuple<F&&, Args&&...>;
  References references(std::forward<F>(f), std::forward<Args>(args)...);
  constexpr auto relocate = [](void* storage, void* source) {
    ::new (storage) Made(*static_cast<References*>(source), std::index_sequence_for<Args...>());
  };
  void (*move)(void*, void*) = nullptr;
  if constexpr (std::is_nothrow_move_constructible_v<Made>) move = &Made::move;
  start_goroutine(options, sizeof(Made), alignof(Made), relocate, &references, &Made::run, move);
}

}  // namespace internal

// go runs f(args...) in a new goroutine. f and args are copied or moved now, once; pass std::ref for a reference. If
// their moves cannot throw, they may be moved once more before f is called, on the new goroutine: many goroutines that
// wait for their first run have no stacks yet.
template <class F, class... Args>
requires std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>
void go(F&& f, Args&&... args) { internal::start(GoOptions{}, std::forward<F>(f), std::forward<Args>(args)...); }

template <class F, class... Args>
requires std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>
void go(const GoOptions& options, F&& f, Args&&... args) {
  internal::start(options, std::forward<F>(f), std::forward<Args>(args)...);
}

// yield lets other runnable goroutines go first.
void yield();

// goexit ends the calling goroutine after running the destructors of its stack; it throws an exception that `catch
// (...)` must pass on. From main the others go on; when they have all ended too, that is a deadlock, as in Go.
[[noreturn]] void goexit();

// num_goroutine counts the goroutines that exist, main included.
size_t num_goroutine();

// gomaxprocs sets how many OS threads run goroutines at the same time (1 to 1024; more is cut) and returns the former
// setting; n < 1 only reads. It starts as the environment variable GOMAXPROCS, else as the number of processors this
// process may use: by its affinity mask, and by its cgroup's limit, rounded up, but 2 at least; and it follows the two,
// within a second, until it is set. set_default_gomaxprocs goes back to that.
int gomaxprocs(int n = 0);
void set_default_gomaxprocs();

// set_max_threads sets how many OS threads may exist for goroutines, 10,000 at first, and returns the former limit. A
// program that needs more, with that many goroutines inside blocking() or locked to threads, ends: "fatal error: thread
// exhaustion", exit code 2. (A thread that the system refuses earlier is reported, and the goroutines go on without
// it.)
int set_max_threads(int n);

// blocking calls f() and returns its result, while other goroutines have this one's processor. For calls that block the
// thread: files, foreign libraries, long computations. (Without it they get one after 10 ms.)
template <class F>
decltype(auto) blocking(F&& f) {
  struct Scope {
    bool entered = internal::enter_blocking();
    ~Scope() { internal::leave_blocking(entered); }
  } scope;
  return std::invoke(std::forward<F>(f));
}

// lock_os_thread binds the calling goroutine to its OS thread: it runs on no other one, and nothing else runs there,
// until as many unlocks or its end. (After the end the thread serves others again; Go would end the thread.)
void lock_os_thread();
void unlock_os_thread();

// set_goroutine_name names the calling goroutine in dumps and reports; at most 31 characters are kept.
void set_goroutine_name(std::string_view name);

// goroutine_id returns the number that dumps, reports and profiles show for the calling goroutine; main is 1. For logs:
// no program logic should depend on it.
uint64_t goroutine_id();

}  // namespace gorace

#endif  // GORACE_GO_H_
