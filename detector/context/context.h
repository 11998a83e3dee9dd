// Context: the detector's view of one strand of execution: a goroutine, the main thread or an OS thread. It owns a
// vector clock, a slot (its index in everybody's clocks) and an epoch (its own entry, advanced after each release).
//
// Identity word (abi.h): 36 bits = slot and epoch in two classes, private to identity.h:
//   0 | slot:20 | epoch:15     very many short-lived strands
//   1 | slot:11 | epoch:24     few long-lived ones (a strand moves there when its short epochs run out)
// One class-1 slot value is reserved as the tag of an out-of-line shadow record (shadow/record.h).
// Slots are reused exactly: only when the last owner's final epoch is in the new owner's clock at birth; past the hard
// limit by the oldest end, which is counted and printed at exit.
//
// Ownership: a Context is used by the thread that runs it; while its goroutine is parked, by whoever dequeued it
// (runtime/hooks.h). Its memory is recycled after its end (never unmapped). What reports need of an ended strand (id,
// creator, creation stack, name) is kept for ever in a compact form, a few tens of bytes: describe_identity.
#ifndef GORACE_DETECTOR_CONTEXT_CONTEXT_H_
#define GORACE_DETECTOR_CONTEXT_CONTEXT_H_

#include <cstddef>
#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/clock/vector_clock.h"
#include "detector/context/identity.h"
#include "detector/context/private_phase.h"
#include "detector/origin/held_locks.h"
#include "detector/origin/origin.h"

namespace gorace::detector {

enum class StrandKind : uint8_t { kMain, kThread, kGoroutine };

// OpenInitialisers: the static initialisers and call_once functions that a strand is in, outermost first.
struct OpenInitialisers {
  static constexpr uint32_t kMost = 4;  // of those further in only the number is known
  uint32_t depth = 0;
  uintptr_t objects[kMost] = {};  // the guard variable, or the once_flag

  void enter(uintptr_t object) {
    if (depth < kMost) objects[depth] = object;
    ++depth;
  }
  void leave() {
    if (depth != 0) --depth;
  }
  uintptr_t innermost() const { return objects[depth < kMost ? depth - 1 : kMost - 1]; }
};

struct Context {
  // First, where assembly looks (abi/entry_x86_64.S).

  // Identity of the present epoch as it stands in shadow words, with mask 0xff. Mirrored in __gorace_tls.current while
  // it runs, but for the private phase (private_phase.h).
  uint64_t current = 0;
  uint64_t slot_mask = 0;  // the bits of an identity that name the slot (identity.h)
  // The foreign identity that was last found in `clock`, which only grows: most accesses to data that another strand
  // made meet the same one. 0: none.
  mutable uint64_t known_word = 0;
  // The strand's deepest place on its stack that the detector has seen: no granule of the stack below it has a history.
  // note_depth() says why.
  uintptr_t stack_mark = UINTPTR_MAX;
  uintptr_t own_stack_low = 0;  // a goroutine's own stack; for others 0 bytes
  size_t own_stack_bytes = 0;
  int ignore_depth = 0;         // > 0: accesses and synchronisation are not watched (runtime's own work on this strand)
  int access_ignore_depth = 0;  // > 0: accesses alone are not (GORACE_IGNORE_ACCESSES_BEGIN)
  uint32_t epoch = 0;
  // The last epoch in which the strand released, became a witness (syncvar/released_clock.h), or accessed memory that
  // outlives it. Whoever knows that one can reuse the slot.
  uint32_t last_used_epoch = 0;
  // The last one in which it accessed its own stack. The next owner of the slot begins after it (note_use).
  uint32_t last_stack_epoch = 0;
  uint32_t slot = 0;  // index in clocks (identity.h)
  HeldLocks held;     // what it holds, for reports

  VectorClock clock;  // without its own entry: that is (slot, epoch)
  // The epoch in which `clock` changed last: whoever knows the end of that epoch has all that is in it
  // (syncvar/released_clock.h). kNeverKnown: the strand stays in one epoch for lack of others, whose end says nothing.
  static constexpr uint32_t kNeverKnown = UINT32_MAX;
  uint32_t clock_epoch = 0;
  uint32_t horizon = 0;     // the latest one that it has passed (horizon.h)
  int ignore_sync = 0;      // > 0: synchronisation by interceptors and annotations alone is not
  OriginId ignored_at = 0;  // where the program last asked for one of these two

  // Released at each unlock; 0: none. What stands for the end of a thread that a library not instrumented has made: its
  // functions that wait for such an end use locks that nobody sees (GORACE_THREAD_END).
  uintptr_t thread_end = 0;

  OpenInitialisers initialisers;
  // The last use of one of the runtime's objects: a mutex is read just before it is locked
  // (intercept/runtime_hooks.cc).
  const void* last_used_object = nullptr;
  OriginId last_use = 0;

  uint64_t calling_context = 0;  // __gorace_tls.calling_context while it does not run
  uint64_t id = 0;               // as in dumps and profiles (runtime/sched/sched.h, next_id)
  uint64_t creator_id = 0;
  OriginId created_at = 0;  // creation stack
  StrandKind kind = StrandKind::kGoroutine;
  bool finished = false;
  char name[32] = {};
  void* call_stack =
      nullptr;  // abi/call_stack.h: calls of -fsanitize=thread code; owned there, released before context_end

  // Slots of strands that this one has heard of, newest last: likely to be reusable by its children (slots.h).
  static constexpr int kSlotHints = 4;
  uint32_t slot_hints[kSlotHints] = {};
  uint8_t next_hint = 0;
  uint32_t strand = 0;  // index of its compact record (strands.h)

  // Fences (C++ memory model): clock of the last release fence, and what relaxed loads have seen since the last acquire
  // fence. Empty unless a module with fences is loaded.
  VectorClock release_fence;
  VectorClock relaxed_acquires;
};

static_assert(offsetof(Context, current) == GORACE_CONTEXT_CURRENT);
static_assert(offsetof(Context, slot_mask) == GORACE_CONTEXT_SLOT_MASK);
static_assert(offsetof(Context, known_word) == GORACE_CONTEXT_KNOWN_WORD);
static_assert(offsetof(Context, stack_mark) == GORACE_CONTEXT_STACK_MARK);
static_assert(offsetof(Context, own_stack_low) == GORACE_CONTEXT_STACK_LOW);
static_assert(offsetof(Context, own_stack_bytes) == GORACE_CONTEXT_STACK_BYTES);
static_assert(offsetof(Context, ignore_depth) == GORACE_CONTEXT_IGNORES);
static_assert(offsetof(Context, access_ignore_depth) == GORACE_CONTEXT_IGNORES + 4);
static_assert(offsetof(Context, epoch) == GORACE_CONTEXT_EPOCH);
static_assert(offsetof(Context, last_used_epoch) == GORACE_CONTEXT_LAST_USED_EPOCH);
static_assert(offsetof(Context, last_stack_epoch) == GORACE_CONTEXT_LAST_STACK_EPOCH);
static_assert(offsetof(Context, held) == GORACE_CONTEXT_LOCKS_KEY);
static_assert(GORACE_CONTEXT_LOCKS_CHECKED == GORACE_CONTEXT_LOCKS_KEY + 8);  // held_locks.h

// The context of the calling thread, or null when the detector does not watch it.
Context* current_context();
// Makes `context` the one that the calling thread runs (null: none): saves and loads __gorace_tls.
void set_current_context(Context* context);

// context_create makes a context that is born after everything its creator has done (creator null: an unordered
// strand), and advances the creator's epoch.
Context* context_create(Context* creator, StrandKind kind, uint64_t id, OriginId created_at);

// context_end ends the strand, on the thread that runs it, as its last event, and gives its slot back. A goroutine's
// context is recycled at once; a thread's stays valid, for its final clock, until context_join or context_forget.
void context_end(Context* context);
// context_join: everything `ended` did happens before what `waiter` does next (waiter null: nobody waits). Recycles
// `ended`.
void context_join(Context* waiter, Context* ended);
// context_forget recycles an ended thread's context that nobody will join (detached).
void context_forget(Context* ended);

// context_exchange: what either strand did so far happens before what the other does next. `parked` does not run, or is
// the caller's to use.
void context_exchange(Context* running, Context* parked);

// note_depth: every access that the detector records is made by a call from the frame that the variable is in or from a
// deeper one; and before another strand may know of a variable on this one's stack, this one has released something or
// switched, deeper than the variable. So at the end only what lies above the mark has to be forgotten, a page or two of
// a goroutine's 256 KiB. Call it wherever an access is recorded, an epoch ends, or a goroutine leaves its thread.
[[gnu::always_inline]] inline void note_depth(Context* context) {
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  if (__builtin_expect(here < context->stack_mark, 0)) context->stack_mark = here;
}

// context_move_to_new_slot is the rest of context_advance_epoch, for a strand whose epochs have run out.
void context_move_to_new_slot(Context* context);
// Moves on to a new epoch after a release; takes a new slot when this one's epochs run out.
inline void context_advance_epoch(Context* context) {
  const bool runs_here = __gorace_tls.context == context;
  if (runs_here) note_depth(context);
  context->last_used_epoch = context->epoch;
  if (__builtin_expect(context->epoch >= max_epoch(context->slot), 0)) {
    context_move_to_new_slot(context);
    return;
  }
  ++context->epoch;
  const uint64_t current = context->current + (uint64_t{1} << GORACE_IDENTITY_SHIFT);
  // Atomic: whoever raises the horizon reads it (slots.h).
  __atomic_store_n(&context->current, current, __ATOMIC_RELAXED);
  if (runs_here) __gorace_tls.current = checked_identity(current);
}

// note_use: the strand accesses `bytes` at `address` in its present epoch. What a goroutine does on its own stack is
// forgotten at its end, before its slot is free (intercept/runtime_hooks.cc), so nobody has to know of it; the slot's
// next owner only must not begin in the same epoch. Without that distinction the closure's destructor, after the
// WaitGroup's done(), would keep the slot from whoever waited, and clocks would grow with each goroutine that ever was.
[[gnu::always_inline]] inline void note_use(Context* context, uintptr_t address, size_t bytes) {
  const uintptr_t offset = address - context->own_stack_low;
  if (offset < context->own_stack_bytes && bytes <= context->own_stack_bytes - offset) {
    context->last_stack_epoch = context->epoch;
  } else {
    context->last_used_epoch = context->epoch;
  }
}

// note_clock_change: something was added to the strand's clock in its present epoch.
inline void note_clock_change(Context* context) {
  if (context->clock_epoch != Context::kNeverKnown) context->clock_epoch = context->epoch;
}

// note_slot remembers that the strand has heard of this slot's owner, whose end it may know soon.
inline void note_slot(Context* context, uint32_t slot) {
  context->slot_hints[context->next_hint] = slot;
  context->next_hint = static_cast<uint8_t>((context->next_hint + 1) % Context::kSlotHints);
}

// describe_identity fills in who executed the access with this identity word, for reports: id, creator_id, created_at,
// kind, finished and name; the rest stays empty. False when the record is gone (counted).
// freeing_identity is the identity of words for memory that this strand has freed: ordered before nothing.
uint64_t freeing_identity(const Context& context);
bool describe_identity(uint64_t identity_word, Context* out);

// Counters of what limits made the detector drop, for the line at exit. Zero on nearly every run.
struct Losses {
  uint64_t slots_reused_early;       // a strand took a slot whose last owner it is not ordered after
  uint64_t epochs_exhausted;         // releases that could not start a new epoch
  uint64_t origins_dropped;          // accesses whose stack could not be interned
  uint64_t stacks_cut;               // stacks of which only the innermost frames are kept
  uint64_t strands_dropped;          // strands that reports cannot name
  uint64_t history_dropped;          // accesses that no record could be had for
  uint64_t lock_sets_dropped;        // accesses that reports cannot tell the locks of
  uint64_t nested_accesses_dropped;  // accesses by a signal handler that interrupted the detector at work
  uint64_t files_shared;             // uses of a file or connection whose clock stands for another one too
  uint64_t lock_orders_dropped;      // orders of locks that were not all looked at for a deadlock
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
