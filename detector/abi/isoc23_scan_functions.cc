// The scanf family as C23 and, from glibc 2.38 on, GNU C++ call it by the headers: it reads numbers in base 2, too. A
// glibc without it leaves such names to the older function. scan_functions.cc has the rest.
#include "detector/abi/scan_checks.h"

using namespace gorace::detector;

namespace {

GORACE_REAL_FUNCTION RealFunction<ScanText<char>> real_isoc99_vsscanf("__isoc99_vsscanf");
GORACE_REAL_FUNCTION RealFunction<ScanFile<char>> real_isoc99_vfscanf("__isoc99_vfscanf");
GORACE_REAL_FUNCTION RealFunction<ScanText<char>> real_isoc23_vsscanf("__isoc23_vsscanf");
GORACE_REAL_FUNCTION RealFunction<ScanFile<char>> real_isoc23_vfscanf("__isoc23_vfscanf");
GORACE_REAL_FUNCTION RealFunction<ScanText<wchar_t>> real_isoc99_vswscanf("__isoc99_vswscanf");
GORACE_REAL_FUNCTION RealFunction<ScanFile<wchar_t>> real_isoc99_vfwscanf("__isoc99_vfwscanf");
GORACE_REAL_FUNCTION RealFunction<ScanText<wchar_t>> real_isoc23_vswscanf("__isoc23_vswscanf");
GORACE_REAL_FUNCTION RealFunction<ScanFile<wchar_t>> real_isoc23_vfwscanf("__isoc23_vfwscanf");

}  // namespace

extern "C" {

int __gorace___isoc23_vsscanf(const char* text, const char* format, va_list arguments) {
  return checked_scan_text(CallSite::here(), real_isoc23_vsscanf.get_or(real_isoc99_vsscanf), text, format, arguments);
}

int __gorace___isoc23_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      checked_scan_text(CallSite::here(), real_isoc23_vsscanf.get_or(real_isoc99_vsscanf), text, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc23_vsscanf(const char* text, const char* format,
                                      va_list arguments) __asm__("__isoc23_vsscanf");
int libc_isoc23_vsscanf(const char* text, const char* format, va_list arguments) {
  return named_scan_text(CallSite::here(), real_isoc23_vsscanf.get_or(real_isoc99_vsscanf), text, format, arguments);
}

[[gnu::weak]] int libc_isoc23_sscanf(const char* text, const char* format, ...) __asm__("__isoc23_sscanf");
int libc_isoc23_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      named_scan_text(CallSite::here(), real_isoc23_vsscanf.get_or(real_isoc99_vsscanf), text, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc23_vfscanf(FILE* file, const char* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_isoc23_vfscanf.get_or(real_isoc99_vfscanf), file, format, arguments);
}

int __gorace___isoc23_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      checked_scan_file(CallSite::here(), real_isoc23_vfscanf.get_or(real_isoc99_vfscanf), file, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc23_vfscanf(FILE* file, const char* format, va_list arguments) __asm__("__isoc23_vfscanf");
int libc_isoc23_vfscanf(FILE* file, const char* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_isoc23_vfscanf.get_or(real_isoc99_vfscanf), file, format, arguments);
}

[[gnu::weak]] int libc_isoc23_fscanf(FILE* file, const char* format, ...) __asm__("__isoc23_fscanf");
int libc_isoc23_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      named_scan_file(CallSite::here(), real_isoc23_vfscanf.get_or(real_isoc99_vfscanf), file, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc23_vscanf(const char* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_isoc23_vfscanf.get_or(real_isoc99_vfscanf), stdin, format, arguments);
}

int __gorace___isoc23_scanf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      checked_scan_file(CallSite::here(), real_isoc23_vfscanf.get_or(real_isoc99_vfscanf), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc23_vscanf(const char* format, va_list arguments) __asm__("__isoc23_vscanf");
int libc_isoc23_vscanf(const char* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_isoc23_vfscanf.get_or(real_isoc99_vfscanf), stdin, format, arguments);
}

[[gnu::weak]] int libc_isoc23_scanf(const char* format, ...) __asm__("__isoc23_scanf");
int libc_isoc23_scanf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      named_scan_file(CallSite::here(), real_isoc23_vfscanf.get_or(real_isoc99_vfscanf), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc23_vswscanf(const wchar_t* text, const wchar_t* format, va_list arguments) {
  return checked_scan_text(CallSite::here(), real_isoc23_vswscanf.get_or(real_isoc99_vswscanf), text, format,
                           arguments);
}

int __gorace___isoc23_swscanf(const wchar_t* text, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      checked_scan_text(CallSite::here(), real_isoc23_vswscanf.get_or(real_isoc99_vswscanf), text, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc23_vswscanf(const wchar_t* text, const wchar_t* format,
                                       va_list arguments) __asm__("__isoc23_vswscanf");
int libc_isoc23_vswscanf(const wchar_t* text, const wchar_t* format, va_list arguments) {
  return named_scan_text(CallSite::here(), real_isoc23_vswscanf.get_or(real_isoc99_vswscanf), text, format, arguments);
}

[[gnu::weak]] int libc_isoc23_swscanf(const wchar_t* text, const wchar_t* format, ...) __asm__("__isoc23_swscanf");
int libc_isoc23_swscanf(const wchar_t* text, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      named_scan_text(CallSite::here(), real_isoc23_vswscanf.get_or(real_isoc99_vswscanf), text, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc23_vfwscanf(FILE* file, const wchar_t* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_isoc23_vfwscanf.get_or(real_isoc99_vfwscanf), file, format,
                           arguments);
}

int __gorace___isoc23_fwscanf(FILE* file, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      checked_scan_file(CallSite::here(), real_isoc23_vfwscanf.get_or(real_isoc99_vfwscanf), file, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc23_vfwscanf(FILE* file, const wchar_t* format,
                                       va_list arguments) __asm__("__isoc23_vfwscanf");
int libc_isoc23_vfwscanf(FILE* file, const wchar_t* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_isoc23_vfwscanf.get_or(real_isoc99_vfwscanf), file, format, arguments);
}

[[gnu::weak]] int libc_isoc23_fwscanf(FILE* file, const wchar_t* format, ...) __asm__("__isoc23_fwscanf");
int libc_isoc23_fwscanf(FILE* file, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      named_scan_file(CallSite::here(), real_isoc23_vfwscanf.get_or(real_isoc99_vfwscanf), file, format, arguments);
  va_end(arguments);
  return assigned;
}

int __gorace___isoc23_vwscanf(const wchar_t* format, va_list arguments) {
  return checked_scan_file(CallSite::here(), real_isoc23_vfwscanf.get_or(real_isoc99_vfwscanf), stdin, format,
                           arguments);
}

int __gorace___isoc23_wscanf(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      checked_scan_file(CallSite::here(), real_isoc23_vfwscanf.get_or(real_isoc99_vfwscanf), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

[[gnu::weak]] int libc_isoc23_vwscanf(const wchar_t* format, va_list arguments) __asm__("__isoc23_vwscanf");
int libc_isoc23_vwscanf(const wchar_t* format, va_list arguments) {
  return named_scan_file(CallSite::here(), real_isoc23_vfwscanf.get_or(real_isoc99_vfwscanf), stdin, format, arguments);
}

[[gnu::weak]] int libc_isoc23_wscanf(const wchar_t* format, ...) __asm__("__isoc23_wscanf");
int libc_isoc23_wscanf(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned =
      named_scan_file(CallSite::here(), real_isoc23_vfwscanf.get_or(real_isoc99_vfwscanf), stdin, format, arguments);
  va_end(arguments);
  return assigned;
}

}  // extern "C"
