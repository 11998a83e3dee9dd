// Snapshot: what a dump says about goroutines, copied while the scheduler is held and printed after it goes on, so that
// the program does not stand still while names are looked up.
//
// Thread safety: a snapshot belongs to one thread. Nothing is allocated from the program's malloc.
#ifndef GORACE_RUNTIME_DUMP_SNAPSHOT_H_
#define GORACE_RUNTIME_DUMP_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>

#include "runtime/base/internal_allocator.h"
#include "runtime/sched/goroutine.h"
#include "runtime/sched/labels.h"

namespace gorace::runtime {

class RawWriter;

// More frames than Go prints (100): the outermost 50 are worth having too.
inline constexpr int kMaxDumpFrames = 256;

struct GoroutineSnapshot {
  uint64_t id = 0;
  uint64_t creator_id = 0;
  GKind kind = GKind::kGoroutine;
  GStatus status = GStatus::kDead;
  WaitReason wait_reason = WaitReason::kNone;
  int64_t waiting_ns = 0;  // how long it has waited; 0 when it does not
  const void* wait_object = nullptr;
  char name[kMaxGoroutineName] = {};
  const LabelSet* labels = nullptr;  // valid while the Snapshot, or a LabelReader, exists
  uintptr_t creation_pcs[kMaxCreationFrames] = {};
  int creation_count = 0;
  // Its frames in Snapshot::pcs, innermost first.
  size_t first_pc = 0;
  int pc_count = 0;
};

struct Snapshot {
  LabelReader keeps_labels;
  InternalVector<GoroutineSnapshot> goroutines;  // main first, then by id
  InternalVector<uintptr_t> pcs;

  const uintptr_t* stack_of(const GoroutineSnapshot& g) const { return pcs.begin() + g.first_pc; }
};

// describe copies one goroutine's fields, its stack left empty; the caller holds a LabelReader, or is that
// goroutine. `now_ns` is the scheduler's clock.
GoroutineSnapshot describe(const G& g, int64_t now_ns);

// take_snapshot fills *out with every live goroutine and attached thread, stacks included. Holds the scheduler
// meanwhile; the caller must hold none of its locks.
void take_snapshot(Snapshot* out);

// state_text returns the word of the header: the wait reason of a waiting goroutine, else "running" or "runnable".
const char* state_text(const GoroutineSnapshot& g);

// print_snapshot prints one goroutine in Go's form (dump.h), no empty line around it.
void print_snapshot(RawWriter& out, const GoroutineSnapshot& g, const uintptr_t* pcs);
// print_snapshots prints all of them, an empty line between two.
void print_snapshots(RawWriter& out, const Snapshot& snapshot);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_DUMP_SNAPSHOT_H_
