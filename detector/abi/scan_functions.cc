// The scanf family: as gorace's pass makes instrumented code call it (library_functions.cc), and under its own names
// for objects of -fsanitize=thread (library_names.cc). Each has two names: by the headers, C99 and C++11 call
// __isoc99_scanf, which reads no GNU %a. isoc23_*.cc has a third.
#include "detector/abi/scan_checks.h"

using namespace gorace::detector;

namespace {

GORACE_REAL_FUNCTION RealFunction<ScanText<char>> real_vsscanf("vsscanf");
GORACE_REAL_FUNCTION RealFunction<ScanFile<char>> real_vfscanf("vfscanf");
GORACE_REAL_FUNCTION RealFunction<ScanText<char>> real_isoc99_vsscanf("__isoc99_vsscanf");
GORACE_REAL_FUNCTION RealFunction<ScanFile<char>> real_isoc99_vfscanf("__isoc99_vfscanf");

}  // namespace

extern "C" {

int __gorace_vsscanf(const char* text, const char* format, va_list arguments) {
  return checked_scan_text(CallSite::here(), real_vsscanf.get(), text, format, arguments);
}

int __gorace_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_text(CallSite::here(), real_vsscanf.get(), text, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_vsscanf(const char* text, const char* format, va_list arguments) __asm__("vsscanf");
int libc_vsscanf(const char* text, const char* format, va_list arguments) {
  return named_scan_text(CallSite::here(), real_vsscanf.get(), text, format, arguments);
}

[[gnu::weak]] int libc_sscanf(const char* text, const char* format, ...) __asm__("sscanf");
int libc_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_text(CallSite::here(), real_vsscanf.get(), text, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace_vfscanf(FILE* file, const char* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_vfscanf.get(), file, format, arguments);
}

int __gorace_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_file(CallSite::here(), real_vfscanf.get(), file, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_vfscanf(FILE* file, const char* format, va_list arguments) __asm__("vfscanf");
int libc_vfscanf(FILE* file, const char* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_vfscanf.get(), file, format, arguments);
}

[[gnu::weak]] int libc_fscanf(FILE* file, const char* format, ...) __asm__("fscanf");
int libc_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_file(CallSite::here(), real_vfscanf.get(), file, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace_vscanf(const char* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_vfscanf.get(), stdin, format, arguments);
}

int __gorace_scanf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_file(CallSite::here(), real_vfscanf.get(), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_vscanf(const char* format, va_list arguments) __asm__("vscanf");
int libc_vscanf(const char* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_vfscanf.get(), stdin, format, arguments);
}

[[gnu::weak]] int libc_scanf(const char* format, ...) __asm__("scanf");
int libc_scanf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_file(CallSite::here(), real_vfscanf.get(), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc99_vsscanf(const char* text, const char* format, va_list arguments) {
  return checked_scan_text(CallSite::here(), real_isoc99_vsscanf.get(), text, format, arguments);
}

int __gorace___isoc99_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_text(CallSite::here(), real_isoc99_vsscanf.get(), text, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc99_vsscanf(const char* text, const char* format,
                                      va_list arguments) __asm__("__isoc99_vsscanf");
int libc_isoc99_vsscanf(const char* text, const char* format, va_list arguments) {
  return named_scan_text(CallSite::here(), real_isoc99_vsscanf.get(), text, format, arguments);
}

[[gnu::weak]] int libc_isoc99_sscanf(const char* text, const char* format, ...) __asm__("__isoc99_sscanf");
int libc_isoc99_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_text(CallSite::here(), real_isoc99_vsscanf.get(), text, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc99_vfscanf(FILE* file, const char* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_isoc99_vfscanf.get(), file, format, arguments);
}

int __gorace___isoc99_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_file(CallSite::here(), real_isoc99_vfscanf.get(), file, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc99_vfscanf(FILE* file, const char* format, va_list arguments) __asm__("__isoc99_vfscanf");
int libc_isoc99_vfscanf(FILE* file, const char* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_isoc99_vfscanf.get(), file, format, arguments);
}

[[gnu::weak]] int libc_isoc99_fscanf(FILE* file, const char* format, ...) __asm__("__isoc99_fscanf");
int libc_isoc99_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_file(CallSite::here(), real_isoc99_vfscanf.get(), file, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc99_vscanf(const char* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_isoc99_vfscanf.get(), stdin, format, arguments);
}

int __gorace___isoc99_scanf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_file(CallSite::here(), real_isoc99_vfscanf.get(), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc99_vscanf(const char* format, va_list arguments) __asm__("__isoc99_vscanf");
int libc_isoc99_vscanf(const char* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_isoc99_vfscanf.get(), stdin, format, arguments);
}

[[gnu::weak]] int libc_isoc99_scanf(const char* format, ...) __asm__("__isoc99_scanf");
int libc_isoc99_scanf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_file(CallSite::here(), real_isoc99_vfscanf.get(), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

}  // extern "C"
