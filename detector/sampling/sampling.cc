#include "detector/sampling/sampling.h"

#include <atomic>
#include <ctime>
#include <mutex>
#include <utility>

#include "detector/abi/abi.h"
#include "detector/context/private_phase.h"
#include "detector/origin/stack_walk.h"
#include "runtime/base/exit_hooks.h"
#include "runtime/base/futex.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/base/options.h"
#include "runtime/base/raw_writer.h"
#include "runtime/base/real.h"
#include "runtime/base/spin_lock.h"

uint8_t __gorace_sampling_off = 0;

namespace gorace::detector {

constinit bool g_is_sampled_program = false;

namespace {

constexpr uint32_t kAlways = 1'000'000;
constexpr uint64_t kLongestGapNs = 3'600'000'000'000;
constexpr size_t kStackBytes = 64 * 1024;

struct Module {
  uint8_t* covered;
  uint64_t functions;
};

struct Sampler {
  runtime::SpinLock lock;  // guards the modules and what is counted of those that are gone
  runtime::InternalVector<Module> modules;
  uint64_t functions = 0;
  uint64_t functions_covered = 0;

  std::atomic<bool> started{false};
  bool has_options = false;        // written before main
  uint32_t parts_per_million = 0;  // written before the thread starts
  uint64_t started_ns = 0;
  // By the sampler's thread; read at the end.
  std::atomic<uint64_t> windows{0};
  std::atomic<uint64_t> open_ns{0};
  std::atomic<uint64_t> opened_at{0};  // 0: closed
};

// Never destroyed; zero is one that has not started.
Sampler& sampler() {
  alignas(Sampler) static char storage[sizeof(Sampler)];
  return *reinterpret_cast<Sampler*>(storage);
}

uint64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

void sleep_ns(uint64_t duration) {
  std::atomic<uint32_t> never{0};
  const uint64_t end = now_ns() + duration;
  for (uint64_t now = now_ns(); now < end; now = now_ns()) {
    runtime::futex_wait(&never, 0, static_cast<int64_t>(end - now));
  }
}

// Marsaglia's xorshift: nothing hangs on its quality.
uint64_t next_random(uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

// gap_after: how long to stay closed after a window of that length; half to one and a half times what the rate asks.
uint64_t gap_after(uint64_t open_ns, uint32_t parts_per_million, uint64_t& random) {
  const double mean = static_cast<double>(open_ns) * (kAlways - parts_per_million) / parts_per_million;
  const double jitter = 0.5 + static_cast<double>(next_random(random) % 1024) / 1024;
  const double gap = mean * jitter;
  return gap < kLongestGapNs ? static_cast<uint64_t>(gap) : kLongestGapNs;
}

uint64_t window_ns() { return static_cast<uint64_t>(runtime::options().sample_window_us) * 1000; }

void open_window(Sampler& s) {
  raise_horizon();
  s.opened_at.store(now_ns(), std::memory_order_relaxed);
  s.windows.fetch_add(1, std::memory_order_relaxed);
  __atomic_store_n(&__gorace_sampling_off, 0, __ATOMIC_RELEASE);  // with the horizon
}

uint64_t close_window(Sampler& s) {
  __atomic_store_n(&__gorace_sampling_off, 1, __ATOMIC_RELAXED);
  const uint64_t open = now_ns() - s.opened_at.exchange(0, std::memory_order_relaxed);
  s.open_ns.fetch_add(open, std::memory_order_relaxed);
  return open;
}

void sample_for_ever(void*) {
  Sampler& s = sampler();
  uint64_t random = now_ns() | 1;
  for (;;) {
    sleep_ns(window_ns());
    const uint64_t open = close_window(s);
    sleep_ns(gap_after(open, s.parts_per_million, random));
    open_window(s);
  }
}

void start_sampling(Sampler& s) {
  if (s.parts_per_million == 0) {
    __atomic_store_n(&__gorace_sampling_off, 1, __ATOMIC_RELAXED);
    return;
  }
  open_window(s);
  if (s.parts_per_million >= kAlways) return;
  // Without a thread nothing would close the window: rather none than a program that is slow for ever.
  if (runtime::start_thread(sample_for_ever, nullptr, kStackBytes) != 0) close_window(s);
}

void count_module(Sampler& s, const Module& module) {
  s.functions += module.functions;
  for (uint64_t i = 0; i < module.functions; ++i) s.functions_covered += module.covered[i] != 0 ? 1 : 0;
}

// print_decimal prints thousandths as a decimal number with one or three digits behind the point.
void print_milli(runtime::RawWriter& out, uint64_t thousandths) {
  out << thousandths / 1000 << '.' << static_cast<char>('0' + thousandths / 100 % 10)
      << static_cast<char>('0' + thousandths / 10 % 10) << static_cast<char>('0' + thousandths % 10);
}

int print_coverage(int exit_code) {
  Sampler& s = sampler();
  if (!s.started.load(std::memory_order_relaxed)) {
    runtime::RawWriter(runtime::report_fd())
        << "gorace: everything was checked: no part of this program was compiled with `gorace c++ --sample=RATE`\n";
    return exit_code;
  }
  const std::lock_guard guard(s.lock);
  for (size_t i = 0; i < s.modules.size(); ++i) count_module(s, s.modules[i]);
  const uint64_t now = now_ns();
  const uint64_t opened = s.opened_at.load(std::memory_order_relaxed);
  const uint64_t open = s.open_ns.load(std::memory_order_relaxed) + (opened == 0 ? 0 : now - opened);
  const uint64_t total = now - s.started_ns;
  runtime::RawWriter out(runtime::report_fd());
  out << "gorace: sampled ";
  print_milli(out, total == 0 ? 0 : open * 100 / (total / 1000 + 1));
  out << " % of the time (" << s.windows.load(std::memory_order_relaxed) << " windows, ";
  print_milli(out, open / 1'000'000);
  out << " s of ";
  print_milli(out, total / 1'000'000);
  out << " s): accesses were checked in " << s.functions_covered << " of " << s.functions
      << " functions; outside of the windows no race was looked for\n";
  return exit_code;
}

void say_at_exit() {
  static bool is_said = false;
  if (!std::exchange(is_said, true)) runtime::add_exit_hook(runtime::ExitPhase::kLast, print_coverage);
}

// begin: modules may come with dlopen, or before main and before GORACE was read; until then the window is open.
void begin(Sampler& s) {
  if (const long wanted = runtime::options().sample_ppm; wanted >= 0)
    s.parts_per_million = static_cast<uint32_t>(wanted);
  s.started_ns = now_ns();
  say_at_exit();
  start_sampling(s);
}

__attribute__((constructor(102))) void note_options() {
  sampler().has_options = true;
  if (runtime::options().sample_ppm >= 0) say_at_exit();
  if (sampler().started.load(std::memory_order_relaxed)) begin(sampler());
}

}  // namespace

uint64_t hash_of_callers(uintptr_t frame_pointer) {
  constexpr int kFrames = 64;
  uintptr_t frames[kFrames];
  const int count = peek_frames(frame_pointer, frames, kFrames);
  uint64_t hash = 0;
  for (int i = 0; i < count; ++i) hash = (hash + frames[i]) * GORACE_CONTEXT_MULTIPLIER;
  return hash;
}

void sampling_after_fork() {
  Sampler& s = sampler();
  if (!s.started.load(std::memory_order_relaxed)) return;
  s.started_ns = now_ns();
  s.windows.store(0, std::memory_order_relaxed);
  s.open_ns.store(0, std::memory_order_relaxed);
  start_sampling(s);
}

}  // namespace gorace::detector

extern "C" {

void __gorace_sampling_start(uint32_t parts_per_million, uint8_t* covered, uint64_t functions) {
  auto& s = gorace::detector::sampler();
  gorace::detector::g_is_sampled_program = true;
  gorace::detector::end_private_phase();
  {
    const std::lock_guard guard(s.lock);
    s.modules.push_back({covered, functions});
  }
  if (s.started.exchange(true, std::memory_order_relaxed)) return;
  s.parts_per_million = parts_per_million;
  if (s.has_options) gorace::detector::begin(s);
}

void __gorace_sampling_stop(uint8_t* covered) {
  auto& s = gorace::detector::sampler();
  const std::lock_guard guard(s.lock);
  for (size_t i = 0; i < s.modules.size(); ++i) {
    if (s.modules[i].covered != covered) continue;
    gorace::detector::count_module(s, s.modules[i]);
    s.modules[i] = {covered, 0};
  }
}

}  // extern "C"
