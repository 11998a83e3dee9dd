// Timers: Timer, Ticker, after and after_func, with the semantics of Go's package time (1.23 and later).
//
//   gorace::Timer timer(2s);
//   timer.chan().recv();                       // after 2 s
//
//   gorace::Ticker ticker(100ms);
//   for (auto tick : ticker.chan()) poll(tick);
//
//   switch (gorace::select(gorace::recv(answers, answer), gorace::after(50ms))) { ... }
//
//   gorace::after_func(1s, [] { std::puts("late"); });
//
// Channels of timers look unbuffered; a tick that nobody has taken by the next one is replaced by it (that is,
// dropped). After stop() or reset() has returned no tick from before is received.
//
// Thread safety: the functions of one timer may be called from any goroutine or thread; moving and destroying it are
// its owner's. Durations that are not positive are over at once; times beyond the clock never come.
//
// Errors: gorace::Panic "non-positive interval for NewTicker" and "non-positive interval for Ticker.Reset".
#ifndef GORACE_TIMER_H_
#define GORACE_TIMER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

#include <gorace/chan.h>
#include <gorace/internal/select_core.h>

namespace gorace {

// TimePoint: what the channels of timers carry, the time at which they fired.
using TimePoint = std::chrono::steady_clock::time_point;

namespace internal {

class TimerState;  // runtime/chan/timer.cc

// TimerHandle owns a timer.
class TimerHandle {
 public:
  TimerHandle(TimerHandle&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  TimerHandle& operator=(TimerHandle&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }

 protected:
  explicit TimerHandle(TimerState* state) noexcept : state_(state) {}
  ~TimerHandle();
  RecvChan<TimePoint> chan() const;
  bool stop();
  bool reset(std::chrono::nanoseconds duration);
  void reset_period(std::chrono::nanoseconds period);

 private:
  TimerState* state_;
};

TimerState* new_timer(std::chrono::nanoseconds duration);
TimerState* new_ticker(std::chrono::nanoseconds period);
TimerState* new_func_timer(std::chrono::nanoseconds duration, std::function<void()> f);

// deadline_after returns the time of CLOCK_MONOTONIC at which a duration that starts now is over.
int64_t deadline_after(std::chrono::nanoseconds duration) noexcept;

}  // namespace internal

// Timer fires once. Its destructor stops it, but for one made by after_func, which runs unless it is stopped.
class Timer : private internal::TimerHandle {
 public:
  explicit Timer(std::chrono::nanoseconds duration) : TimerHandle(internal::new_timer(duration)) {}

  // chan returns the channel that receives the time when the timer fires; nil for one made by after_func.
  using internal::TimerHandle::chan;
  // stop returns true when the timer will not fire because of this call.
  using internal::TimerHandle::stop;
  // reset starts the timer anew; true when it was running.
  using internal::TimerHandle::reset;

 private:
  explicit Timer(internal::TimerState* state) : TimerHandle(state) {}
  friend Timer after_func(std::chrono::nanoseconds duration, std::function<void()> f);
};

// Ticker fires every `period`, from one period on. Its destructor stops it; its channel is not closed.
class Ticker : private internal::TimerHandle {
 public:
  explicit Ticker(std::chrono::nanoseconds period) : TimerHandle(internal::new_ticker(period)) {}

  using internal::TimerHandle::chan;
  void stop() { TimerHandle::stop(); }
  void reset(std::chrono::nanoseconds period) { reset_period(period); }
};

// after_func runs f in a goroutine of its own when the duration is over. The returned Timer may be dropped.
inline Timer after_func(std::chrono::nanoseconds duration, std::function<void()> f) {
  return Timer(internal::new_func_timer(duration, std::move(f)));
}

// After: what after() returns. A case of select, without a channel; or a channel when one is asked for.
class After {
 public:
  explicit After(std::chrono::nanoseconds duration) noexcept : deadline_ns_(internal::deadline_after(duration)) {}

  internal::SelectRecord prepare() const { return {nullptr, nullptr, deadline_ns_, internal::SelectKind::kTimeout}; }
  void complete(bool) const {}

  // chan makes a channel that receives the time once the duration is over.
  RecvChan<TimePoint> chan() const;

 private:
  int64_t deadline_ns_;
};

namespace internal {

template <class Handler>
class AfterCase : public After {
 public:
  AfterCase(std::chrono::nanoseconds duration, Handler handler)
      : After(duration), handler_(std::forward<Handler>(handler)) {}
  void complete(bool) { handler_(); }

 private:
  Handler handler_;
};

}  // namespace internal

// after is a case of select that is ready `duration` from now on; with a handler it is called when the case is chosen.
// Of several only the earliest counts. after(d).chan() is Go's time.After(d).
inline After after(std::chrono::nanoseconds duration) noexcept { return After(duration); }
template <class Handler>
internal::AfterCase<Handler> after(std::chrono::nanoseconds duration, Handler&& handler) {
  return {duration, std::forward<Handler>(handler)};
}

}  // namespace gorace

#endif  // GORACE_TIMER_H_
