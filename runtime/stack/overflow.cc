#include "runtime/stack/overflow.h"

#include <signal.h>
#include <ucontext.h>

#include "runtime/dump/dump.h"
#include "runtime/stack/frame_walk.h"
#include "runtime/stack/stack_pool.h"

namespace gorace::runtime {
namespace {

constexpr int kMaxFrames = 100;  // as many as Go prints of an overflowing stack

struct sigaction g_former_segv;
struct sigaction g_former_bus;

// report_overflow: runs on the alternate stack; the overflowing one is only read.
[[noreturn]] void report_overflow(G* g, void* context) {
  const mcontext_t& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  const auto pc = static_cast<uintptr_t>(machine.gregs[REG_RIP]);
  const auto fp = static_cast<uintptr_t>(machine.gregs[REG_RBP]);
#else
  const uintptr_t pc = machine.pc;
  const uintptr_t fp = machine.regs[29];
#endif
  uintptr_t pcs[kMaxFrames];
  pcs[0] = pc + 1;  // as a return address: symbolizers look at the instruction before
  const int count = 1 + walk_frames(fp, g->stack_low, g->stack_high, 0, pcs + 1, kMaxFrames - 1);
  die_of_stack_overflow(g, stack_bytes(g), pcs, count);
}

// chain does what would have happened without this handler.
void chain(const struct sigaction& former, int signal, siginfo_t* info, void* context) {
  if ((former.sa_flags & SA_SIGINFO) != 0) {
    former.sa_sigaction(signal, info, context);
  } else if (former.sa_handler == SIG_DFL || former.sa_handler == SIG_IGN) {
    // Returning repeats the faulting instruction, now with the default action; a signal sent by somebody must be raised
    // again.
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
    if (info->si_code <= 0) raise(signal);
  } else {
    former.sa_handler(signal);
  }
}

void on_fault(int signal, siginfo_t* info, void* context) {
  if (info->si_code > 0) {  // raised by the processor, not sent
    G* g = stack_of_guard(reinterpret_cast<uintptr_t>(info->si_addr));
    if (g != nullptr && g->status.load(std::memory_order_relaxed) != GStatus::kDead) report_overflow(g, context);
  }
  chain(signal == SIGSEGV ? g_former_segv : g_former_bus, signal, info, context);
}

}  // namespace

void install_overflow_handler() {
  struct sigaction action{};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, &g_former_segv);
  sigaction(SIGBUS, &action, &g_former_bus);
}

}  // namespace gorace::runtime
