// The registry: every goroutine that lives. There is no list to keep up: control blocks lie at known places of the
// stack arenas and among the start blocks, attached threads in the list of machines.
#include <algorithm>

#include "runtime/base/internal_allocator.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/start_block.h"
#include "runtime/stack/stack_pool.h"

namespace gorace::runtime {
namespace {

using Listing = InternalVector<G*>;

void add_if_alive(G* g, void* listing) {
  if (g->status.load(std::memory_order_acquire) == GStatus::kDead) return;
  static_cast<Listing*>(listing)->push_back(g);
}

void collect(Listing& found) {
  for (M* m = first_machine(); m != nullptr; m = m->all_next) {
    if (m->thread_g != nullptr && m->tid.load(std::memory_order_acquire) != 0) add_if_alive(m->thread_g, &found);
  }
  for_each_stack(add_if_alive, &found);
  for_each_start_block(add_if_alive, &found);
}

}  // namespace

void for_each_goroutine(void (*visit)(G*, void*), void* argument, bool stop) {
  if (stop) stop_world();
  {
    Listing found;
    collect(found);
    std::sort(found.begin(), found.end(), [](const G* a, const G* b) { return a->id < b->id; });
    uint64_t last_id = 0;
    for (G* g : found) {
      if (g->id == last_id) continue;  // it got its stack meanwhile
      last_id = g->id;
      visit(g, argument);
    }
  }
  if (stop) start_world();
}

}  // namespace gorace::runtime
