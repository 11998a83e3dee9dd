// Timer, Ticker, after_func: channels and goroutines on top of the scheduler's timers.
//
// One TimerState a timer, counted: the handle has a reference, and so has the scheduler while the timer is armed.
//
// stop and reset are made one after the other by `operations_`, and wait until a callback that has begun is over: then
// the timer is in no heap, and the channel is drained. The callback takes only `lock_`, which tells it whether it came
// too late.
#include <gorace/panic.h>
#include <gorace/timer.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "runtime/chan/chan_core.h"
#include "runtime/sync/sema.h"

namespace gorace {
namespace internal {

namespace {

constexpr int64_t kNeverNs = INT64_MAX - 1;  // one less than what stands for no timer at all

TimePoint to_time_point(int64_t ns) {
  return TimePoint(std::chrono::duration_cast<TimePoint::duration>(std::chrono::nanoseconds(ns)));
}

}  // namespace

int64_t deadline_after(std::chrono::nanoseconds duration) noexcept {
  const int64_t now = runtime::now_ns();
  if (duration.count() <= 0) return now;
  return duration.count() > kNeverNs - now ? kNeverNs : now + duration.count();
}

class TimerState {
 public:
  // A function timer has no channel, a one-shot timer no period.
  TimerState(int64_t period_ns, std::function<void()> function)
      : period_ns_(period_ns), function_(std::move(function)) {
    timer_.callback = on_fire;
    timer_.argument = this;
    if (!function_) {
      chan_ = ChanCore::make(kElementType<TimePoint>, 1, ChanCore::Kind::kTimer, __builtin_return_address(0));
    }
  }
  TimerState(const TimerState&) = delete;
  TimerState& operator=(const TimerState&) = delete;

  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    // acq_rel: the last one sees what the others did.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  bool has_channel() const { return chan_ != nullptr; }
  ChanCore* chan() const { return chan_; }

  void arm(int64_t when_ns) {
    retain();
    // Also attaches a thread that has not met the scheduler yet: start_timer() releases in the name of who is there.
    G* g = observed_g();
    if (chan_ != nullptr) chan_->note_armed(g);
    std::lock_guard guard(lock_);
    timer_.when_ns = when_ns;
    armed_ = true;
    runtime::start_timer(&timer_);
  }

  // stop returns true when the timer will not fire, or nobody has seen it fire.
  bool stop() {
    raw_lock(operations_, runtime::WaitReason::kSemacquire, this);
    const bool stopped = disarm();
    raw_unlock(operations_);
    return stopped;
  }

  bool reset(int64_t when_ns, int64_t period_ns) {
    raw_lock(operations_, runtime::WaitReason::kSemacquire, this);
    const bool stopped = disarm();
    period_ns_ = period_ns;
    arm(when_ns);
    raw_unlock(operations_);
    return stopped;
  }

 private:
  ~TimerState() {
    if (chan_ != nullptr) chan_->release();
    forget_object(this, sizeof *this);
  }

  bool disarm() {
    bool was_armed;
    {
      std::lock_guard guard(lock_);
      was_armed = std::exchange(armed_, false);
    }
    if (runtime::stop_timer(&timer_)) release();
    runtime::wait_timer_callback(&timer_);
    const bool untaken = chan_ != nullptr && chan_->drain();
    return was_armed || untaken;
  }

  // Runs on a scheduler's stack, in nobody's name. What it sends and starts is ordered after arm() only: see
  // run_function() and ChanCore::note_armed().
  static void on_fire(void* argument) {
    auto* self = static_cast<TimerState*>(argument);
    if (self->fire()) return;  // armed again
    self->release();
  }

  bool fire() {
    std::lock_guard guard(lock_);
    if (!armed_) return false;  // stopped meanwhile
    const int64_t now = runtime::now_ns();
    if (chan_ != nullptr) {
      TimePoint time = to_time_point(now);
      chan_->try_send(nullptr, &time);
    } else {
      start_function();
    }
    if (period_ns_ == 0) {
      armed_ = false;
      return false;
    }
    // Ticks that were missed are left out.
    timer_.when_ns += period_ns_ * (1 + (now - timer_.when_ns) / period_ns_);
    runtime::start_timer(&timer_);
    return true;
  }

  // The goroutine's closure: a reference to this timer.
  void start_function() {
    retain();
    TimerState* closure = this;
    runtime::spawn(
        {}, sizeof(closure), alignof(TimerState*),
        [](void* to, void* from) { *static_cast<TimerState**>(to) = *static_cast<TimerState**>(from); }, &closure,
        [](void* own) { run_function(*static_cast<TimerState**>(own)); });
  }

  static void run_function(TimerState* self) {
    struct Release {
      TimerState* state;
      ~Release() { state->release(); }
    } release{self};
    // start_timer released there: what came before the timer's start is seen.
    internal::note_acquire(&self->timer_);
    self->function_();
  }

  std::atomic<int> references_{1};
  Sema operations_;  // a mutex: one stop or reset at a time
  runtime::SpinLock lock_;
  bool armed_ = false;  // under lock_
  int64_t period_ns_;   // changed while disarmed; 0: fires once
  runtime::RuntimeTimer timer_;
  ChanCore* chan_ = nullptr;
  const std::function<void()> function_;
};

TimerHandle::~TimerHandle() {
  if (state_ == nullptr) return;
  if (state_->has_channel()) state_->stop();
  state_->release();
}

RecvChan<TimePoint> TimerHandle::chan() const {
  if (!state_->has_channel()) return {};
  state_->chan()->retain();
  return Chan<TimePoint>::adopt(state_->chan());
}

bool TimerHandle::stop() { return state_->stop(); }

bool TimerHandle::reset(std::chrono::nanoseconds duration) { return state_->reset(deadline_after(duration), 0); }

void TimerHandle::reset_period(std::chrono::nanoseconds period) {
  if (period.count() <= 0) panic("non-positive interval for Ticker.Reset");
  state_->reset(deadline_after(period), period.count());
}

TimerState* new_timer(std::chrono::nanoseconds duration) {
  auto* state = new TimerState(0, nullptr);
  state->arm(deadline_after(duration));
  return state;
}

TimerState* new_ticker(std::chrono::nanoseconds period) {
  if (period.count() <= 0) panic("non-positive interval for NewTicker");
  auto* state = new TimerState(period.count(), nullptr);
  state->arm(deadline_after(period));
  return state;
}

TimerState* new_func_timer(std::chrono::nanoseconds duration, std::function<void()> f) {
  auto* state = new TimerState(0, std::move(f));
  state->arm(deadline_after(duration));
  return state;
}

}  // namespace internal

RecvChan<TimePoint> After::chan() const {
  auto* state = new internal::TimerState(0, nullptr);
  state->chan()->retain();
  RecvChan<TimePoint> chan = Chan<TimePoint>::adopt(state->chan());
  state->arm(deadline_ns_);
  state->release();  // the armed timer keeps itself
  return chan;
}

}  // namespace gorace
