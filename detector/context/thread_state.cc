#include "detector/context/thread_state.h"

#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>

#include "detector/memory/region.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/base/spin_lock.h"

// Zero: not watched, until set_current_context.
__attribute__((tls_model("initial-exec"))) __thread GoraceTls __gorace_tls = {0, 0, nullptr, nullptr,
                                                                              GORACE_ACCESS_MASKS};

namespace gorace::detector {
namespace {

constexpr size_t kFirstSweep = 64;
// A thread beyond these records each of its atomic accesses in the shadow.
constexpr uint32_t kMaxOwnAtomics = 1u << 16;

struct States {
  runtime::SpinLock lock;
  ThreadState* all = nullptr;
  ThreadState* free = nullptr;
  size_t count = 0;
  size_t next_sweep = kFirstSweep;
};
constinit States g_states;
constinit std::atomic<void (*)()> g_run_deferred{nullptr};
// A region for the tables of all threads, which are resident where they are used.
constinit OwnAtomics* g_own_atomics = nullptr;
constinit std::atomic<uint32_t> g_own_atomics_tables{0};

bool thread_is_gone(int process_id, int thread_id) {
  return syscall(SYS_tgkill, process_id, thread_id, 0) != 0 && errno == ESRCH;
}

// sweep frees the states of threads that are gone. Called each time their number has doubled, so that a new thread
// costs about one system call at most.
void sweep() {
  const int saved = errno;
  const auto process_id = static_cast<int>(syscall(SYS_getpid));
  size_t live = 0;
  for (ThreadState* state = g_states.all; state != nullptr; state = state->next) {
    if (state->thread_id == 0) continue;
    if (!thread_is_gone(process_id, state->thread_id)) {
      ++live;
      continue;
    }
    state->thread_id = 0;
    state->next_free = g_states.free;
    g_states.free = state;
  }
  g_states.next_sweep = live * 2 < kFirstSweep ? kFirstSweep : live * 2;
  errno = saved;
}

// Under the lock of the states.
void add_own_atomics(ThreadState& state) {
  if (state.number >= kMaxOwnAtomics) return;
  if (g_own_atomics == nullptr) {
    g_own_atomics =
        static_cast<OwnAtomics*>(reserve_region(kMaxOwnAtomics * sizeof(OwnAtomics), "the atomic accesses of threads"));
  }
  state.own_atomics = &g_own_atomics[state.number];
  // release: whoever sees the number sees the region.
  g_own_atomics_tables.store(state.number + 1, std::memory_order_release);
}

}  // namespace

[[gnu::noinline]] ThreadState& make_thread_state() {
  const auto thread_id = static_cast<int>(syscall(SYS_gettid));
  g_states.lock.lock();
  if (g_states.free == nullptr && g_states.count >= g_states.next_sweep) sweep();
  ThreadState* state = g_states.free;
  if (state != nullptr) {
    g_states.free = state->next_free;
    state->busy_depth = 0;
    state->locked_granule = nullptr;
    state->signal_waiting = false;
    state->stack_low = state->stack_high = 0;
  } else {
    state = runtime::internal_new<ThreadState>();
    state->next = g_states.all;
    g_states.all = state;
    state->number = static_cast<uint32_t>(g_states.count++);
    add_own_atomics(*state);
  }
  state->thread_id = thread_id;
  g_states.lock.unlock();
  __gorace_tls.thread_state = state;
  return *state;
}

void for_each_thread_state(void (*visit)(ThreadState&, void*), void* argument) {
  g_states.lock.lock();
  for (ThreadState* state = g_states.all; state != nullptr; state = state->next) visit(*state, argument);
  g_states.lock.unlock();
}

OwnAtomics& own_atomics_of(uint32_t number) { return g_own_atomics[number]; }
uint32_t own_atomics_tables() { return g_own_atomics_tables.load(std::memory_order_acquire); }

void thread_states_after_fork() {
  // A thread that is gone may have held it; adding to the list is safe to leave off anywhere.
  g_states.lock.unlock();
  thread_state().thread_id = static_cast<int>(syscall(SYS_gettid));
}

void set_deferred_signal_runner(void (*run)()) { g_run_deferred.store(run, std::memory_order_release); }

[[gnu::noinline]] void run_deferred_signals(ThreadState& state) {
  // A part of the work under a granule's lock has ended, not the whole: leave_granule() comes here again.
  if (state.locked_granule != nullptr) return;
  state.signal_waiting = false;
  if (auto* run = g_run_deferred.load(std::memory_order_acquire)) run();
}

}  // namespace gorace::detector
