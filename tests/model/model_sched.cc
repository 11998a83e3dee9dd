// sched.h over the explorer: each of its threads is a goroutine. For what is built above the scheduler.
#include "tests/model/model_sched.h"

#include <new>
#include <utility>

#include "runtime/chan/random.h"
#include "runtime/sched/sched.h"
#include "runtime/timer/timer_heap.h"
#include "tests/model/model_base.h"

namespace gorace {
namespace model {
namespace {

constexpr int kMaxGoroutines = 24;

struct Parking {
  alignas(runtime::G) unsigned char g[sizeof(runtime::G)];
  bool parked = false;
  bool ready = false;
};
Parking g_parkings[kMaxGoroutines];
runtime::TimerHeap* g_timers = nullptr;

runtime::G* goroutine(int index) { return reinterpret_cast<runtime::G*>(g_parkings[index].g); }

}  // namespace

void start_scenario() {
  reset_memory();
  for (int i = 0; i < kMaxGoroutines; ++i) {
    new (g_parkings[i].g) runtime::G;
    g_parkings[i].parked = g_parkings[i].ready = false;
  }
  g_timers = runtime::internal_new<runtime::TimerHeap>();
}

runtime::TimerHeap& timers() { return *g_timers; }

}  // namespace model

namespace runtime {

using model::g_parkings;

void count_channels(int64_t) {}
G* current_g() { return model::goroutine(model::thread_index()); }
G* current_g_or_null() { return model::thread_index() < 0 ? nullptr : current_g(); }

void park(WaitReason, const void*, void (*unlock)(void*), void* argument) {
  model::Parking& mine = g_parkings[model::thread_index()];
  mine.parked = true;
  // On another stack, as in the scheduler: the goroutine may be ready, run and be gone while `unlock` still runs.
  if (unlock != nullptr) model::thread([=] { unlock(argument); });
  while (!mine.ready) model::block_on(&mine);
  mine.ready = mine.parked = false;
}

void park(WaitReason reason, const void* object, SpinLock* lock) {
  park(reason, object, [](void* held) { static_cast<SpinLock*>(held)->unlock(); }, lock);
}

void park_for_ever(WaitReason reason) {
  for (;;) park(reason, nullptr, nullptr, nullptr);
}

void ready(G* g) {
  for (model::Parking& parking : g_parkings) {
    if (reinterpret_cast<G*>(parking.g) != g) continue;
    model::step(&parking, model::Access::kUpdate);
    if (!parking.parked || parking.ready) model::fail("ready() of a goroutine that is not parked, or twice");
    parking.ready = true;
    model::flush_delayed();
    model::wake_all(&parking);
  }
}

int64_t now_ns() { return model::virtual_now_ns(); }
int set_max_procs(int) { return 1; }  // mutexes do not spin

void start_timer(RuntimeTimer* timer) { model::timers().add(timer); }
bool stop_timer(RuntimeTimer* timer) { return timer->heap != nullptr && model::timers().remove(timer); }
void wait_timer_callback(RuntimeTimer* timer) {
  if (timer->heap != nullptr) model::timers().wait_callback(timer);
}

void spawn(const SpawnOptions&, size_t, size_t, void (*)(void*, void*), void*, void (*)(void*), void (*)(void*, void*)) {
  model::fail("goroutines are made by thread() here");
}

// The choices of a select are the explorer's.
uint64_t random_u64() { return (uint64_t{model::choose(2)} << 63) | (uint64_t{model::choose(2)} << 31); }

}  // namespace runtime
}  // namespace gorace
