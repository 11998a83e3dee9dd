// The wide scanf family: as gorace's pass makes instrumented code call it (library_functions.cc), and under its own
// names for objects of -fsanitize=thread (library_names.cc). Each has two names: by the headers, C99 and C++11 call
// __isoc99_wscanf, which reads no GNU %a. isoc23_*.cc has a third.
#include "detector/abi/scan_checks.h"

using namespace gorace::detector;

namespace {

GORACE_REAL_FUNCTION RealFunction<ScanText<wchar_t>> real_vswscanf("vswscanf");
GORACE_REAL_FUNCTION RealFunction<ScanFile<wchar_t>> real_vfwscanf("vfwscanf");
GORACE_REAL_FUNCTION RealFunction<ScanText<wchar_t>> real_isoc99_vswscanf("__isoc99_vswscanf");
GORACE_REAL_FUNCTION RealFunction<ScanFile<wchar_t>> real_isoc99_vfwscanf("__isoc99_vfwscanf");

}  // namespace

extern "C" {

int __gorace_vswscanf(const wchar_t* text, const wchar_t* format, va_list arguments) {
  return checked_scan_text(CallSite::here(), real_vswscanf.get(), text, format, arguments);
}

int __gorace_swscanf(const wchar_t* text, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_text(CallSite::here(), real_vswscanf.get(), text, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_vswscanf(const wchar_t* text, const wchar_t* format, va_list arguments) __asm__("vswscanf");
int libc_vswscanf(const wchar_t* text, const wchar_t* format, va_list arguments) {
  return named_scan_text(CallSite::here(), real_vswscanf.get(), text, format, arguments);
}

[[gnu::weak]] int libc_swscanf(const wchar_t* text, const wchar_t* format, ...) __asm__("swscanf");
int libc_swscanf(const wchar_t* text, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_text(CallSite::here(), real_vswscanf.get(), text, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace_vfwscanf(FILE* file, const wchar_t* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_vfwscanf.get(), file, format, arguments);
}

int __gorace_fwscanf(FILE* file, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_file(CallSite::here(), real_vfwscanf.get(), file, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_vfwscanf(FILE* file, const wchar_t* format, va_list arguments) __asm__("vfwscanf");
int libc_vfwscanf(FILE* file, const wchar_t* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_vfwscanf.get(), file, format, arguments);
}

[[gnu::weak]] int libc_fwscanf(FILE* file, const wchar_t* format, ...) __asm__("fwscanf");
int libc_fwscanf(FILE* file, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_file(CallSite::here(), real_vfwscanf.get(), file, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace_vwscanf(const wchar_t* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_vfwscanf.get(), stdin, format, arguments);
}

int __gorace_wscanf(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_file(CallSite::here(), real_vfwscanf.get(), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_vwscanf(const wchar_t* format, va_list arguments) __asm__("vwscanf");
int libc_vwscanf(const wchar_t* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_vfwscanf.get(), stdin, format, arguments);
}

[[gnu::weak]] int libc_wscanf(const wchar_t* format, ...) __asm__("wscanf");
int libc_wscanf(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_file(CallSite::here(), real_vfwscanf.get(), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc99_vswscanf(const wchar_t* text, const wchar_t* format, va_list arguments) {
  return checked_scan_text(CallSite::here(), real_isoc99_vswscanf.get(), text, format, arguments);
}

int __gorace___isoc99_swscanf(const wchar_t* text, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_text(CallSite::here(), real_isoc99_vswscanf.get(), text, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc99_vswscanf(const wchar_t* text, const wchar_t* format,
                                       va_list arguments) __asm__("__isoc99_vswscanf");
int libc_isoc99_vswscanf(const wchar_t* text, const wchar_t* format, va_list arguments) {
  return named_scan_text(CallSite::here(), real_isoc99_vswscanf.get(), text, format, arguments);
}

[[gnu::weak]] int libc_isoc99_swscanf(const wchar_t* text, const wchar_t* format, ...) __asm__("__isoc99_swscanf");
int libc_isoc99_swscanf(const wchar_t* text, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_text(CallSite::here(), real_isoc99_vswscanf.get(), text, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc99_vfwscanf(FILE* file, const wchar_t* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_isoc99_vfwscanf.get(), file, format, arguments);
}

int __gorace___isoc99_fwscanf(FILE* file, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_file(CallSite::here(), real_isoc99_vfwscanf.get(), file, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc99_vfwscanf(FILE* file, const wchar_t* format,
                                       va_list arguments) __asm__("__isoc99_vfwscanf");
int libc_isoc99_vfwscanf(FILE* file, const wchar_t* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_isoc99_vfwscanf.get(), file, format, arguments);
}

[[gnu::weak]] int libc_isoc99_fwscanf(FILE* file, const wchar_t* format, ...) __asm__("__isoc99_fwscanf");
int libc_isoc99_fwscanf(FILE* file, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_file(CallSite::here(), real_isoc99_vfwscanf.get(), file, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc99_vwscanf(const wchar_t* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_isoc99_vfwscanf.get(), stdin, format, arguments);
}

int __gorace___isoc99_wscanf(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = checked_scan_file(CallSite::here(), real_isoc99_vfwscanf.get(), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc99_vwscanf(const wchar_t* format, va_list arguments) __asm__("__isoc99_vwscanf");
int libc_isoc99_vwscanf(const wchar_t* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_isoc99_vfwscanf.get(), stdin, format, arguments);
}

[[gnu::weak]] int libc_isoc99_wscanf(const wchar_t* format, ...) __asm__("__isoc99_wscanf");
int libc_isoc99_wscanf(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = named_scan_file(CallSite::here(), real_isoc99_vfwscanf.get(), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

}  // extern "C"
