// __gorace_<name>: the functions of argument_checks.h as gorace's pass makes instrumented code call them
// (instrument/pass/library_calls.h).
#include "detector/abi/argument_checks.h"

using namespace gorace::detector;

extern "C" {

char* __gorace_strtok_r(char* text, const char* delimiters, char** rest) {
  return checked_strtok_r(CallSite::here(), text, delimiters, rest);
}

char* __gorace_strsep(char** rest, const char* delimiters) {
  return checked_strsep(CallSite::here(), rest, delimiters);
}

void* __gorace_memmem(const void* bytes, size_t count, const void* wanted, size_t wanted_count) {
  return checked_memmem(CallSite::here(), bytes, count, wanted, wanted_count);
}

void* __gorace_memccpy(void* to, const void* from, int last, size_t count) {
  return checked_memccpy(CallSite::here(), to, from, last, count);
}

char* __gorace_strchrnul(const char* text, int wanted) { return checked_strchrnul(CallSite::here(), text, wanted); }

char* __gorace_strcasestr(const char* text, const char* wanted) {
  return checked_strcasestr(CallSite::here(), text, wanted);
}

int __gorace_vasprintf(char** text, const char* format, va_list arguments) {
  return checked_vasprintf(CallSite::here(), text, format, arguments);
}

int __gorace_vdprintf(int fd, const char* format, va_list arguments) {
  return checked_vdprintf(CallSite::here(), fd, format, arguments);
}

ssize_t __gorace_getdelim(char** line, size_t* size, int delimiter, FILE* file) {
  return checked_getdelim(CallSite::here(), line, size, delimiter, file);
}

// What the header's getline calls.
ssize_t __gorace___getdelim(char** line, size_t* size, int delimiter, FILE* file) {
  return checked_getdelim(CallSite::here(), line, size, delimiter, file);
}

ssize_t __gorace_getline(char** line, size_t* size, FILE* file) {
  return checked_getline(CallSite::here(), line, size, file);
}

long double __gorace_strtold(const char* text, char** wanted_end) {
  return checked_strtold(CallSite::here(), text, wanted_end);
}

int __gorace_rand_r(unsigned* seed) { return checked_rand_r(CallSite::here(), seed); }

time_t __gorace_time(time_t* out) { return checked_time(CallSite::here(), out); }

tm* __gorace_localtime_r(const time_t* moment, tm* out) { return checked_localtime_r(CallSite::here(), moment, out); }

tm* __gorace_gmtime_r(const time_t* moment, tm* out) { return checked_gmtime_r(CallSite::here(), moment, out); }

time_t __gorace_mktime(tm* parts) { return checked_mktime(CallSite::here(), parts); }

char* __gorace_asctime_r(const tm* parts, char* out) { return checked_asctime_r(CallSite::here(), parts, out); }

char* __gorace_ctime_r(const time_t* moment, char* out) { return checked_ctime_r(CallSite::here(), moment, out); }

size_t __gorace_strftime(char* out, size_t size, const char* format, const tm* parts) {
  return checked_strftime(CallSite::here(), out, size, format, parts);
}

int __gorace_stat(const char* path, struct stat* out) { return checked_stat(CallSite::here(), path, out); }

int __gorace_lstat(const char* path, struct stat* out) { return checked_lstat(CallSite::here(), path, out); }

int __gorace_fstat(int fd, struct stat* out) { return checked_fstat(CallSite::here(), fd, out); }

char* __gorace_getcwd(char* out, size_t size) { return checked_getcwd(CallSite::here(), out, size); }

ssize_t __gorace_readlink(const char* path, char* out, size_t size) {
  return checked_readlink(CallSite::here(), path, out, size);
}

void __gorace_qsort(void* elements, size_t count, size_t size, Comparison* compare) {
  return checked_qsort(CallSite::here(), elements, count, size, compare);
}

int __gorace_asprintf(char** text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vasprintf(CallSite::here(), text, format, arguments);
  va_end(arguments);
  return length;
}

int __gorace_dprintf(int fd, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vdprintf(CallSite::here(), fd, format, arguments);
  va_end(arguments);
  return length;
}

}  // extern "C"
