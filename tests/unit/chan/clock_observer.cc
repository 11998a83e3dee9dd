#include "tests/unit/chan/clock_observer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "runtime/base/spin_lock.h"
#include "runtime/hooks.h"
#include "runtime/sched/sched.h"

namespace gorace::testing_support {
namespace {

using runtime::G;
using Clock = std::map<uint64_t, uint64_t>;

void join(Clock& into, const Clock& from) {
  for (const auto& [goroutine, epoch] : from) into[goroutine] = std::max(into[goroutine], epoch);
}

struct State {
  runtime::SpinLock lock;
  std::map<uint64_t, Clock> goroutines;  // by id
  std::map<uintptr_t, Clock> objects;    // by granule of 8 bytes, as the detector does
  std::vector<Access> accesses;

  Clock& clock(G* g) {
    Clock& own = goroutines[g->id];
    if (own[g->id] == 0) own[g->id] = 1;
    return own;
  }
  Clock& object(const void* address) { return objects[reinterpret_cast<uintptr_t>(address) / 8]; }
};

State& state() {
  static State* const the_state = new State;  // never destroyed: goroutines may outlive static objects
  return *the_state;
}

using Guard = std::lock_guard<runtime::SpinLock>;

void created(G* made, G* creator) {
  const Guard guard(state().lock);
  Clock& clock = state().goroutines[made->id] = {};
  if (creator != nullptr) {
    clock = state().clock(creator);
    ++state().clock(creator)[creator->id];
  }
  clock[made->id] = 1;
}

void ended(G* g) {
  const Guard guard(state().lock);
  state().goroutines.erase(g->id);
}

void acquire(G* g, const void* object) {
  const Guard guard(state().lock);
  join(state().clock(g), state().object(object));
}

void release(G* g, const void* object) {
  const Guard guard(state().lock);
  state().object(object) = state().clock(g);
  ++state().clock(g)[g->id];
}

void release_merge(G* g, const void* object) {
  const Guard guard(state().lock);
  join(state().object(object), state().clock(g));
  ++state().clock(g)[g->id];
}

void release_acquire(G* g, const void* object) {
  const Guard guard(state().lock);
  join(state().clock(g), state().object(object));
  state().object(object) = state().clock(g);
  ++state().clock(g)[g->id];
}

void exchange(G* g, G* parked) {
  const Guard guard(state().lock);
  join(state().clock(g), state().clock(parked));
  state().clock(parked) = state().clock(g);
  ++state().clock(g)[g->id];
  ++state().clock(parked)[parked->id];
}

void access(G* g, const void* address, size_t, bool is_write, runtime::CallPlace) {
  const Guard guard(state().lock);
  state().accesses.push_back({g->id, address, is_write});
}

void object_dead(const void* address, size_t bytes) {
  const Guard guard(state().lock);
  auto& objects = state().objects;
  const auto first = reinterpret_cast<uintptr_t>(address);
  objects.erase(objects.lower_bound(first / 8), objects.lower_bound((first + bytes + 7) / 8));
}

const runtime::Hooks kHooks = {.goroutine_created = created,
                               .thread_attached = nullptr,
                               .goroutine_switched = nullptr,
                               .goroutine_parked = nullptr,
                               .goroutine_readied = nullptr,
                               .goroutine_ended = ended,
                               .thread_detached = nullptr,
                               .acquire = acquire,
                               .release = release,
                               .release_merge = release_merge,
                               .release_acquire = release_acquire,
                               .exchange = exchange,
                               .access = access,
                               .object_dead = object_dead};

// Each test starts afresh: clocks would grow by all goroutines that ever were.
class Reset : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override {
    const Guard guard(state().lock);
    state().goroutines.clear();
    state().objects.clear();
    state().accesses.clear();
  }
};

[[maybe_unused]] const bool g_subscribed = [] {
  runtime::subscribe(&kHooks);
  testing::UnitTest::GetInstance()->listeners().Append(new Reset);
  return true;
}();

}  // namespace

Event mark() {
  G* g = runtime::current_g();
  const Guard guard(state().lock);
  return {g->id, state().clock(g)[g->id]};
}

bool happened_before(const Event& event) {
  G* g = runtime::current_g();
  const Guard guard(state().lock);
  return state().clock(g)[event.goroutine] >= event.epoch;
}

std::vector<Access> take_accesses() {
  const Guard guard(state().lock);
  return std::exchange(state().accesses, {});
}

}  // namespace gorace::testing_support
