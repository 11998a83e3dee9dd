// Start: the detector takes over the program. The earliest code of the program (.preinit_array) calls it, and again
// whatever may come earlier where there is no such array: constructors of instrumented modules.
#ifndef GORACE_DETECTOR_INTERCEPT_START_H_
#define GORACE_DETECTOR_INTERCEPT_START_H_

namespace gorace::detector {

// start maps the shadow, gives the main thread its context (id 1) and subscribes to the runtime and to malloc. Later
// calls do nothing.
void start();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_START_H_
