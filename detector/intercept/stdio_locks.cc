// flockfile and funlockfile: a stdio stream's lock in the program's own hands. What libc locks inside its own functions
// orders nothing here: a program that relies on that alone to hand over its data relies on an accident.
#include <stdio.h>

#include "detector/intercept/real_function.h"
#include "detector/intercept/sync_events.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(flockfile)> real_flockfile("flockfile");
GORACE_REAL_FUNCTION RealFunction<decltype(ftrylockfile)> real_ftrylockfile("ftrylockfile");
GORACE_REAL_FUNCTION RealFunction<decltype(funlockfile)> real_funlockfile("funlockfile");

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

void flockfile(FILE* file) noexcept {
  real_flockfile(file);
  on_acquire(file);
}

int ftrylockfile(FILE* file) noexcept {
  const int result = real_ftrylockfile(file);
  if (result == 0) on_acquire(file);
  return result;
}

void funlockfile(FILE* file) noexcept {
  on_release(file);
  real_funlockfile(file);
}

}  // extern "C"
