#include "tests/model/explorer.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/arch/context.h"

namespace gorace::model {
namespace {

constexpr size_t kStackBytes = size_t{256} << 10;
constexpr int kMaxThreads = 24;
constexpr int kMaxSteps = 20'000;  // of one execution: more is a livelock
constexpr int kSpinLoads = 3;

struct Operation {
  const void* address = nullptr;
  Access access = Access::kFence;
};

bool independent(const Operation& a, const Operation& b) {
  if (a.address == nullptr || b.address == nullptr) return false;  // fences
  return a.address != b.address || (a.access == Access::kLoad && b.access == Access::kLoad);
}

struct DelayedStore {
  void* address;
  uint64_t value;
  void (*commit)(void*, uint64_t);
};

enum class State : uint8_t { kReady, kBlocked, kEnded };

struct Thread {
  std::function<void()> body;
  void* sp = nullptr;
  State state = State::kReady;
  Operation next;                  // what it does when it goes on
  const void* waits_on = nullptr;  // kBlocked
  int64_t deadline_ns = -1;        // kBlocked: -1 is none
  bool timed_out = false;
  const void* spin_address = nullptr;
  uint64_t spin_value = 0;
  int spin_count = 0;
  bool relaxed = false;   // since the last load
  void* saved = nullptr;  // on_switch
  std::vector<DelayedStore> delayed;
};

// Node: a decision. Options are threads, or the values of choose() and delay_store().
struct Node {
  std::vector<int> options;
  std::vector<Operation> operations;  // of the options, threads only
  std::vector<bool> asleep;           // options that another path covers
  size_t taken = 0;
};

// End: how an execution ended. kPruned: the rest of it is covered by others.
enum class End : uint8_t { kNone, kDone, kPruned, kFailed };

struct Exploration {
  Options options;
  std::vector<Node> path;
  size_t depth = 0;            // nodes passed in this execution
  std::vector<size_t> replay;  // Options::replay
  std::vector<std::unique_ptr<Thread>> threads;
  std::vector<char*> stacks;
  std::vector<void*> free_sps;
  int current = -1;
  void* explorer_sp = nullptr;
  int preemptions = 0;
  int steps = 0;
  int64_t now_ns = 0;
  End end = End::kNone;
  std::string failure;
  std::function<void()> check;
  bool stuck_is_fine = false;
  bool quiet = false;
  void* (*save)() = nullptr;
  void (*load)(void*) = nullptr;
  std::vector<Operation> sleeping_ops;  // sleep set on the way down
  std::vector<int> sleeping;
};

Exploration* g_state = nullptr;

bool bounded() { return g_state->options.preemptions != kUnbounded; }

Thread& running() { return *g_state->threads[static_cast<size_t>(g_state->current)]; }

void leave(End end) {
  g_state->end = end;
  void* unused;
  runtime::gorace_switch_stack(&unused, g_state->explorer_sp, nullptr);
  __builtin_trap();
}

// decide returns which of the options this execution takes.
size_t decide(Node&& fresh) {
  Exploration& s = *g_state;
  if (s.depth < s.path.size()) {
    Node& node = s.path[s.depth++];
    if (node.options != fresh.options) {
      s.failure = "the scenario is not deterministic: a path did not repeat itself";
      leave(End::kFailed);
    }
    node.operations = std::move(fresh.operations);
    return node.taken;
  }
  if (!s.options.replay.empty()) {
    fresh.taken = s.depth < s.replay.size() ? std::min(s.replay[s.depth], fresh.options.size() - 1) : 0;
  } else {
    while (fresh.taken < fresh.options.size() && fresh.asleep[fresh.taken]) ++fresh.taken;
  }
  if (fresh.taken == fresh.options.size()) leave(End::kPruned);
  s.path.push_back(std::move(fresh));
  ++s.depth;
  return s.path.back().taken;
}

// descend makes the sleep set of the next node: threads whose next operation was explored before this node's choice, or
// slept here already, and is independent of what is done now.
void descend(const Node& node) {
  Exploration& s = *g_state;
  std::vector<int> sleeping;
  std::vector<Operation> operations;
  const Operation& done = node.operations[node.taken];
  for (size_t i = 0; i < node.options.size(); ++i) {
    const bool covered = node.asleep[i] || i < node.taken;
    if (i == node.taken || !covered || !independent(node.operations[i], done)) continue;
    sleeping.push_back(node.options[i]);
    operations.push_back(node.operations[i]);
  }
  s.sleeping = std::move(sleeping);
  s.sleeping_ops = std::move(operations);
}

// advance_clock ends the earliest timed wait; false: there is none.
bool advance_clock() {
  Thread* first = nullptr;
  for (auto& thread : g_state->threads) {
    if (thread->state != State::kBlocked || thread->deadline_ns < 0) continue;
    if (first == nullptr || thread->deadline_ns < first->deadline_ns) first = thread.get();
  }
  if (first == nullptr) return false;
  g_state->now_ns = std::max(g_state->now_ns, first->deadline_ns);
  first->state = State::kReady;
  first->timed_out = true;
  return true;
}

// pick decides which thread goes on.
int pick(bool current_can_go_on) {
  Exploration& s = *g_state;
  if (++s.steps > kMaxSteps) {
    s.failure = "no end after " + std::to_string(kMaxSteps) + " steps: a livelock";
    leave(End::kFailed);
  }
  if (s.quiet && current_can_go_on) return s.current;
  Node node;
  if (current_can_go_on) node.options.push_back(s.current);
  if (!current_can_go_on || !bounded() || s.preemptions < s.options.preemptions) {
    for (size_t i = 0; i < s.threads.size(); ++i) {
      const int index = static_cast<int>(i);
      if (s.threads[i]->state == State::kReady && !(current_can_go_on && index == s.current)) {
        node.options.push_back(index);
      }
    }
  }
  if (node.options.empty()) {
    if (advance_clock()) return pick(false);
    leave(End::kDone);
  }
  for (const int option : node.options) {
    node.operations.push_back(s.threads[static_cast<size_t>(option)]->next);
    node.asleep.push_back(!bounded() && std::find(s.sleeping.begin(), s.sleeping.end(), option) != s.sleeping.end());
  }
  if (s.quiet) return node.options[0];
  if (node.options.size() == 1 && !node.asleep[0]) {
    // No decision, but what it does may wake sleepers.
    for (size_t i = s.sleeping.size(); i-- > 0;) {
      if (independent(s.sleeping_ops[i], node.operations[0])) continue;
      s.sleeping.erase(s.sleeping.begin() + static_cast<std::ptrdiff_t>(i));
      s.sleeping_ops.erase(s.sleeping_ops.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return node.options[0];
  }
  const size_t taken = decide(std::move(node));
  Node& chosen = s.path[s.depth - 1];
  if (!bounded()) descend(chosen);
  if (current_can_go_on && chosen.options[taken] != s.current) ++s.preemptions;
  return chosen.options[taken];
}

void go_on_with(int next, void** save_sp) {
  Exploration& s = *g_state;
  if (s.save != nullptr && s.current >= 0) running().saved = s.save();
  s.current = next;
  Thread& thread = running();
  if (s.load != nullptr) s.load(thread.saved);
  runtime::gorace_switch_stack(save_sp, thread.sp, nullptr);
}

void reschedule(bool current_can_go_on) {
  Exploration& s = *g_state;
  const int me = s.current;
  const int next = pick(current_can_go_on);
  if (next != me) go_on_with(next, &s.threads[static_cast<size_t>(me)]->sp);
}

void thread_entry(void*) {
  running().body();
  if (!running().delayed.empty()) step(nullptr, Access::kFence);  // others may still see the state before
  flush_delayed();
  running().state = State::kEnded;
  void* unused;
  go_on_with(pick(false), &unused);
  __builtin_trap();
}

uintptr_t stack_top(size_t index) {
  Exploration& s = *g_state;
  while (s.stacks.size() <= index) {
    void* memory = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) abort();
    s.stacks.push_back(static_cast<char*>(memory));
  }
  return reinterpret_cast<uintptr_t>(s.stacks[index]) + kStackBytes;
}

std::string schedule_text() {
  std::string text;
  size_t length = g_state->depth;
  while (length > 1 && g_state->path[length - 1].taken == 0) --length;  // a replay takes 0 where nothing is said
  for (size_t i = 0; i < length; ++i) text += (i == 0 ? "" : ",") + std::to_string(g_state->path[i].taken);
  return text;
}

std::string blocked_text() {
  std::string text;
  for (size_t i = 0; i < g_state->threads.size(); ++i) {
    if (g_state->threads[i]->state == State::kBlocked) text += " " + std::to_string(i);
  }
  return text;
}

void finish_execution() {
  Exploration& s = *g_state;
  s.current = -1;
  const std::string blocked = blocked_text();
  if (s.end == End::kDone && !blocked.empty() && !s.stuck_is_fine) {
    s.failure = "lost wake-up or deadlock: nothing can wake the threads" + blocked;
    s.end = End::kFailed;
    return;
  }
  if (s.end != End::kDone || !s.check) return;
  try {
    s.check();
  } catch (const std::string& text) {
    s.failure = text;
    s.end = End::kFailed;
  }
}

void run_once(const std::function<void()>& scenario) {
  Exploration& s = *g_state;
  s.depth = 0;
  s.threads.clear();
  s.preemptions = s.steps = 0;
  s.now_ns = 1'000'000'000;
  s.end = End::kNone;
  s.check = nullptr;
  s.stuck_is_fine = false;
  s.quiet = false;
  s.save = nullptr;
  s.load = nullptr;
  s.sleeping.clear();
  s.sleeping_ops.clear();
  s.current = -1;
  scenario();
  s.current = -1;
  // pick() may find at once that the execution is over, and leaves then for the stack that is saved here: from a
  // coroutine of its own.
  static void* start_sp;
  start_sp = runtime::prepare_stack(stack_top(kMaxThreads), [](void*) {
    void* unused;
    go_on_with(pick(false), &unused);
    __builtin_trap();
  });
  runtime::gorace_switch_stack(&s.explorer_sp, start_sp, nullptr);
  finish_execution();
}

// next_path prepares the next unexplored path; false: all were run.
bool next_path() {
  Exploration& s = *g_state;
  s.path.resize(std::min(s.path.size(), s.depth));
  while (!s.path.empty()) {
    Node& last = s.path.back();
    do {
      ++last.taken;
    } while (last.taken < last.options.size() && last.asleep[last.taken]);
    if (last.taken < last.options.size()) return true;
    s.path.pop_back();
  }
  return false;
}

// parse_schedule reads what schedule_text wrote.
std::vector<size_t> parse_schedule(const std::string& text) {
  std::vector<size_t> choices;
  for (size_t at = 0; at < text.size();) {
    choices.push_back(std::strtoul(text.c_str() + at, nullptr, 10));
    const size_t comma = text.find(',', at);
    if (comma == std::string::npos) break;
    at = comma + 1;
  }
  return choices;
}

}  // namespace

Outcome explore(const Options& options, const std::function<void()>& scenario) {
  static Exploration state;  // its stacks are kept
  auto stacks = std::move(state.stacks);
  state = Exploration{};
  state.stacks = std::move(stacks);
  state.options = options;
  g_state = &state;
  state.replay = parse_schedule(options.replay);
  Outcome outcome;
  for (;;) {
    run_once(scenario);
    ++outcome.executions;
    if (state.end == End::kFailed) {
      outcome.failure = state.failure;
      outcome.schedule = schedule_text();
      break;
    }
    if (!options.replay.empty()) break;
    if (!next_path()) {
      outcome.complete = true;
      break;
    }
    if (outcome.executions == options.max_executions) break;
  }
  state.threads.clear();
  g_state = nullptr;
  return outcome;
}

void thread(std::function<void()> body) {
  Exploration& s = *g_state;
  const size_t index = s.threads.size();
  if (index == kMaxThreads) fail("too many threads");
  auto made = std::make_unique<Thread>();
  made->body = std::move(body);
  made->next = {made.get(), Access::kLoad};  // what it does before its first step concerns nobody
  made->sp = runtime::prepare_stack(stack_top(index), thread_entry);
  s.threads.push_back(std::move(made));
}

void at_end(std::function<void()> check, bool stuck_is_fine) {
  g_state->check = std::move(check);
  g_state->stuck_is_fine = stuck_is_fine;
}

void on_switch(void* (*save)(), void (*load)(void*)) {
  g_state->save = save;
  g_state->load = load;
}

void fail(const std::string& text) {
  if (g_state == nullptr || g_state->current < 0) throw text;
  g_state->failure = text;
  leave(End::kFailed);
  __builtin_trap();
}

void quiet(bool on) { g_state->quiet = on; }

void wait_until_idle() {
  static const char kNobodyWakes = 0;
  block_on(&kNobodyWakes, 0);
}

uint32_t choose(uint32_t bound) {
  if (thread_index() < 0 || bound < 2 || g_state->quiet) return 0;
  Node node;
  for (uint32_t i = 0; i < bound; ++i) {
    node.options.push_back(static_cast<int>(i));
    node.asleep.push_back(false);
  }
  return static_cast<uint32_t>(decide(std::move(node)));
}

void step(const void* address, Access access) {
  if (thread_index() < 0) return;
  Thread& me = running();
  me.next = {address, access};
  if (me.spin_address != address) me.spin_count = 0;
  reschedule(/*current_can_go_on=*/true);
}

bool block_on(const void* address, int64_t timeout_ns) {
  Thread& me = running();
  flush_delayed();
  me.state = State::kBlocked;
  me.waits_on = address;
  me.deadline_ns = timeout_ns < 0 ? -1 : g_state->now_ns + timeout_ns;
  me.timed_out = false;
  me.next = {address, Access::kLoad};
  reschedule(/*current_can_go_on=*/false);
  return !running().timed_out;
}

void wake_all(const void* address) {
  if (g_state == nullptr) return;
  for (auto& thread : g_state->threads) {
    if (thread->state == State::kBlocked && thread->waits_on == address) {
      thread->state = State::kReady;
      thread->spin_count = 0;
    }
  }
}

bool delay_store(void* address, uint64_t value, void (*commit)(void*, uint64_t)) {
  if (thread_index() < 0 || !g_state->options.store_buffers) return false;
  Thread& me = running();
  if (me.delayed.empty()) {
    if (g_state->quiet || g_state->preemptions >= g_state->options.preemptions || choose(2) == 0) return false;
    ++g_state->preemptions;
  }
  me.delayed.push_back({address, value, commit});  // behind a delayed one: stores leave in order
  return true;
}

bool buffered(const void* address, uint64_t* value) {
  if (thread_index() < 0) return false;
  const auto& delayed = running().delayed;
  for (size_t i = delayed.size(); i-- > 0;) {
    if (delayed[i].address != address) continue;
    *value = delayed[i].value;
    return true;
  }
  return false;
}

void flush_delayed() {
  if (thread_index() < 0) return;
  auto& delayed = running().delayed;
  for (const DelayedStore& store : delayed) store.commit(store.address, store.value);
  delayed.clear();
}

bool fences_work() { return g_state == nullptr || !g_state->options.ignore_fences; }

void relax() {
  if (thread_index() >= 0) running().relaxed = true;
}

void spin_loaded(const void* address, uint64_t value) {
  if (thread_index() < 0) return;
  Thread& me = running();
  const bool relaxed = std::exchange(me.relaxed, false);
  if (me.spin_address == address && me.spin_value == value && me.spin_count > 0) {
    if (relaxed && ++me.spin_count >= kSpinLoads) block_on(address);
    return;
  }
  me.spin_address = address;
  me.spin_value = value;
  me.spin_count = 1;
}

void spin_ended() {
  if (thread_index() >= 0) running().spin_count = 0;
}

int thread_index() { return g_state != nullptr ? g_state->current : -1; }

int64_t virtual_now_ns() { return g_state != nullptr ? g_state->now_ns : 0; }

}  // namespace gorace::model
