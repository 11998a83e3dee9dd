// A signal between any two instructions of an access, a lock pair, malloc and free: handlers that use the detector
// themselves interrupt it everywhere. The processor's trap flag stops the thread after each instruction; the trap's
// handler, which the detector does not know, then sends the signal.
#if defined(__x86_64__)
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "tests/conformance/threads/threads.h"

// glibc's own, past the interceptor.
extern "C" int __sigaction(int number, const struct sigaction* action, struct sigaction* old) noexcept;

namespace gorace::conformance {
namespace {

constexpr long kEveryStep = 0;

// Used by the one thread that is stepped through, and by its handlers.
struct Stepping {
  volatile long process = 0;
  volatile long thread = 0;
  volatile long step = 0;         // instructions since begin_steps()
  volatile long signal_at = 0;    // the step that the signal comes after, or kEveryStep
  volatile long waiting = 0;      // signals sent and not handled yet
  volatile long handled = 0;      // calls of the handler
  volatile bool handles = false;  // the handler runs: it is not interrupted again
};
Stepping g_stepping;
void (*g_handler)() = nullptr;

#define NOT_WATCHED __attribute__((no_sanitize("thread"), noinline))

// A system call, and not libc's function: no code that is watched.
NOT_WATCHED void send_signal() {
  g_stepping.waiting = g_stepping.waiting + 1;
  long result = SYS_tgkill;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(g_stepping.process), "S"(g_stepping.thread), "d"(static_cast<long>(SIGUSR1))
               : "rcx", "r11", "memory");
}

NOT_WATCHED void on_trap(int) {
  g_stepping.step = g_stepping.step + 1;
  if (g_stepping.handles) return;
  if (g_stepping.signal_at == kEveryStep || g_stepping.signal_at == g_stepping.step) send_signal();
}
// No more steps once the signal is sent: they take time.
NOT_WATCHED void on_trap_once(int number, siginfo_t*, void* raw) {
  on_trap(number);
  if (g_stepping.step < g_stepping.signal_at) return;
  static_cast<ucontext_t*>(raw)->uc_mcontext.gregs[REG_EFL] &= ~0x100LL;
}

void on_signal(int) {
  g_stepping.handles = true;
  g_handler();
  g_stepping.handled = g_stepping.handled + 1;
  g_stepping.waiting = 0;
  g_stepping.handles = false;
}

// Bit 8 of the flags. Below the red zone.
[[gnu::always_inline]] inline void begin_steps() {
  asm volatile("lea -128(%%rsp), %%rsp; pushfq; orq $0x100, (%%rsp); popfq; lea 128(%%rsp), %%rsp" ::: "memory", "cc");
}
[[gnu::always_inline]] inline void end_steps() {
  asm volatile("lea -128(%%rsp), %%rsp; pushfq; andq $~0x100, (%%rsp); popfq; lea 128(%%rsp), %%rsp" ::
                   : "memory", "cc");
}

enum class Steps { kAll, kUpToTheSignal };
void prepare(Steps steps, void (*handler)()) {
  g_handler = handler;
  g_stepping.process = getpid();
  g_stepping.thread = syscall(SYS_gettid);
  struct sigaction action{};
  action.sa_flags = steps == Steps::kAll ? 0 : SA_SIGINFO;
  if (steps == Steps::kAll) {
    action.sa_handler = on_trap;
  } else {
    action.sa_sigaction = on_trap_once;
  }
  __sigaction(SIGTRAP, &action, nullptr);
  signal(SIGUSR1, on_signal);
}

// interrupted calls f with the signal coming at `step` of it, or right behind it when f is shorter, and tells whether
// it was.
template <class F>
bool interrupted(long step, F f) {
  g_stepping.step = 0;
  g_stepping.signal_at = step;
  const long handled = g_stepping.handled;
  begin_steps();
  f();
  end_steps();
  const bool is_shorter = g_stepping.handled == handled;
  if (is_shorter) send_signal();
  if (g_stepping.handled == handled || g_stepping.waiting != 0) abort();  // one was lost
  return is_shorter;
}

// Both halves share what the detector knows of their eight bytes.
struct alignas(8) Cell {
  int interrupted;
  int handler;
};
constexpr int kSide = 24;
auto g_cells = std::make_unique<std::array<Cell, kSide * kSide>>();
int g_cell = 0;

// Nothing of either is lost, whichever instruction of the one the other comes in.
RACE_CASE_OF_REPORTS(RaceWithAccessesThatAHandlerInterruptsAnywhere, 2 * kSide * kSide) {
  after(
      [] {
        prepare(Steps::kUpToTheSignal, [] {
          (*g_cells)[static_cast<size_t>(g_cell)].handler = 1;
          keep(*g_cells);
        });
        bool is_through = false;
        for (g_cell = 0; g_cell < kSide * kSide; ++g_cell) {
          is_through = interrupted(g_cell + 1, [] {
            (*g_cells)[static_cast<size_t>(g_cell)].interrupted = 1;
            keep(*g_cells);
          });
        }
        if (!is_through) abort();  // more instructions than cells
      },
      [] {
        in_distinct_stacks<kSide>([](int index) {
          (*g_cells)[static_cast<size_t>(index)].interrupted = 2;
          keep(*g_cells);
        });
        in_distinct_stacks<kSide>([](int index) {
          (*g_cells)[static_cast<size_t>(index)].handler = 2;
          keep(*g_cells);
        });
      });
}

pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t g_handlers_mutex = PTHREAD_MUTEX_INITIALIZER;
std::atomic<int> g_counter{0};
int g_shared = 0;

void use_the_detector() {
  pthread_mutex_lock(&g_handlers_mutex);
  g_shared = g_shared + 1;
  keep(g_shared);
  pthread_mutex_unlock(&g_handlers_mutex);
  g_counter.fetch_add(1);
}
void lock_and_count() {
  pthread_mutex_lock(&g_mutex);
  g_shared = g_shared + 1;
  keep(g_shared);
  pthread_mutex_unlock(&g_mutex);
  g_counter.fetch_add(1);
}
// Not from the handler: malloc may not be called there, with gorace or without.
void allocate() {
  char* volatile block = static_cast<char*>(malloc(24));
  *block = 1;
  free(block);
}

// The thread and its handlers are one strand: what they share is not raced for, and they wait for none of each other's
// locks of the detector.
RACE_CASE(NoRaceWithAHandlerAfterEachInstruction) {
  std::thread([] {
    prepare(Steps::kAll, use_the_detector);
    for (int round = 0; round < 3; ++round) interrupted(kEveryStep, lock_and_count);
    for (int round = 0; round < 3; ++round) interrupted(kEveryStep, allocate);
    if (g_stepping.handled < 1000) abort();  // the flag had no effect
  }).join();
  g_shared = g_shared + 1;
  use(g_shared);
}

}  // namespace
}  // namespace gorace::conformance
#endif
