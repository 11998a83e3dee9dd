#include "detector/intercept/signal_clocks.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "detector/intercept/clock_numbers.h"
#include "detector/intercept/sync_events.h"

namespace gorace::detector {
namespace {

// Only their addresses are used, each in a granule of its own.
constinit uint64_t g_sent_to_process[kSignals] = {};

// Set by the first signal to a thread: until then new threads have nothing to forget.
constinit std::atomic<bool> g_threads_got_signals{false};

// What the program's handlers on this thread were called for.
constinit __attribute__((tls_model("initial-exec"))) thread_local volatile SignalNumbers t_handled = 0;

// Two ways to name a thread, of which a sender uses either.
enum class NamedBy : uint64_t { kHandle = 1, kThreadId = 2 };

uint64_t key_of(NamedBy by, uint64_t name, int number) {
  const uint64_t words[] = {static_cast<uint64_t>(by), name, static_cast<uint64_t>(number)};
  return hash_bytes(0, words, sizeof words);
}
uint64_t key_of(pthread_t thread, int number) { return key_of(NamedBy::kHandle, thread, number); }
uint64_t key_of_id(pid_t thread_id, int number) {
  return key_of(NamedBy::kThreadId, static_cast<uint64_t>(thread_id), number);
}

pid_t this_thread_id() { return static_cast<pid_t>(syscall(SYS_gettid)); }

bool is_signal(int number) { return number > 0 && number < kSignals; }

void release_to_key(uint64_t key) {
  // relaxed: whoever makes or is a thread that can be sent to later is ordered after it by that.
  g_threads_got_signals.store(true, std::memory_order_relaxed);
  on_release_merge(clock_object(clock_of_key(key)));
}

void acquire_key(uint64_t key) {
  if (const ClockNumber clock = known_clock_of_key(key); clock != 0) on_acquire(clock_object(clock));
}

void forget_key(uint64_t key) {
  const ClockNumber clock = known_clock_of_key(key);
  if (clock != 0) forget_sync_vars(address_of(clock_object(clock)), 1);
}

void acquire_from_process(int number) { on_acquire(&g_sent_to_process[number]); }

void acquire_from_thread(int number) {
  if (!g_threads_got_signals.load(std::memory_order_relaxed)) return;
  acquire_key(key_of(pthread_self(), number));
  acquire_key(key_of_id(this_thread_id(), number));
}

}  // namespace

void on_signal_to_process(int number) {
  if (is_signal(number)) on_release_merge(&g_sent_to_process[number]);
}

void on_signal_to_thread(pthread_t thread, int number) {
  if (is_signal(number) && watched_context() != nullptr) release_to_key(key_of(thread, number));
}

void on_signal_to_thread_id(pid_t thread_id, int number) {
  if (is_signal(number) && watched_context() != nullptr) release_to_key(key_of_id(thread_id, number));
}

void on_signal_taken(int number, int code) {
  if (!is_signal(number) || watched_context() == nullptr) return;
  // The only code that tells: glibc's waits make SI_USER of it, and queued ones go to either.
  if (code != SI_TKILL) acquire_from_process(number);
  acquire_from_thread(number);
}

void on_signals_seen(SignalNumbers numbers) {
  if (watched_context() == nullptr) return;
  for (int number = 1; number < kSignals; ++number) {
    if ((numbers & signal_bit(number)) == 0) continue;
    acquire_from_process(number);
    acquire_from_thread(number);
  }
}

void forget_signals_of(pthread_t thread) {
  if (!g_threads_got_signals.load(std::memory_order_relaxed)) return;
  for (int number = 1; number < kSignals; ++number) forget_key(key_of(thread, number));
}

void forget_signals_of_this_thread_id() {
  if (!g_threads_got_signals.load(std::memory_order_relaxed)) return;
  const pid_t thread_id = this_thread_id();
  for (int number = 1; number < kSignals; ++number) forget_key(key_of_id(thread_id, number));
}

void note_handled(int number) { t_handled = t_handled | signal_bit(number); }

HandledSignals::HandledSignals() : before_(t_handled) { t_handled = 0; }
HandledSignals::~HandledSignals() { t_handled = t_handled | before_; }
SignalNumbers HandledSignals::numbers() const { return t_handled; }

}  // namespace gorace::detector
