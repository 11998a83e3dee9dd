// Context: carries cancellation, a deadline and values down a tree of calls and goroutines, with Go's semantics.
//
//   auto [ctx, cancel] = gorace::with_timeout(gorace::background(), 2s);
//   switch (gorace::select(gorace::recv(answers, answer), gorace::recv(ctx.done()))) {
//     case 1: std::puts(ctx.err().message().c_str());  // "context deadline exceeded"
//   }
//
// A Context is a handle: copies share one node; pass them by value, as the first parameter, named ctx. The cancel
// function that comes with a derived context cancels it, and what is derived from it, when it is called and at the end
// of its own life, so it cannot be forgotten.
//
// Thread safety: everything here may be called from any goroutine or thread at any time. Ordering: cancel happens
// before done() is seen closed and before err() returns the error.
#ifndef GORACE_CONTEXT_H_
#define GORACE_CONTEXT_H_

#include <gorace/internal/language.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <gorace/chan.h>

namespace gorace {

// ContextErrc: why a context ended. Error codes of context_category(), whose messages are Go's.
enum class ContextErrc {
  kCanceled = 1,          // "context canceled"
  kDeadlineExceeded = 2,  // "context deadline exceeded"
};
const std::error_category& context_category() noexcept;
std::error_code make_error_code(ContextErrc error) noexcept;

namespace internal {
class ContextNode;  // runtime/context/context_node.h
void context_retain(ContextNode* node) noexcept;
void context_release(ContextNode* node) noexcept;
}  // namespace internal

// ContextKey names a value in contexts. Two keys are the same when they are the same object: make it a namespace-scope
// constant.
//
//   inline constexpr gorace::ContextKey<std::string> kUser;
//   auto inner = gorace::with_value(ctx, kUser, std::string("anna"));
//   if (const std::string* user = inner.value(kUser)) ...
template <class T>
class ContextKey {
 public:
  constexpr ContextKey() = default;
  ContextKey(const ContextKey&) = delete;
  ContextKey& operator=(const ContextKey&) = delete;

 private:
  char identity_ = 0;  // keys are told apart by address, so each needs one of its own
};

class Context {
 public:
  using Clock = std::chrono::steady_clock;

  // The background context: never canceled, no deadline, no values.
  Context() noexcept = default;
  Context(const Context& other) noexcept : node_(other.node_) {
    if (node_ != nullptr) internal::context_retain(node_);
  }
  Context(Context&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Context& operator=(Context other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Context() {
    if (node_ != nullptr) internal::context_release(node_);
  }

  // done returns a channel that is closed when the context is canceled or its deadline passes; the nil channel when it
  // never can be.
  RecvChan<Unit> done() const;

  // err returns ContextErrc::kCanceled or kDeadlineExceeded once the context has ended, an empty code before.
  std::error_code err() const noexcept;

  // cause returns what the context was canceled with (with_cancel_cause), otherwise err() as a std::system_error; null
  // before the end.
  std::exception_ptr cause() const;

  // deadline returns when the context will end by itself; empty when it will not.
  std::optional<Clock::time_point> deadline() const noexcept;

  // value returns what with_value stored under key in this context or the nearest one above it; null when there is
  // none. The value lives as long as a context that has it.
  template <class T>
  const T* value(const ContextKey<T>& key) const noexcept {
    return static_cast<const T*>(find_value(&key));
  }

  // For the library.
  explicit Context(internal::ContextNode* adopted) noexcept : node_(adopted) {}
  internal::ContextNode* node() const noexcept { return node_; }

 private:
  const void* find_value(const void* key) const noexcept;

  internal::ContextNode* node_ = nullptr;
};

// CancelFunc cancels its context when called and when it is destroyed. Calling it again does nothing. Move-only.
class CancelFunc {
 public:
  CancelFunc() noexcept = default;
  explicit CancelFunc(Context context) noexcept : context_(std::move(context)) {}
  CancelFunc(CancelFunc&& other) noexcept = default;
  CancelFunc& operator=(CancelFunc&& other) noexcept;
  ~CancelFunc();

  // The context's err() becomes kCanceled, and its cause `cause` when one is given.
  void operator()() const { (*this)(nullptr); }
  void operator()(std::exception_ptr cause) const;

  // release gives the context up: it will end with its parent or its deadline only.
  void release() && noexcept { context_ = Context(); }

 private:
  Context context_;
};

// CancelableContext: what the with_... functions return, for `auto [ctx, cancel] = ...`.
struct CancelableContext {
  Context ctx;
  CancelFunc cancel;
};

// background and todo: the empty context; todo says that it is not clear yet which one belongs here.
inline Context background() noexcept { return {}; }
inline Context todo() noexcept { return {}; }

[[nodiscard]] CancelableContext with_cancel(const Context& parent);
// with_cancel_cause is with_cancel by another name: every CancelFunc takes a cause.
[[nodiscard]] inline CancelableContext with_cancel_cause(const Context& parent) { return with_cancel(parent); }
// with_deadline_cause and with_timeout_cause: when the time is up, the context's cause() is `cause`. An end by the
// CancelFunc or the parent has its own cause.
[[nodiscard]] CancelableContext with_deadline_cause(const Context& parent, Context::Clock::time_point deadline,
                                                    std::exception_ptr cause);
[[nodiscard]] CancelableContext with_timeout_cause(const Context& parent, std::chrono::nanoseconds timeout,
                                                   std::exception_ptr cause);
[[nodiscard]] inline CancelableContext with_deadline(const Context& parent, Context::Clock::time_point deadline) {
  return with_deadline_cause(parent, deadline, nullptr);
}
[[nodiscard]] inline CancelableContext with_timeout(const Context& parent, std::chrono::nanoseconds timeout) {
  return with_timeout_cause(parent, timeout, nullptr);
}
// without_cancel keeps the values of its parent, but not its end.
[[nodiscard]] Context without_cancel(const Context& parent);

namespace internal {
Context context_with_value(const Context& parent, const void* key, std::shared_ptr<const void> value);
}

template <class T, class V>
[[nodiscard]] Context with_value(const Context& parent, const ContextKey<T>& key, V&& value) {
  return internal::context_with_value(parent, &key, std::make_shared<const T>(std::forward<V>(value)));
}

// AfterFunc: the registration that after_func returns. Dropping it does not stop the function.
class AfterFunc {
 public:
  // All in the library: the race detector must see either both ends of the count's work or none.
  AfterFunc() noexcept;
  AfterFunc(const AfterFunc& other) noexcept;
  AfterFunc(AfterFunc&& other) noexcept;
  AfterFunc& operator=(AfterFunc other) noexcept;
  ~AfterFunc();

  // stop returns true when the function will not run because of this call.
  bool stop();

 private:
  friend AfterFunc after_func(const Context& ctx, std::function<void()> f);
  struct Registration;
  std::shared_ptr<Registration> registration_;
};

// after_func runs f in a goroutine of its own once ctx has ended (at once when it already has).
AfterFunc after_func(const Context& ctx, std::function<void()> f);

}  // namespace gorace

template <>
struct std::is_error_code_enum<gorace::ContextErrc> : std::true_type {};

#endif  // GORACE_CONTEXT_H_
