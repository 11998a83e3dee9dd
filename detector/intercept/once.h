// Once: pthread_once with its edge, also for C11's call_once.
#ifndef GORACE_DETECTOR_INTERCEPT_ONCE_H_
#define GORACE_DETECTOR_INTERCEPT_ONCE_H_

#include <pthread.h>

namespace gorace::detector {

int run_once(pthread_once_t* control, void (*body)());

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_ONCE_H_
