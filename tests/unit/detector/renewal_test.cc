// The entry points renew a strand's own words without the granules' locks (detector/abi/entry_x86_64.S). Here another
// strand comes to the granule after each single one of their instructions: the processor's trap flag stops them, and
// the handler of the trap is the other strand.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <ucontext.h>

#include <atomic>
#include <thread>

#include "detector/context/thread_state.h"
#include "detector/shadow/access.h"
#include "detector/shadow/granule.h"
#include "detector/syncvar/sync_var.h"
#include "tests/unit/detector/entry_call.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

#if defined(__x86_64__)

namespace gorace::detector::testing {
namespace {

// A block that is large enough for a free to pass over it without the granules' locks; its first granule is accessed.
alignas(64) char g_memory[64];
alignas(8) char g_object;
const auto kGranule = reinterpret_cast<uintptr_t>(g_memory);
const auto kObject = reinterpret_cast<uintptr_t>(&g_object);

// Other: what the other strand does.
enum class Other { kWrites8, kWrites4, kReads8, kReads4, kFrees };
constexpr Other kOthers[] = {Other::kWrites8, Other::kWrites4, Other::kReads8, Other::kReads4, Other::kFrees};

void do_other(Context* other, Other what) {
  if (what == Other::kFrees) return free_memory(other, g_memory, sizeof(g_memory), origin_at(3, AccessKind::kFree));
  const bool is_whole = what == Other::kWrites8 || what == Other::kReads8;
  const bool is_write = what == Other::kWrites8 || what == Other::kWrites4;
  access_granule(other, kGranule, is_whole ? 8 : 4, is_write, origin_at(3));
}

// What comes between two instructions, and where.
struct Interruption {
  Context* by;
  Other what;
  ThreadState* thread;
  int after;  // so many instructions
  int steps;
  greg_t stack_pointer;  // of the entry point, before it pushes anything
  bool came;
};
Interruption g_interruption;

// Other way round, for the first write to a block while it is freed: a free is stopped after each of its instructions,
// and another thread writes. If that one has to wait for the free, it is let go on.
struct Writer {
  std::atomic<bool> may_write{false};
  std::atomic<bool> has_written{false};
};
Writer g_writer;

void on_trap_in_free(int, siginfo_t*, void* machine) {
  constexpr greg_t kTrapFlag = 0x100;
  constexpr int kPatience = 100;
  Interruption& it = g_interruption;
  if (++it.steps < it.after) return;
  static_cast<ucontext_t*>(machine)->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
  it.came = true;
  g_writer.may_write = true;
  for (int spins = 0; spins < kPatience && !g_writer.has_written; ++spins) sched_yield();
}

// The entry point's own instructions only: the slow path, for which it pushes registers, holds the granule's lock.
void on_trap(int, siginfo_t*, void* machine) {
  constexpr greg_t kTrapFlag = 0x100;
  greg_t* const registers = static_cast<ucontext_t*>(machine)->uc_mcontext.gregs;
  Interruption& it = g_interruption;
  if (++it.steps == 1) it.stack_pointer = registers[REG_RSP];
  const bool has_left = registers[REG_RSP] != it.stack_pointer;
  if (it.steps < it.after && !has_left) return;
  registers[REG_EFL] &= ~kTrapFlag;
  if (has_left) return;
  it.came = true;
  void* const own = __gorace_tls.thread_state;
  __gorace_tls.thread_state = it.thread;
  do_other(it.by, it.what);
  __gorace_tls.thread_state = own;
}

class Renewal : public ::testing::Test {
 protected:
  Renewal() {
    struct sigaction action = {};
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGTRAP, &action, &former_);
    creator_ = new_strand(nullptr, StrandKind::kThread);
    mine_ = new_strand(creator_, StrandKind::kThread);
    other_ = new_strand(creator_, StrandKind::kThread);
  }
  ~Renewal() override {
    sigaction(SIGTRAP, &former_, nullptr);
    reset_memory(g_memory, sizeof(g_memory));
    forget_sync_vars(kObject, 8);
    for (Context* strand : {mine_, other_, creator_}) {
      context_end(strand);
      context_forget(strand);
    }
  }

  static void hand_over(Context* from, Context* to) {
    release(from, kObject);
    acquire(to, kObject);
  }

  // prepare leaves ordered accesses, the latest of each direction by these (null: none), all in epochs that are over.
  void prepare(Context* wrote, Context* read) {
    reset_memory(g_memory, sizeof(g_memory));
    for (Context* strand : {wrote, read}) {
      if (strand != nullptr) access_granule(strand, kGranule, bytes_, strand == wrote, origin_at(1));
      hand_over(mine_, other_);
      hand_over(other_, mine_);
      if (strand != nullptr && strand == wrote && wrote == read)
        access_granule(strand, kGranule, bytes_, false, origin_at(1));
    }
    hand_over(mine_, other_);
    hand_over(other_, mine_);
    EXPECT_TRUE(take_races().empty());
  }

  // The caches that the other strand comes with.
  static ThreadState& other_thread() {
    static ThreadState* const states[] = {&thread_state(), &make_thread_state()};
    __gorace_tls.thread_state = states[0];  // make_thread_state() gave this thread the new one
    return *states[1];
  }

  // meet makes the access once for each of its instructions, and lets the other one come there. Returns how many times
  // it came.
  int meet(bool writes, Other other, Context* wrote, Context* read) {
    const bool conflict = writes || (other != Other::kReads8 && other != Other::kReads4);
    for (int after = 1;; ++after) {
      prepare(wrote, read);
      g_interruption = {other_, other, &other_thread(), after, 0, 0, false};
      enter(mine_, kGranule, bytes_, writes, origin_at(2), /*is_stepped=*/true);
      if (!g_interruption.came) return after - 1;
      EXPECT_EQ(take_races().empty(), !conflict) << "after instruction " << after;
      // Both are in the history: a write that is ordered after neither meets both. What was freed is the history's end.
      access_granule(creator_, kGranule, 8, true, origin_at(4));
      bool meets_mine = other == Other::kFrees;
      bool meets_other = false;
      for (const SeenRace& race : take_races()) {
        meets_mine |= race.previous_id == mine_->id;
        meets_other |= race.previous_id == other_->id;
      }
      EXPECT_TRUE(meets_mine && meets_other) << "after instruction " << after;
      if (HasFailure()) return 0;
    }
  }

  // What it meets at each instruction, when this was there.
  void meet_all(bool writes, Context* wrote, Context* read) {
    for (const Other other : kOthers) {
      // Some with half of the granule, too: what others have in the other half stays.
      for (bytes_ = 8; bytes_ >= (other == Other::kWrites4 || other == Other::kReads8 ? 4 : 8); bytes_ -= 4) {
        SCOPED_TRACE(::testing::Message() << bytes_ << " bytes; the other does " << static_cast<int>(other));
        EXPECT_GT(meet(writes, other, wrote, read), 20);
      }
    }
  }

  size_t bytes_ = 8;  // of its own accesses
  Context* creator_;
  Context* mine_;
  Context* other_;
  struct sigaction former_;
};

// The origin of a renewal names the locks that are still held.
TEST_F(Renewal, DropsALockThatAnotherStrandHasGivenBack) {
  prepare(mine_, nullptr);
  mine_->held.add(kObject, origin_at(5), /*shared=*/false);
  enter(mine_, kGranule, 8, true, origin_at(2));
  EXPECT_EQ(mine_->held.count(), 1);
  note_handed_over(kObject);
  context_advance_epoch(mine_);
  enter(mine_, kGranule, 8, true, origin_at(2));
  EXPECT_EQ(mine_->held.count(), 0);
}

TEST_F(Renewal, TheFirstWriteOfAllMeetsOthersAtEachInstruction) { meet_all(true, nullptr, nullptr); }
TEST_F(Renewal, OfAWriteMeetsOthersAtEachInstruction) { meet_all(true, mine_, nullptr); }
TEST_F(Renewal, OfAWriteThatOthersHaveReadMeetsThemAtEachInstruction) { meet_all(true, mine_, other_); }
TEST_F(Renewal, OfAReadMeetsOthersAtEachInstruction) { meet_all(false, nullptr, mine_); }
TEST_F(Renewal, OfAReadOfOnesOwnMeetsOthersAtEachInstruction) { meet_all(false, mine_, mine_); }
TEST_F(Renewal, OfAReadOfOnesOwnThatIsTheFirstMeetsOthersAtEachInstruction) { meet_all(false, mine_, nullptr); }
TEST_F(Renewal, OfAReadOfWhatOthersWroteMeetsThemAtEachInstruction) { meet_all(false, other_, mine_); }

// Of a free that the write does not know of, and a write that the free does not know of, one must see the other.
TEST_F(Renewal, TheFirstWriteOfAllIsNotLostInAFreeAtAnyOfItsInstructions) {
  struct sigaction action = {};
  action.sa_sigaction = on_trap_in_free;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGTRAP, &action, nullptr);
  const OriginId write_origin = origin_at(2);
  const OriginId free_origin = origin_at(3, AccessKind::kFree);
  enter(mine_, kGranule, 8, true, write_origin);  // the page is known from here on
  for (int after = 1; !HasFailure(); ++after) {
    reset_memory(g_memory, sizeof(g_memory));
    g_writer.may_write = false;
    g_writer.has_written = false;
    g_interruption = {};
    g_interruption.after = after;
    std::thread writer([&] {
      while (!g_writer.may_write) sched_yield();
      enter(mine_, kGranule, 8, true, write_origin);
      g_writer.has_written = true;
    });
    gorace_test_set_trap_flag();
    free_memory(other_, g_memory, sizeof(g_memory), free_origin);
    gorace_test_clear_trap_flag();
    g_writer.may_write = true;
    writer.join();
    EXPECT_FALSE(take_races().empty()) << "after instruction " << after;
    if (!g_interruption.came) break;
  }
}

}  // namespace
}  // namespace gorace::detector::testing

#endif  // __x86_64__
