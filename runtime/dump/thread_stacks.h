// Stacks of OS threads, for programs that never used goroutines.
#ifndef GORACE_RUNTIME_DUMP_THREAD_STACKS_H_
#define GORACE_RUNTIME_DUMP_THREAD_STACKS_H_

#include <csignal>
#include <cstdint>

namespace gorace::runtime {

class RawWriter;

inline constexpr int kMaxThreadFrames = 64;
inline constexpr int kMaxThreads = 512;

struct ThreadStack {
  int tid = 0;
  uint64_t strand_id = 0;  // what the race detector calls it; 0: nobody watches it
  char name[16] = {};
  bool answered = false;
  int pc_count = 0;
  uintptr_t pcs[kMaxThreadFrames] = {};
};

struct ThreadStacks {
  int count = 0;
  int left_out = 0;  // threads beyond kMaxThreads
  ThreadStack threads[kMaxThreads];
};

// collect_thread_stacks interrupts every thread of the process with SIGQUIT and has each walk its own frame pointers;
// `context` is the caller's own, as its signal handler got it. Threads that block the signal are listed without a stack
// after 100 ms. One collection at a time: null while another runs. The result is mapped memory, given back by
// release_thread_stacks. Async-signal-safe.
ThreadStacks* collect_thread_stacks(const void* context);
void release_thread_stacks(ThreadStacks* stacks);

// answer_collection is the other threads' part: true when the signal was one of collect_thread_stacks.
bool answer_collection(const siginfo_t* info, const void* context);

// print_thread_stacks symbolizes and prints them in Go's form: the main thread is goroutine 1; others carry the id that
// race reports give them, without the race detector their thread id.
void print_thread_stacks(RawWriter& out, const ThreadStacks& stacks);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_DUMP_THREAD_STACKS_H_
