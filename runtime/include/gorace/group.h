// Group: goroutines that work on parts of one task, as golang.org/x/sync/errgroup.
//
//   gorace::Group group(ctx);
//   group.set_limit(8);
//   for (const auto& url : urls) group.go([&, ctx = group.context()] { fetch(ctx, url); });   // may throw
//   group.wait();                                                                             // rethrows the first
//   exception
//
// The functions report failure by throwing, or by returning a std::error_code. The first failure cancels the group's
// context; wait() waits for all, then rethrows the exception, or returns the code. A Group waits for its goroutines in
// its destructor too (and cancels them first when an exception unwinds the stack), so they may use what outlives the
// group by reference.
//
// Thread safety: go, try_go and wait may be called from any goroutine or thread; go not concurrently with the wait that
// ends the group's use.
//
// Ordering: the end of each function happens before wait() returns.
//
// Errors: set_limit while functions run: gorace::Panic with Go's text.
#ifndef GORACE_GROUP_H_
#define GORACE_GROUP_H_

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include <gorace/context.h>
#include <gorace/mutex.h>
#include <gorace/semaphore.h>
#include <gorace/wait_group.h>

namespace gorace {

class Group {
 public:
  Group() = default;
  // The group's context is derived from parent; it ends at the first failure and when wait() returns.
  explicit Group(const Context& parent);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  const Context& context() const noexcept { return cancelable_.ctx; }

  // set_limit: at most n functions run at a time, and go() waits for its turn. Negative: no limit. 0: go() blocks for
  // ever.
  void set_limit(int n);

  // go runs f() in a new goroutine. f returns void or std::error_code.
  template <class F>
  void go(F&& f) {
    take_place();
    start(std::forward<F>(f));
  }
  // try_go does so only when that is below the limit, and tells whether it did.
  template <class F>
  bool try_go(F&& f) {
    if (!try_take_place()) return false;
    start(std::forward<F>(f));
    return true;
  }

  // wait blocks until all functions have returned. Rethrows the first exception, or returns the first error code.
  std::error_code wait();

 private:
  struct Running {
    Group* group;
    ~Running() {
      if (group != nullptr) group->leave_place();
    }
  };

  template <class F>
  void start(F&& f) {
    Running starting{this};
    gorace::go([this, function = std::decay_t<F>(std::forward<F>(f))]() mutable {
      Running running{this};
      run(function);
    });
    starting.group = nullptr;
  }

  template <class F>
  void run(F& function) {
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
        function();
      } else {
        const std::error_code error = function();
        if (error) fail(error, nullptr);
      }
    } catch (...) {
      fail_with_current_exception();
    }
  }

  void take_place();
  void enter();
  bool try_take_place();
  void leave_place();
  void fail(std::error_code error, std::exception_ptr exception);
  void fail_with_current_exception();

  CancelableContext cancelable_;
  WaitGroup running_;
  Mutex mutex_;  // guards the next three
  bool failed_ = false;
  std::error_code error_;
  std::exception_ptr exception_;
  std::atomic<int> active_{0};
  std::optional<Semaphore> places_;  // with a limit only: it would order unrelated functions
};

}  // namespace gorace

#endif  // GORACE_GROUP_H_
