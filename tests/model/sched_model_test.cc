// The scheduler's own sources under the explorer: no ready() is lost while processors go idle, shrink, or change hands.
//
// sysmon is left out on purpose: it makes up for wake-ups that were left out, and so would hide lost ones.
#include <new>

#include "runtime/netpoll/poll_desc.h"
#include "runtime/sched/blocking.h"
#include "runtime/sched/scheduler.h"
#include "runtime/stack/stack_pool.h"
#include "tests/model/model_base.h"

namespace gorace::model {
namespace {

using runtime::G;
using runtime::M;

constexpr int kMaxSlots = 4;
constexpr size_t kStackBytes = size_t{64} << 10;
constexpr int kMaxStacks = 16;

alignas(64) char g_stacks[kMaxStacks][kStackBytes];
int g_stacks_used;

// Slot: where a goroutine waits for its ready().
struct Slot {
  runtime::SpinLock lock;
  G* waiting = nullptr;
  bool gone = false;          // the goroutine went on
  void (*after)() = nullptr;  // what it does then
};
Slot* g_slots;

template <class F>
void start_goroutine(F* body) {
  F** closure = &body;
  runtime::spawn(
      {}, sizeof body, alignof(F*), [](void* to, void* from) { *static_cast<F**>(to) = *static_cast<F**>(from); },
      closure, [](void* stored) { (**static_cast<F**>(stored))(); });
}

void wait_in(Slot& slot) {
  slot.lock.lock();
  slot.waiting = runtime::current_g();
  runtime::park(runtime::WaitReason::kSemacquire, &slot, &slot.lock);
  slot.gone = true;
  wake_all(&slot);
  if (slot.after != nullptr) slot.after();
}

// Event: what threads of a scenario wait for without a word to the scheduler, as for a file.
struct Event {
  bool happened = false;
  void set() {
    step(this, Access::kUpdate);
    happened = true;
    wake_all(this);
  }
  void wait() {
    step(this, Access::kLoad);
    if (!happened) block_on(this);
  }
};
Event g_holds_processor, g_may_go_on, g_goes_on;

struct Waiter {
  int slot;
  void operator()() const { wait_in(g_slots[slot]); }
};
const Waiter kWaiters[kMaxSlots] = {{0}, {1}, {2}, {3}};

// Kernel: one socket, of which epoll knows, and the eventfd.
struct Kernel {
  runtime::PollDesc* socket = nullptr;
  bool readable = false;  // an edge that epoll_wait has not told yet
  bool woken = false;     // the eventfd

  void event() {
    step(this, Access::kUpdate);
    readable = true;
    wake_all(this);
  }
};
Kernel g_kernel;

// SocketWaiter waits for the socket in the name of slot 0, until something happens to it.
runtime::IoStatus g_socket_status;
struct SocketWaiter {
  void operator()() const {
    g_socket_status = g_kernel.socket->wait(runtime::IoMode::kRead);
    g_slots[0].gone = true;
  }
};
const SocketWaiter kSocketWaiter;

void ready_slot(int i) { runtime::ready(g_slots[i].waiting); }

// scenario: `waiters` goroutines are parked and every thread of the scheduler sleeps; then `race` runs, all of whose
// interleavings are explored. Each goroutine must have gone on at the end.
// Who goroutine 0 is: it waits in its slot, or for the socket; or the race makes it wait for the socket.
enum class First : uint8_t { kSlot, kSocket, kLater };

void scenario(int procs, int waiters, void (*race)(), First first = First::kSlot) {
  reset_memory();
  new (&runtime::g_sched) runtime::Scheduler;
  new (&runtime::g_netpoll) runtime::NetPoll;
  g_kernel = {};
  g_kernel.socket = runtime::internal_new<runtime::PollDesc>();
  g_stacks_used = 0;
  g_holds_processor = g_may_go_on = g_goes_on = {};
  g_slots = static_cast<Slot*>(runtime::internal_alloc(kMaxSlots * sizeof(Slot)));
  for (int i = 0; i < kMaxSlots; ++i) new (&g_slots[i]) Slot;
  on_switch([]() -> void* { return runtime::current_m(); },
            [](void* m) { runtime::set_current_m(static_cast<M*>(m)); });
  thread([=] {
    quiet(true);
    runtime::set_max_procs(procs);
    if (first == First::kSocket) start_goroutine(&kSocketWaiter);
    for (int i = first == First::kSlot ? 0 : 1; i < waiters; ++i) start_goroutine(&kWaiters[i]);
    wait_until_idle();
    quiet(false);
    race();
  });
  at_end(
      [=] {
        for (int i = 0; i < waiters; ++i) {
          if (!g_slots[i].gone) fail("lost wake-up: goroutine " + std::to_string(i) + " was readied and never ran");
        }
      },
      /*stuck_is_fine=*/true);
}

// bounds: GORACE_MODEL_EXTRA=1 explores one preemption more than the tests do every day: minutes instead of seconds.
Options bounds(int preemptions, bool store_buffers) {
  const char* extra = getenv("GORACE_MODEL_EXTRA");
  Options options;
  options.preemptions = preemptions + (extra != nullptr ? atoi(extra) : 0);
  if (extra != nullptr) options.max_executions = UINT64_MAX;
  options.store_buffers = store_buffers;
  return options;
}

void expect_none_lost(const Options& options, int procs, int waiters, void (*race)(), First first = First::kSlot) {
  const Outcome outcome = explore(options, [=] { scenario(procs, waiters, race, first); });
  EXPECT_EQ(outcome.failure, "") << "replay: " << outcome.schedule;
  EXPECT_TRUE(outcome.complete) << outcome.executions << " executions";
  ::testing::Test::RecordProperty("executions", std::to_string(outcome.executions));
}

void two_foreign_threads() {
  thread([] { ready_slot(0); });
  thread([] { ready_slot(1); });
}

TEST(SchedModel, ForeignReadiesWhileTheProcessorGoesIdle) {
  expect_none_lost(bounds(2, false), 1, 2, two_foreign_threads);
}

TEST(SchedModel, ForeignReadiesWithTwoProcessors) { expect_none_lost(bounds(1, false), 2, 2, two_foreign_threads); }

TEST(SchedModel, ForeignReadiesThroughStoreBuffers) { expect_none_lost(bounds(2, true), 1, 2, two_foreign_threads); }

// The same code without the effect of its fences: the explorer must see a wake-up get lost.
TEST(SchedModel, FindsTheWakeUpThatTheFencesKeep) {
  Options options = bounds(3, true);
  options.ignore_fences = true;
  const Outcome outcome = explore(options, [] { scenario(1, 2, two_foreign_threads); });
  EXPECT_NE(outcome.failure.find("lost wake-up"), std::string::npos) << outcome.failure << outcome.executions;
}

// Somebody readies while another thread lowers GOMAXPROCS.
TEST(SchedModel, ForeignReadiesWhileProcessorsShrink) {
  expect_none_lost(bounds(1, false), 2, 2, [] {
    two_foreign_threads();
    thread([] { runtime::set_max_procs(1); });
  });
}

TEST(SchedModel, ForeignReadiesWhileProcessorsGrow) {
  expect_none_lost(bounds(1, false), 1, 2, [] {
    two_foreign_threads();
    thread([] { runtime::set_max_procs(2); });
  });
}

// A goroutine that readies another and then parks: the other is in the next slot or the ring of its processor.
TEST(SchedModel, GoroutineReadiesAndParks) {
  expect_none_lost(bounds(1, false), 2, 3, [] {
    static const auto kBody = [] { ready_slot(0); };
    start_goroutine(&kBody);
    thread([] { ready_slot(1); });
    ready_slot(2);
  });
}

// blocking() gives the processor away and takes one back, while others are readied.
TEST(SchedModel, BlockingCallHandsItsProcessorOver) {
  expect_none_lost(bounds(2, false), 1, 2, [] {
    static const auto kBody = [] {
      const bool entered = runtime::enter_blocking();
      ready_slot(0);
      runtime::leave_blocking(entered);
    };
    start_goroutine(&kBody);
    thread([] { ready_slot(1); });
  });
}

TEST(SchedModel, BlockingCallThroughStoreBuffers) {
  expect_none_lost(bounds(2, true), 1, 1, [] {
    static const auto kBody = [] {
      const bool entered = runtime::enter_blocking();
      runtime::leave_blocking(entered);
      ready_slot(0);
    };
    static const auto kOther = [] {};
    start_goroutine(&kBody);
    start_goroutine(&kOther);
  });
}

// A thread that wants to wake a processor and finds none idle any more counts as looking for work for a moment. Who
// readies a goroutine in that moment must not rely on it.
TEST(SchedModel, WakerWithoutAProcessorHidesNobody) {
  expect_none_lost(bounds(2, false), 1, 2, [] {
    g_slots[0].after = [] {
      g_holds_processor.set();
      g_may_go_on.wait();
      g_goes_on.set();
    };
    thread([] { runtime::wake_processor(); });
    thread([] {
      ready_slot(0);
      g_holds_processor.wait();
      g_may_go_on.set();
      g_goes_on.wait();
      ready_slot(1);
    });
  });
}

// A foreign thread starts the earliest timer while the scheduler goes to sleep.
TEST(SchedModel, ForeignTimerWakesASleeper) {
  expect_none_lost(bounds(2, false), 1, 2, [] {
    thread([] { ready_slot(0); });
    thread([] {
      auto* timer = runtime::internal_new<runtime::RuntimeTimer>();
      timer->when_ns = runtime::now_ns() + 1000;
      timer->callback = [](void*) { ready_slot(1); };
      runtime::start_timer(timer);
    });
  });
}

// --- The network: goroutine 0 waits for a socket, and some M sleeps in epoll_wait for it. ---

void socket_event() { g_kernel.event(); }

TEST(NetpollModel, AnEventWakesTheWaiter) {
  expect_none_lost(bounds(2, false), 2, 1, [] { thread(socket_event); }, First::kSocket);
}

// The poller is also who is woken for a goroutine, by way of the eventfd, while the event comes.
TEST(NetpollModel, AnEventWhileThePollerIsWokenForOtherWork) {
  expect_none_lost(
      bounds(2, false), 1, 2,
      [] {
        thread(socket_event);
        thread([] { ready_slot(1); });
      },
      First::kSocket);
}

TEST(NetpollModel, AnEventWhileThePollerIsWokenThroughStoreBuffers) {
  expect_none_lost(
      bounds(2, true), 1, 2,
      [] {
        thread(socket_event);
        thread([] { ready_slot(1); });
      },
      First::kSocket);
}

TEST(NetpollModel, AnEventWithTwoProcessors) {
  expect_none_lost(
      bounds(1, false), 2, 2,
      [] {
        thread(socket_event);
        thread([] { ready_slot(1); });
      },
      First::kSocket);
}

// The waiter is on its way to park while the event, or its end, comes.
TEST(NetpollModel, AWaiterThatJustComes) {
  expect_none_lost(
      bounds(2, false), 1, 1,
      [] {
        start_goroutine(&kSocketWaiter);
        thread(socket_event);
      },
      First::kLater);
}

TEST(NetpollModel, CloseAgainstAWaiterThatJustComes) {
  expect_none_lost(
      bounds(2, false), 1, 1,
      [] {
        start_goroutine(&kSocketWaiter);
        thread([] { g_kernel.socket->close(); });
      },
      First::kLater);
}

TEST(NetpollModel, CloseAgainstAnEvent) {
  expect_none_lost(
      bounds(2, false), 1, 1,
      [] {
        thread(socket_event);
        thread([] { g_kernel.socket->close(); });
      },
      First::kSocket);
}

TEST(NetpollModel, ADeadlineAgainstAnEvent) {
  expect_none_lost(
      bounds(2, false), 1, 1,
      [] {
        thread(socket_event);
        thread([] { g_kernel.socket->set_deadline(runtime::IoMode::kRead, runtime::now_ns() - 1); });
      },
      First::kSocket);
}

// Nobody but the deadline's timer wakes the waiter, and the M that sleeps in epoll_wait must get up for it.
TEST(NetpollModel, ADeadlineThatComes) {
  expect_none_lost(
      bounds(2, false), 1, 1,
      [] { thread([] { g_kernel.socket->set_deadline(runtime::IoMode::kRead, runtime::now_ns() + 1000); }); },
      First::kSocket);
}

// The deadline is moved to another time while its timer fires: the waiter ends at the new one.
TEST(NetpollModel, ADeadlineThatIsMoved) {
  expect_none_lost(
      bounds(2, false), 1, 1,
      [] {
        thread([] {
          g_kernel.socket->set_deadline(runtime::IoMode::kRead, runtime::now_ns() + 1000);
          g_kernel.socket->set_deadline(runtime::IoMode::kRead, runtime::now_ns() + 2000);
        });
        thread([] { g_kernel.socket->set_deadline(runtime::IoMode::kRead, runtime::now_ns() + 500); });
      },
      First::kSocket);
}

// An OS thread without a processor waits for the socket, while all that has one sleeps: somebody must be got to poll.
TEST(NetpollModel, AForeignThreadWaits) {
  expect_none_lost(
      bounds(1, false), 1, 2,
      [] {
        thread([] {
          thread(socket_event);
          kSocketWaiter();
        });
        thread([] { ready_slot(1); });
      },
      First::kLater);
}

}  // namespace
}  // namespace gorace::model

// What stands below the scheduler's sources here.
namespace gorace::runtime {

M* attach_thread() {
  M* m = new_machine(MKind::kAttached);
  bind_machine(m);
  G* g = m->thread_g = internal_new<G>();
  g->id = next_id();
  g->kind = GKind::kThread;
  g->sched.machine = m;
  g->status.store(GStatus::kRunning, std::memory_order_relaxed);
  m->current = g;
  set_current_m(m);
  return m;
}

G* current_g() { return current_m_attached()->current; }
G* current_g_or_null() { return current_m() != nullptr ? current_m()->current : nullptr; }

void ensure_sysmon() {}
int initial_max_procs() { return 1; }
void keep_max_procs() {}
void share_labels(G*, const LabelSet*) {}
void release_labels(G*) {}
void wake_sysmon() {}
void stop_gate(M*) {}
void install_overflow_handler() {}

void netpoll(int64_t timeout_ns, ReadyGoroutines* found) {
  model::Kernel& kernel = model::g_kernel;
  model::step(&kernel, model::Access::kUpdate);
  model::flush_delayed();
  if (timeout_ns != 0 && !kernel.readable && !kernel.woken) model::block_on(&kernel, timeout_ns);
  const bool readable = kernel.readable;
  kernel.readable = false;
  if (timeout_ns != 0) kernel.woken = false;
  if (readable) kernel.socket->on_events(true, false, false, found);
}

void netpoll_wake() {
  model::step(&model::g_kernel, model::Access::kUpdate);
  model::flush_delayed();
  model::g_kernel.woken = true;
  model::wake_all(&model::g_kernel);
}

size_t stack_slot_bytes(size_t) { return kDefaultStackBytes; }
G* stack_acquire(size_t) {
  if (model::g_stacks_used == model::kMaxStacks) model::fail("out of stacks");
  char* low = model::g_stacks[model::g_stacks_used++];
  G* g = internal_new<G>();
  g->stack_low = reinterpret_cast<uintptr_t>(low);
  g->stack_high = g->stack_low + model::kStackBytes;
  return g;
}
int stack_acquire_batch(G**, int) { return 0; }
bool stack_reserve(int) { return false; }
void stack_unreserve(int) {}
int stack_acquire_reserved(G**, int, bool*) { return 0; }
void stack_release(G*) {}
void stack_release_batch(G* const*, int) {}
size_t stack_bytes(const G*) { return kDefaultStackBytes; }

}  // namespace gorace::runtime
