// ThreadTable: pthread_t to the strand that it stands for, from before a thread runs until it is joined, or has ended
// detached. pthread_t values are reused by libc, so an entry is removed before its value can come again.
//
// Thread safety: any thread; one spin lock, held for a few instructions and never while blocking.
#ifndef GORACE_DETECTOR_INTERCEPT_THREAD_TABLE_H_
#define GORACE_DETECTOR_INTERCEPT_THREAD_TABLE_H_

#include <pthread.h>

#include "detector/context/context.h"

namespace gorace::detector {

struct ThreadEntry {
  pthread_t thread = 0;
  Context* context = nullptr;
  bool detached = false;
  bool ended = false;
  ThreadEntry* next = nullptr;
};

void add_thread(pthread_t thread, Context* context, bool detached);

// context_of_thread returns the strand of a thread, or null when it is not known (made past the interceptors).
Context* context_of_thread(pthread_t thread);

// A join looks its entry up before it blocks, since libc may hand out the same pthread_t again as soon as the thread is
// joined, and removes that very entry afterwards. find_thread: null when not known. remove_thread returns the strand;
// null when it is gone already.
ThreadEntry* find_thread(pthread_t thread);
Context* remove_thread(pthread_t thread, const ThreadEntry* entry);

// A detached thread's entry goes with the later of the two events, which returns its strand, to be forgotten; null
// otherwise.
Context* thread_detached(pthread_t thread);
Context* thread_ended(pthread_t thread);

// for_each_leaked_thread visits the strands of threads that have ended and were neither joined nor detached. Under the
// table's lock.
void for_each_leaked_thread(void (*visit)(const Context*, void*), void* argument);

// forget_other_threads: in the child of fork() only the calling thread lives on.
void forget_other_threads();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_THREAD_TABLE_H_
