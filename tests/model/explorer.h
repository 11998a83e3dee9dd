// Explorer: runs a small concurrent scenario under every interleaving of its atomic operations.
//
// The scenario's threads are coroutines of one OS thread. Before each atomic operation (tests/model/atomic.h) a thread
// comes back to the explorer, which decides who goes on. Each decision is a node of a tree that is walked depth first,
// one execution a path. Two ways to walk it:
//
//   every interleaving   with sleep sets (Godefroid, "Partial-Order Methods for the Verification of Concurrent
//                        Systems", 1996): of executions that differ in the order of independent operations only, one is
//                        run. Sound as long as plain memory is free of data races.
//   at most N preemptions  (Musuvathi, Qadeer, "Iterative Context Bounding", PLDI 2007), for scenarios whose tree is
//                        too large. Switches from a thread that blocks or ends are free.
//
// Store buffers: with Options::store_buffers a plain store (not seq_cst, not a read-modify-write) may stay in its
// thread's buffer until that thread's next read-modify-write, seq_cst fence or blocking: x86-TSO, but for the moments
// in between at which the hardware may also drain it. A delayed store costs one preemption.
//
// A failure prints the path as text; explore() with Options::replay runs that path alone.
#ifndef GORACE_TESTS_MODEL_EXPLORER_H_
#define GORACE_TESTS_MODEL_EXPLORER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace gorace::model {

inline constexpr int kUnbounded = -1;

struct Options {
  int preemptions = kUnbounded;
  bool store_buffers = false;  // with a bound only
  bool ignore_fences = false;  // to see what they are for
  uint64_t max_executions = 2'000'000;
  std::string replay;  // Outcome::schedule of a former run
};

struct Outcome {
  uint64_t executions = 0;
  bool complete = false;  // every interleaving within the bounds was run
  std::string failure;    // empty: none
  std::string schedule;   // of the failure
};

// explore runs `scenario` again and again. It makes the initial state, adds threads by thread(), and returns; they run
// then. The same path must do the same each time.
Outcome explore(const Options& options, const std::function<void()>& scenario);

// --- For scenarios, inside explore(). ---

// thread adds a thread; also from a running one.
void thread(std::function<void()> body);
// at_end runs when every thread has ended, or, with `stuck_is_fine`, is blocked with nothing left to wake it. Without,
// blocked threads fail the execution ("lost wake-up or deadlock").
void at_end(std::function<void()> check, bool stuck_is_fine = false);
// on_switch: `save` is called before another thread goes on, its result is given to `load` when this one does.
void on_switch(void* (*save)(), void (*load)(void*));
// fail ends the execution and the exploration.
[[noreturn]] void fail(const std::string& text);
// quiet(true) stops the exploring until quiet(false): threads run one after the other. For the way to a scenario's
// start.
void quiet(bool on);
// wait_until_idle blocks the caller until no other thread can go on.
void wait_until_idle();
// choose returns a number below `bound`: each is explored.
uint32_t choose(uint32_t bound);

// --- For the shims. ---

enum class Access : uint8_t { kLoad, kStore, kUpdate, kFence };
// step is called before an operation on `address`; others may run first. Nothing outside of a thread.
void step(const void* address, Access access);
// block_on waits until wake_all(address). With timeout_ns >= 0 it may also end when nobody else can run: the clock then
// stands at the earliest such time. Returns false in that case.
bool block_on(const void* address, int64_t timeout_ns = -1);
void wake_all(const void* address);
// delay_store: true when the explorer wants this store delayed; commit(pointer, value) is called later.
bool delay_store(void* address, uint64_t value, void (*commit)(void* address, uint64_t value));
// buffered finds the newest delayed store of this thread to `address`.
bool buffered(const void* address, uint64_t* value);
// flush_delayed commits the calling thread's delayed stores, oldest first.
void flush_delayed();
// fences_work: see Options::ignore_fences.
bool fences_work();
// spin_loaded is told of each load's value, and of failed swaps; a third equal one of one address in a row, with relax()
// between them, waits for a change. spin_ended: the thread itself changed something.
void relax();
void spin_loaded(const void* address, uint64_t value);
void spin_ended();
// thread_index is the running thread's, or -1. virtual_now_ns is the scenario's clock.
int thread_index();
int64_t virtual_now_ns();

}  // namespace gorace::model

#endif  // GORACE_TESTS_MODEL_EXPLORER_H_
