// select: waits on several channel operations at once and does one of them, with Go's semantics.
//
//   int job;
//   switch (gorace::select(gorace::recv(jobs, job), gorace::send(results, answer), gorace::recv(ctx.done()),
//   gorace::after(50ms))) {
//     case 0: run(job); break;
//     case 1: break;         // answer is sent
//     case 2: return;        // canceled
//     case 3: retry(); break;
//   }
//
// select returns the index of the case that took place. It blocks until one can; of several that can, each is equally
// likely. Cases:
//
//   recv(c)                   drops the value
//   recv(c, target)           assigns it; target may be a std::optional<T>, which is emptied when c is closed and
//   drained recv(c, target, ok)       ok = false when c is closed and drained; target is left alone then recv(c,
//   handler)          calls handler(T), not when closed; or handler(std::optional<T>), empty when closed; or handler()
//   send(c, value)            an lvalue is copied when the case is made; an rvalue is moved from only when it is sent
//   send(c, value, handler)   calls handler() when sent
//   after(50ms), after(50ms, handler)   <gorace/timer.h>: a timeout
//   otherwise, otherwise(handler)       taken when no other case can go ahead at once (Go's default); select returns
//   its index
//
// A closed channel is ready to receive from. Cases on nil channels never take place, which is the way to switch a case
// off. select() without cases blocks for ever. The same channel may be in several cases. Handlers run after the choice,
// on the caller, with no lock held.
//
// Thread safety: any goroutine or thread. Cases are made in the call of select: they refer to channels, targets and
// rvalues. To keep cases, see AnyCase. Errors: gorace::Panic "send on closed channel" when a send case is chosen whose
// channel is closed; what a copy, move or handler throws.
#ifndef GORACE_SELECT_H_
#define GORACE_SELECT_H_

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include <gorace/chan.h>
#include <gorace/internal/select_core.h>

namespace gorace {

namespace internal {

// SelectCase: what select() accepts: prepare() gives the record for the library, complete() stores results and calls
// handlers after the case took place.
template <class C>
concept SelectCase = requires(std::remove_cvref_t<C>& c) {
  { c.prepare() } -> std::same_as<SelectRecord>;
  c.complete(true);
};

template <class C>
concept Receivable = std::derived_from<C, RecvSide<C, typename C::value_type>>;
template <class C>
concept Sendable = std::derived_from<C, SendSide<C, typename C::value_type>>;

template <class F, class T>
concept RecvHandler = std::invocable<F&, T> || std::invocable<F&, std::optional<T>> || std::invocable<F&>;

// RecvCase receives into a slot of its own; sink(T*) says what becomes of the value, null when the channel is closed.
template <class T, class Sink>
class RecvCase {
 public:
  RecvCase(const ChanHandle& chan, Sink sink) : chan_(chan.core()), sink_(std::forward<Sink>(sink)) {}
  SelectRecord prepare() {
    slot_.reset();
    return {chan_, slot_.storage(), 0, SelectKind::kRecv};
  }
  void complete(bool received) {
    if (received) slot_.set_full();
    sink_(received ? &slot_.value() : nullptr);
    slot_.reset();
  }

 private:
  ChanCore* chan_;  // the caller's handle lives as long as the case
  Sink sink_;
  Slot<T> slot_;
};

struct DropValue {
  void operator()(void*) const {}
};

template <class T, class Target>
struct AssignValue {
  Target* target;
  bool* ok;
  void operator()(T* value) const {
    if (ok != nullptr) *ok = value != nullptr;
    if (value != nullptr) {
      *target = std::move(*value);
    } else if constexpr (std::is_same_v<Target, std::optional<T>>) {
      target->reset();
    }
  }
};

// TakesOptional: the handler wants to be told of a closed channel. A generic lambda takes anything; it gets the value
// itself.
struct Unrelated {};
template <class F, class T>
concept TakesOptional =
    std::invocable<F&, std::optional<T>> && std::invocable<F&, std::nullopt_t> && !std::invocable<F&, Unrelated>;

template <class T, class Handler>
struct HandleValue {
  Handler handler;
  void operator()(T* value) {
    if constexpr (TakesOptional<Handler, T>) {
      handler(value != nullptr ? std::optional<T>(std::move(*value)) : std::nullopt);
    } else if constexpr (std::invocable<Handler&, T>) {
      if (value != nullptr) handler(std::move(*value));
    } else {
      handler();
    }
  }
};

// A variable of the element's type is a target even when it can be called: channels of functions are common.
template <class Argument, class T>
concept RecvTarget =
    std::is_lvalue_reference_v<Argument> && std::is_assignable_v<Argument, T> &&
    (std::same_as<std::remove_cvref_t<Argument>, T> || std::same_as<std::remove_cvref_t<Argument>, std::optional<T>> ||
     !RecvHandler<std::remove_reference_t<Argument>, T>);

struct NoHandler {
  void operator()() const {}
};

// SendCase holds the value, or refers to the caller's when that is an rvalue.
template <class T, bool kOwned, class Handler>
class SendCase {
 public:
  using Value = std::conditional_t<kOwned, T, T*>;
  template <class V>
  SendCase(ChanCore* chan, V&& value, Handler handler)
      : chan_(chan), value_(std::forward<V>(value)), handler_(std::forward<Handler>(handler)) {}
  SelectRecord prepare() { return {chan_, address(), 0, SelectKind::kSend}; }
  void complete(bool) { handler_(); }

  // to_owned moves the caller's value in, for cases that outlive the full expression.
  SendCase<T, true, Handler> to_owned() && {
    return {chan_, std::move(*static_cast<T*>(address())), std::forward<Handler>(handler_)};
  }

 private:
  void* address() {
    if constexpr (kOwned) {
      return &value_;
    } else {
      return value_;
    }
  }

  ChanCore* chan_;
  Value value_;
  Handler handler_;
};

template <class C, class V, class Handler>
auto make_send_case(const C& chan, V&& value, Handler&& handler) {
  using T = typename C::value_type;
  // A value that is copied as bytes is read here, in the caller's code, where a race detector sees it.
  if constexpr (std::is_same_v<V, T> && !std::is_trivially_copyable_v<T>) {
    return SendCase<T, false, Handler>(chan.core(), &value, std::forward<Handler>(handler));
  } else {
    return SendCase<T, true, Handler>(chan.core(), std::forward<V>(value), std::forward<Handler>(handler));
  }
}

template <class Handler>
class OtherwiseCase {
 public:
  explicit OtherwiseCase(Handler handler) : handler_(std::forward<Handler>(handler)) {}
  SelectRecord prepare() { return {nullptr, nullptr, 0, SelectKind::kOtherwise}; }
  void complete(bool) { handler_(); }

 private:
  Handler handler_;
};

struct Otherwise {
  SelectRecord prepare() const { return {nullptr, nullptr, 0, SelectKind::kOtherwise}; }
  void complete(bool) const {}
  template <std::invocable Handler>
  auto operator()(Handler&& handler) const {
    return OtherwiseCase<Handler>(std::forward<Handler>(handler));
  }
};

}  // namespace internal

// recv makes a receiving case. See the top of this file.
template <internal::Receivable C>
auto recv(const C& chan) {
  return internal::RecvCase<typename C::value_type, internal::DropValue>(chan, {});
}
template <internal::Receivable C, class Target>
  requires internal::RecvTarget<Target&, typename C::value_type>
auto recv(const C& chan, Target& target) {
  using T = typename C::value_type;
  return internal::RecvCase<T, internal::AssignValue<T, Target>>(chan, {&target, nullptr});
}
template <internal::Receivable C, class Target>
  requires internal::RecvTarget<Target&, typename C::value_type>
auto recv(const C& chan, Target& target, bool& ok) {
  using T = typename C::value_type;
  return internal::RecvCase<T, internal::AssignValue<T, Target>>(chan, {&target, &ok});
}
template <internal::Receivable C, class Handler>
  requires(!internal::RecvTarget<Handler, typename C::value_type> &&
           internal::RecvHandler<std::remove_reference_t<Handler>, typename C::value_type>)
auto recv(const C& chan, Handler&& handler) {
  using T = typename C::value_type;
  return internal::RecvCase<T, internal::HandleValue<T, Handler>>(chan, {std::forward<Handler>(handler)});
}

// send makes a sending case.
template <internal::Sendable C, class V>
  requires std::constructible_from<typename C::value_type, V>
auto send(const C& chan, V&& value) {
  return internal::make_send_case(chan, std::forward<V>(value), internal::NoHandler{});
}
template <internal::Sendable C, class V, std::invocable Handler>
  requires std::constructible_from<typename C::value_type, V>
auto send(const C& chan, V&& value, Handler&& handler) {
  return internal::make_send_case(chan, std::forward<V>(value), std::forward<Handler>(handler));
}

// otherwise is the case that is taken when no other can go ahead at once. At most one.
inline constexpr internal::Otherwise otherwise;

// AnyCase holds a case of any kind, and its channel, for selects whose number of cases is known at run time:
//
//   std::vector<gorace::AnyCase> cases;
//   for (auto& c : channels) cases.push_back(gorace::recv(c, value));
//   const int index = gorace::select(cases);
//
// A list of receiving cases may be used again. It owns the values to send; one that was sent is moved from.
class AnyCase {
 public:
  template <class C>
    requires(internal::SelectCase<C> && !std::same_as<std::remove_cvref_t<C>, AnyCase>)
  AnyCase(C&& from) {  // NOLINT(google-explicit-constructor)
    if constexpr (requires { std::move(from).to_owned(); }) {
      emplace(std::move(from).to_owned());
    } else {
      emplace(std::forward<C>(from));
    }
  }

  internal::SelectRecord prepare() { return case_->prepare(); }
  void complete(bool received) { case_->complete(received); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual internal::SelectRecord prepare() = 0;
    virtual void complete(bool received) = 0;
  };
  template <class C>
  struct Holder final : Base {
    explicit Holder(C&& from) : held(std::move(from)), chan(internal::ChanHandle::share(held.prepare().chan)) {}
    internal::SelectRecord prepare() override { return held.prepare(); }
    void complete(bool received) override { held.complete(received); }
    C held;
    internal::ChanHandle chan;
  };
  template <class C>
  void emplace(C&& from) {
    case_ = std::make_unique<Holder<std::remove_cvref_t<C>>>(std::remove_cvref_t<C>(std::forward<C>(from)));
  }

  std::unique_ptr<Base> case_;
};

// select does one of its cases and returns its index. See the top of this file.
template <class... Cases>
  requires(sizeof...(Cases) > 0 && (internal::SelectCase<Cases> && ...))
int select(Cases&&... cases) {
  const internal::SelectRecord records[] = {cases.prepare()...};
  const internal::SelectResult result = internal::select_wait(records, sizeof...(Cases));
  int index = 0;
  ((index++ == result.index ? cases.complete(result.received) : void()), ...);
  return result.index;
}

// select over a list: its length may be anything; an empty list blocks for ever.
inline int select(std::span<AnyCase> cases) {
  const auto records = std::make_unique<internal::SelectRecord[]>(cases.size());
  for (size_t i = 0; i < cases.size(); ++i) records[i] = cases[i].prepare();
  const internal::SelectResult result = internal::select_wait(records.get(), cases.size());
  cases[static_cast<size_t>(result.index)].complete(result.received);
  return result.index;
}

// select without cases blocks the goroutine for ever.
[[noreturn]] inline void select() {
  internal::select_wait(nullptr, 0);
  __builtin_unreachable();
}

}  // namespace gorace

#endif  // GORACE_SELECT_H_
