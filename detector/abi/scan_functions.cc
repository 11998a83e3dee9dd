// The scanf family: as gorace's pass makes instrumented code call it (library_functions.cc), and under its own names
// for objects of -fsanitize=thread (library_names.cc). Each has two names: by the headers, C99 and C++11 call
// __isoc99_scanf, which reads no GNU %a.
#include "detector/abi/library_names.h"
#include "detector/abi/scan_checks.h"

using namespace gorace::detector;

namespace {

GORACE_REAL_FUNCTION RealFunction<int(const char*, const char*, va_list)> real_vsscanf("vsscanf");
GORACE_REAL_FUNCTION RealFunction<int(const char*, const char*, va_list)> real_isoc99_vsscanf("__isoc99_vsscanf");
GORACE_REAL_FUNCTION RealFunction<int(FILE*, const char*, va_list)> real_vfscanf("vfscanf");
GORACE_REAL_FUNCTION RealFunction<int(FILE*, const char*, va_list)> real_isoc99_vfscanf("__isoc99_vfscanf");
GORACE_REAL_FUNCTION RealFunction<int(const char*, va_list)> real_vscanf("vscanf");
GORACE_REAL_FUNCTION RealFunction<int(const char*, va_list)> real_isoc99_vscanf("__isoc99_vscanf");

}  // namespace

extern "C" {

int __gorace_vsscanf(const char* text, const char* format, va_list arguments) {
  return checked_vsscanf(CallSite::here(), text, format, arguments);
}

int __gorace_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_vsscanf(CallSite::here(), text, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_vsscanf(const char* text, const char* format, va_list arguments) __asm__("vsscanf");
int libc_vsscanf(const char* text, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vsscanf, real_vsscanf, text, format, arguments);
}

[[gnu::weak]] int libc_sscanf(const char* text, const char* format, ...) __asm__("sscanf");
int libc_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = call(CallSite::here(), checked_vsscanf, real_vsscanf, text, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc99_vsscanf(const char* text, const char* format, va_list arguments) {
  return checked_vsscanf(CallSite::here(), text, format, arguments);
}

int __gorace___isoc99_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_vsscanf(CallSite::here(), text, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc99_vsscanf(const char* text, const char* format,
                                      va_list arguments) __asm__("__isoc99_vsscanf");
int libc_isoc99_vsscanf(const char* text, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vsscanf, real_isoc99_vsscanf, text, format, arguments);
}

[[gnu::weak]] int libc_isoc99_sscanf(const char* text, const char* format, ...) __asm__("__isoc99_sscanf");
int libc_isoc99_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = call(CallSite::here(), checked_vsscanf, real_isoc99_vsscanf, text, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace_vfscanf(FILE* file, const char* format, va_list arguments) {
  return checked_vfscanf(CallSite::here(), file, format, arguments);
}

int __gorace_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_vfscanf(CallSite::here(), file, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_vfscanf(FILE* file, const char* format, va_list arguments) __asm__("vfscanf");
int libc_vfscanf(FILE* file, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vfscanf, real_vfscanf, file, format, arguments);
}

[[gnu::weak]] int libc_fscanf(FILE* file, const char* format, ...) __asm__("fscanf");
int libc_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = call(CallSite::here(), checked_vfscanf, real_vfscanf, file, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc99_vfscanf(FILE* file, const char* format, va_list arguments) {
  return checked_vfscanf(CallSite::here(), file, format, arguments);
}

int __gorace___isoc99_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_vfscanf(CallSite::here(), file, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc99_vfscanf(FILE* file, const char* format, va_list arguments) __asm__("__isoc99_vfscanf");
int libc_isoc99_vfscanf(FILE* file, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vfscanf, real_isoc99_vfscanf, file, format, arguments);
}

[[gnu::weak]] int libc_isoc99_fscanf(FILE* file, const char* format, ...) __asm__("__isoc99_fscanf");
int libc_isoc99_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = call(CallSite::here(), checked_vfscanf, real_isoc99_vfscanf, file, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace_vscanf(const char* format, va_list arguments) {
  return checked_vscanf(CallSite::here(), format, arguments);
}

int __gorace_scanf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_vscanf(CallSite::here(), format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_vscanf(const char* format, va_list arguments) __asm__("vscanf");
int libc_vscanf(const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vscanf, real_vscanf, format, arguments);
}

[[gnu::weak]] int libc_scanf(const char* format, ...) __asm__("scanf");
int libc_scanf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = call(CallSite::here(), checked_vscanf, real_vscanf, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc99_vscanf(const char* format, va_list arguments) {
  return checked_vscanf(CallSite::here(), format, arguments);
}

int __gorace___isoc99_scanf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_vscanf(CallSite::here(), format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc99_vscanf(const char* format, va_list arguments) __asm__("__isoc99_vscanf");
int libc_isoc99_vscanf(const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vscanf, real_isoc99_vscanf, format, arguments);
}

[[gnu::weak]] int libc_isoc99_scanf(const char* format, ...) __asm__("__isoc99_scanf");
int libc_isoc99_scanf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = call(CallSite::here(), checked_vscanf, real_isoc99_vscanf, format, arguments);
  va_end(arguments);
  return assigned;
}

}  // extern "C"
