#include "runtime/dump/snapshot.h"

#include <cstring>

#include "runtime/sched/sched.h"

namespace gorace::runtime {
namespace {

struct Taking {
  Snapshot* snapshot;
  int64_t now_ns;
};

void take_one(G* g, void* argument) {
  auto* taking = static_cast<Taking*>(argument);
  Snapshot& snapshot = *taking->snapshot;
  GoroutineSnapshot copy = describe(*g, taking->now_ns);
  if (copy.status == GStatus::kDead) return;
  uintptr_t pcs[kMaxDumpFrames];
  copy.pc_count = capture_stack(g, pcs, kMaxDumpFrames);
  copy.first_pc = snapshot.pcs.size();
  for (int i = 0; i < copy.pc_count; ++i) snapshot.pcs.push_back(pcs[i]);
  snapshot.goroutines.push_back(copy);
}

}  // namespace

GoroutineSnapshot describe(const G& g, int64_t now_ns) {
  GoroutineSnapshot copy;
  copy.id = g.id;
  copy.creator_id = g.creator_id;
  copy.kind = g.kind;
  // acquire: the wait's fields are written before the status.
  copy.status = g.status.load(std::memory_order_acquire);
  copy.wait_reason = g.wait_reason.load(std::memory_order_relaxed);
  copy.wait_object = g.wait_object.load(std::memory_order_relaxed);
  const int64_t since_ns = g.wait_since_ns.load(std::memory_order_relaxed);
  if (copy.status == GStatus::kWaiting && since_ns > 0 && since_ns < now_ns) copy.waiting_ns = now_ns - since_ns;
  memcpy(copy.name, g.name, sizeof copy.name);
  copy.name[sizeof copy.name - 1] = '\0';
  copy.labels = g.labels.load(std::memory_order_seq_cst);  // after the LabelReader was counted
  copy.creation_count = g.creation_pc_count;
  memcpy(copy.creation_pcs, g.creation_pcs, sizeof copy.creation_pcs);
  return copy;
}

void take_snapshot(Snapshot* out) {
  Taking taking{out, now_ns()};
  for_each_goroutine(take_one, &taking, /*stop_the_world=*/true);
}

}  // namespace gorace::runtime
