// Threads: the strand of an OS thread, from creation to its last destructor.
#ifndef GORACE_DETECTOR_INTERCEPT_THREADS_H_
#define GORACE_DETECTOR_INTERCEPT_THREADS_H_

#include <pthread.h>

#include "detector/abi/call_stack.h"
#include "detector/context/context.h"
#include "detector/intercept/thread_table.h"

namespace gorace::detector {

// prepare_threads makes the pthread key whose destructor ends a thread's strand. Called by start().
void prepare_threads();

// create_thread is pthread_create in the name of the running strand: also what thrd_create does.
int create_thread(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument,
                  CallSite site);

// Join: the two sides of a join. Construct it before blocking; finish() lets what the joined thread did happen before
// what the caller does next.
class Join {
 public:
  explicit Join(pthread_t thread) : thread_(thread), entry_(find_thread(thread)) {}
  // Returns `error`, what the joining function returned; only 0 is a join.
  int finish(int error) const;

 private:
  const pthread_t thread_;
  const ThreadEntry* const entry_;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_THREADS_H_
