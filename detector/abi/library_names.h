// Calls of the C library by -fsanitize=thread code: library_names.cc.
#ifndef GORACE_DETECTOR_ABI_LIBRARY_NAMES_H_
#define GORACE_DETECTOR_ABI_LIBRARY_NAMES_H_

namespace gorace::detector {

// watch_library_names begins to check such calls. For the constructors of modules that were compiled with
// -fsanitize=thread; any number of times.
void watch_library_names();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_LIBRARY_NAMES_H_
