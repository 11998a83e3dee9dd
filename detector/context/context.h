// Context: the detector's view of one strand of execution: a goroutine, the main thread or an OS thread. It owns a vector clock, a slot (its
// index in everybody's clocks) and an epoch (its own entry, advanced after each release).
//
// Identity word (abi.h): 36 bits = slot and epoch in two classes, private to identity.h:
//   0 | slot:20 | epoch:15     very many short-lived strands
//   1 | slot:11 | epoch:24     few long-lived ones (a strand moves there when its short epochs run out)
// One class-1 slot value is reserved as the tag of an out-of-line shadow record (shadow/record.h).
// Slots are reused exactly: only when the last owner's final epoch is in the new owner's clock at birth; past the hard limit by the oldest
// end, which is counted and printed at exit.
//
// Ownership: a Context is used by the thread that runs it; while its goroutine is parked, by whoever dequeued it (runtime/hooks.h). Contexts are
// never unmapped; ended ones stay readable for reports (id, creation stack) and their memory is recycled only when no shadow
// word can name their epochs any more or never.
#ifndef GORACE_DETECTOR_CONTEXT_CONTEXT_H_
#define GORACE_DETECTOR_CONTEXT_CONTEXT_H_

#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/clock/vector_clock.h"
#include "detector/origin/origin.h"

namespace gorace::detector {

enum class StrandKind : uint8_t { kMain, kThread, kGoroutine };

struct Context {
  // Identity of the present epoch as it stands in shadow words, with mask 0xff. Mirrored in __gorace_tls.current while it runs.
  uint64_t current = 0;
  uint64_t calling_context = 0;  // __gorace_tls.calling_context while it does not run
  VectorClock clock;             // without its own entry: that is (slot, epoch)
  uint32_t slot = 0;
  uint32_t epoch = 0;

  StrandKind kind = StrandKind::kGoroutine;
  uint64_t id = 0;         // as in dumps and profiles (runtime/sched/sched.h, next_id)
  uint64_t creator_id = 0;
  OriginId created_at = 0;  // creation stack
  char name[32] = {};
  bool finished = false;
  int ignore_depth = 0;     // > 0: accesses and synchronisation are not watched (runtime's own work on this strand)
  void* call_stack = nullptr;  // abi/call_stack.h: calls of -fsanitize=thread code; owned there, released before context_end

  // Fences (C++ memory model): clock of the last release fence, and what relaxed loads have seen since the last acquire fence. Empty unless a
  // module with fences is loaded.
  VectorClock release_fence;
  VectorClock relaxed_acquires;
};

// The context of the calling thread, or null when the detector does not watch it.
Context* current_context();
// Makes `context` the one that the calling thread runs (null: none): saves and loads __gorace_tls.
void set_current_context(Context* context);

// context_create makes a context that is born after everything its creator has done (creator null: an unordered strand), and advances the creator's
// epoch. context_end gives the slot back; the final clock is what context_join and release events pass on.
Context* context_create(Context* creator, StrandKind kind, uint64_t id, OriginId created_at);
void context_end(Context* context);
// context_join: everything `ended` did happens before what `waiter` does next.
void context_join(Context* waiter, Context* ended);

// Moves on to a new epoch after a release; takes a new slot when this one's epochs run out.
void context_advance_epoch(Context* context);

// Who executed the access with this identity: for reports. Null when the record is gone (counted).
const Context* context_of_identity(uint64_t identity_word);

// Counters of what limits made the detector drop, for the line at exit. Zero on nearly every run.
struct Losses {
  uint64_t slots_reused_early;
  uint64_t origins_dropped;
};
Losses losses();

// Marks a stretch in which the calling strand's accesses and synchronisation are not watched.
class IgnoreScope {
 public:
  IgnoreScope() : context_(current_context()) {
    if (context_ != nullptr) ++context_->ignore_depth;
  }
  ~IgnoreScope() {
    if (context_ != nullptr) --context_->ignore_depth;
  }
  IgnoreScope(const IgnoreScope&) = delete;
  IgnoreScope& operator=(const IgnoreScope&) = delete;

 private:
  Context* context_;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CONTEXT_CONTEXT_H_
