// The functions of argument_checks.h under their own names, for objects of -fsanitize=thread: see library_names.cc.
#include "detector/abi/argument_checks.h"
#include "detector/abi/library_names.h"

using namespace gorace::detector;

namespace {

GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*, char**)> real_strtok_r("strtok_r");
GORACE_REAL_FUNCTION RealFunction<char*(char**, const char*)> real_strsep("strsep");
GORACE_REAL_FUNCTION RealFunction<void*(const void*, size_t, const void*, size_t)> real_memmem("memmem");
GORACE_REAL_FUNCTION RealFunction<void*(void*, const void*, int, size_t)> real_memccpy("memccpy");
GORACE_REAL_FUNCTION RealFunction<char*(const char*, int)> real_strchrnul("strchrnul");
GORACE_REAL_FUNCTION RealFunction<char*(const char*, const char*)> real_strcasestr("strcasestr");
GORACE_REAL_FUNCTION RealFunction<int(char**, const char*, va_list)> real_vasprintf("vasprintf");
GORACE_REAL_FUNCTION RealFunction<int(int, const char*, va_list)> real_vdprintf("vdprintf");
GORACE_REAL_FUNCTION RealFunction<ssize_t(char**, size_t*, int, FILE*)> real_getdelim("getdelim");
GORACE_REAL_FUNCTION RealFunction<ssize_t(char**, size_t*, FILE*)> real_getline("getline");
GORACE_REAL_FUNCTION RealFunction<long double(const char*, char**)> real_strtold("strtold");
GORACE_REAL_FUNCTION RealFunction<int(unsigned*)> real_rand_r("rand_r");
GORACE_REAL_FUNCTION RealFunction<time_t(time_t*)> real_time("time");
GORACE_REAL_FUNCTION RealFunction<tm*(const time_t*, tm*)> real_localtime_r("localtime_r");
GORACE_REAL_FUNCTION RealFunction<tm*(const time_t*, tm*)> real_gmtime_r("gmtime_r");
GORACE_REAL_FUNCTION RealFunction<time_t(tm*)> real_mktime("mktime");
GORACE_REAL_FUNCTION RealFunction<char*(const tm*, char*)> real_asctime_r("asctime_r");
GORACE_REAL_FUNCTION RealFunction<char*(const time_t*, char*)> real_ctime_r("ctime_r");
GORACE_REAL_FUNCTION RealFunction<size_t(char*, size_t, const char*, const tm*)> real_strftime("strftime");
GORACE_REAL_FUNCTION RealFunction<int(const char*, struct stat*)> real_stat("stat");
GORACE_REAL_FUNCTION RealFunction<int(const char*, struct stat*)> real_lstat("lstat");
GORACE_REAL_FUNCTION RealFunction<int(int, struct stat*)> real_fstat("fstat");
GORACE_REAL_FUNCTION RealFunction<char*(char*, size_t)> real_getcwd("getcwd");
GORACE_REAL_FUNCTION RealFunction<ssize_t(const char*, char*, size_t)> real_readlink("readlink");
GORACE_REAL_FUNCTION RealFunction<void(void*, size_t, size_t, Comparison*)> real_qsort("qsort");

}  // namespace

extern "C" {

[[gnu::weak]] char* libc_strtok_r(char* text, const char* delimiters, char** rest) __asm__("strtok_r");
char* libc_strtok_r(char* text, const char* delimiters, char** rest) {
  return call(CallSite::here(), checked_strtok_r, real_strtok_r, text, delimiters, rest);
}

[[gnu::weak]] char* libc_strsep(char** rest, const char* delimiters) __asm__("strsep");
char* libc_strsep(char** rest, const char* delimiters) {
  return call(CallSite::here(), checked_strsep, real_strsep, rest, delimiters);
}

[[gnu::weak]] void* libc_memmem(const void* bytes, size_t count, const void* wanted,
                                size_t wanted_count) __asm__("memmem");
void* libc_memmem(const void* bytes, size_t count, const void* wanted, size_t wanted_count) {
  return call(CallSite::here(), checked_memmem, real_memmem, bytes, count, wanted, wanted_count);
}

[[gnu::weak]] void* libc_memccpy(void* to, const void* from, int last, size_t count) __asm__("memccpy");
void* libc_memccpy(void* to, const void* from, int last, size_t count) {
  return call(CallSite::here(), checked_memccpy, real_memccpy, to, from, last, count);
}

[[gnu::weak]] char* libc_strchrnul(const char* text, int wanted) __asm__("strchrnul");
char* libc_strchrnul(const char* text, int wanted) {
  return call(CallSite::here(), checked_strchrnul, real_strchrnul, text, wanted);
}

[[gnu::weak]] char* libc_strcasestr(const char* text, const char* wanted) __asm__("strcasestr");
char* libc_strcasestr(const char* text, const char* wanted) {
  return call(CallSite::here(), checked_strcasestr, real_strcasestr, text, wanted);
}

[[gnu::weak]] int libc_vasprintf(char** text, const char* format, va_list arguments) __asm__("vasprintf");
int libc_vasprintf(char** text, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vasprintf, real_vasprintf, text, format, arguments);
}

[[gnu::weak]] int libc_vdprintf(int fd, const char* format, va_list arguments) __asm__("vdprintf");
int libc_vdprintf(int fd, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vdprintf, real_vdprintf, fd, format, arguments);
}

[[gnu::weak]] ssize_t libc_getdelim(char** line, size_t* size, int delimiter, FILE* file) __asm__("getdelim");
ssize_t libc_getdelim(char** line, size_t* size, int delimiter, FILE* file) {
  return call(CallSite::here(), checked_getdelim, real_getdelim, line, size, delimiter, file);
}

[[gnu::weak]] ssize_t libc_getdelim_of_headers(char** line, size_t* size, int delimiter,
                                               FILE* file) __asm__("__getdelim");
ssize_t libc_getdelim_of_headers(char** line, size_t* size, int delimiter, FILE* file) {
  return call(CallSite::here(), checked_getdelim, real_getdelim, line, size, delimiter, file);
}

[[gnu::weak]] ssize_t libc_getline(char** line, size_t* size, FILE* file) __asm__("getline");
ssize_t libc_getline(char** line, size_t* size, FILE* file) {
  return call(CallSite::here(), checked_getline, real_getline, line, size, file);
}

[[gnu::weak]] long double libc_strtold(const char* text, char** wanted_end) __asm__("strtold");
long double libc_strtold(const char* text, char** wanted_end) {
  return call(CallSite::here(), checked_strtold, real_strtold, text, wanted_end);
}

[[gnu::weak]] int libc_rand_r(unsigned* seed) __asm__("rand_r");
int libc_rand_r(unsigned* seed) { return call(CallSite::here(), checked_rand_r, real_rand_r, seed); }

[[gnu::weak]] time_t libc_time(time_t* out) __asm__("time");
time_t libc_time(time_t* out) { return call(CallSite::here(), checked_time, real_time, out); }

[[gnu::weak]] tm* libc_localtime_r(const time_t* moment, tm* out) __asm__("localtime_r");
tm* libc_localtime_r(const time_t* moment, tm* out) {
  return call(CallSite::here(), checked_localtime_r, real_localtime_r, moment, out);
}

[[gnu::weak]] tm* libc_gmtime_r(const time_t* moment, tm* out) __asm__("gmtime_r");
tm* libc_gmtime_r(const time_t* moment, tm* out) {
  return call(CallSite::here(), checked_gmtime_r, real_gmtime_r, moment, out);
}

[[gnu::weak]] time_t libc_mktime(tm* parts) __asm__("mktime");
time_t libc_mktime(tm* parts) { return call(CallSite::here(), checked_mktime, real_mktime, parts); }

[[gnu::weak]] char* libc_asctime_r(const tm* parts, char* out) __asm__("asctime_r");
char* libc_asctime_r(const tm* parts, char* out) {
  return call(CallSite::here(), checked_asctime_r, real_asctime_r, parts, out);
}

[[gnu::weak]] char* libc_ctime_r(const time_t* moment, char* out) __asm__("ctime_r");
char* libc_ctime_r(const time_t* moment, char* out) {
  return call(CallSite::here(), checked_ctime_r, real_ctime_r, moment, out);
}

[[gnu::weak]] size_t libc_strftime(char* out, size_t size, const char* format, const tm* parts) __asm__("strftime");
size_t libc_strftime(char* out, size_t size, const char* format, const tm* parts) {
  return call(CallSite::here(), checked_strftime, real_strftime, out, size, format, parts);
}

[[gnu::weak]] int libc_stat(const char* path, struct stat* out) __asm__("stat");
int libc_stat(const char* path, struct stat* out) { return call(CallSite::here(), checked_stat, real_stat, path, out); }

[[gnu::weak]] int libc_lstat(const char* path, struct stat* out) __asm__("lstat");
int libc_lstat(const char* path, struct stat* out) {
  return call(CallSite::here(), checked_lstat, real_lstat, path, out);
}

[[gnu::weak]] int libc_fstat(int fd, struct stat* out) __asm__("fstat");
int libc_fstat(int fd, struct stat* out) { return call(CallSite::here(), checked_fstat, real_fstat, fd, out); }

[[gnu::weak]] char* libc_getcwd(char* out, size_t size) __asm__("getcwd");
char* libc_getcwd(char* out, size_t size) { return call(CallSite::here(), checked_getcwd, real_getcwd, out, size); }

[[gnu::weak]] ssize_t libc_readlink(const char* path, char* out, size_t size) __asm__("readlink");
ssize_t libc_readlink(const char* path, char* out, size_t size) {
  return call(CallSite::here(), checked_readlink, real_readlink, path, out, size);
}

[[gnu::weak]] void libc_qsort(void* elements, size_t count, size_t size, Comparison* compare) __asm__("qsort");
void libc_qsort(void* elements, size_t count, size_t size, Comparison* compare) {
  return call(CallSite::here(), checked_qsort, real_qsort, elements, count, size, compare);
}

[[gnu::weak]] int libc_asprintf(char** text, const char* format, ...) __asm__("asprintf");
int libc_asprintf(char** text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vasprintf, real_vasprintf, text, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_dprintf(int fd, const char* format, ...) __asm__("dprintf");
int libc_dprintf(int fd, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vdprintf, real_vdprintf, fd, format, arguments);
  va_end(arguments);
  return length;
}

}  // extern "C"
