// Functions of wide strings under their own names, for objects of -fsanitize=thread: see library_names.cc.
#include "detector/abi/library_names.h"
#include "detector/abi/wide_checks.h"

using namespace gorace::detector;

namespace {

GORACE_REAL_FUNCTION RealFunction<size_t(const wchar_t*)> real_wcslen("wcslen");
GORACE_REAL_FUNCTION RealFunction<size_t(const wchar_t*, size_t)> real_wcsnlen("wcsnlen");
GORACE_REAL_FUNCTION RealFunction<int(const wchar_t*, const wchar_t*)> real_wcscmp("wcscmp");
GORACE_REAL_FUNCTION RealFunction<int(const wchar_t*, const wchar_t*, size_t)> real_wcsncmp("wcsncmp");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(const wchar_t*, wchar_t)> real_wcschr("wcschr");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(const wchar_t*, wchar_t)> real_wcsrchr("wcsrchr");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(const wchar_t*, const wchar_t*)> real_wcsstr("wcsstr");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(const wchar_t*, wchar_t, size_t)> real_wmemchr("wmemchr");
GORACE_REAL_FUNCTION RealFunction<int(const wchar_t*, const wchar_t*, size_t)> real_wmemcmp("wmemcmp");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*)> real_wcscpy("wcscpy");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*)> real_wcpcpy("wcpcpy");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t)> real_wcsncpy("wcsncpy");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t)> real_wcpncpy("wcpncpy");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*)> real_wcscat("wcscat");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t)> real_wcsncat("wcsncat");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(const wchar_t*)> real_wcsdup("wcsdup");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t)> real_wmemcpy("wmemcpy");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t)> real_wmemmove("wmemmove");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t)> real_wmempcpy("wmempcpy");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, wchar_t, size_t)> real_wmemset("wmemset");
GORACE_REAL_FUNCTION RealFunction<long(const wchar_t*, wchar_t**, int)> real_wcstol("wcstol");
GORACE_REAL_FUNCTION RealFunction<unsigned long(const wchar_t*, wchar_t**, int)> real_wcstoul("wcstoul");
GORACE_REAL_FUNCTION RealFunction<long long(const wchar_t*, wchar_t**, int)> real_wcstoll("wcstoll");
GORACE_REAL_FUNCTION RealFunction<unsigned long long(const wchar_t*, wchar_t**, int)> real_wcstoull("wcstoull");
GORACE_REAL_FUNCTION RealFunction<double(const wchar_t*, wchar_t**)> real_wcstod("wcstod");
GORACE_REAL_FUNCTION RealFunction<float(const wchar_t*, wchar_t**)> real_wcstof("wcstof");
GORACE_REAL_FUNCTION RealFunction<int(wchar_t*, size_t, const wchar_t*, va_list)> real_vswprintf("vswprintf");
GORACE_REAL_FUNCTION RealFunction<int(FILE*, const wchar_t*, va_list)> real_vfwprintf("vfwprintf");
GORACE_REAL_FUNCTION RealFunction<int(const wchar_t*, va_list)> real_vwprintf("vwprintf");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, int, FILE*)> real_fgetws("fgetws");
GORACE_REAL_FUNCTION RealFunction<int(const wchar_t*, FILE*)> real_fputws("fputws");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t)> real_wcscpy_chk("__wcscpy_chk");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t)> real_wcpcpy_chk("__wcpcpy_chk");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t, size_t)> real_wcsncpy_chk("__wcsncpy_chk");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t, size_t)> real_wcpncpy_chk("__wcpncpy_chk");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t)> real_wcscat_chk("__wcscat_chk");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t, size_t)> real_wcsncat_chk("__wcsncat_chk");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t, size_t)> real_wmemcpy_chk("__wmemcpy_chk");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t, size_t)> real_wmemmove_chk(
    "__wmemmove_chk");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, const wchar_t*, size_t, size_t)> real_wmempcpy_chk(
    "__wmempcpy_chk");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, wchar_t, size_t, size_t)> real_wmemset_chk("__wmemset_chk");
GORACE_REAL_FUNCTION RealFunction<int(wchar_t*, size_t, int, size_t, const wchar_t*, va_list)> real_vswprintf_chk(
    "__vswprintf_chk");
GORACE_REAL_FUNCTION RealFunction<int(FILE*, int, const wchar_t*, va_list)> real_vfwprintf_chk("__vfwprintf_chk");
GORACE_REAL_FUNCTION RealFunction<int(int, const wchar_t*, va_list)> real_vwprintf_chk("__vwprintf_chk");
GORACE_REAL_FUNCTION RealFunction<wchar_t*(wchar_t*, size_t, int, FILE*)> real_fgetws_chk("__fgetws_chk");

}  // namespace

extern "C" {

[[gnu::weak]] size_t libc_wcslen(const wchar_t* text) __asm__("wcslen");
size_t libc_wcslen(const wchar_t* text) { return call(CallSite::here(), checked_wcslen, real_wcslen, text); }

[[gnu::weak]] size_t libc_wcsnlen(const wchar_t* text, size_t limit) __asm__("wcsnlen");
size_t libc_wcsnlen(const wchar_t* text, size_t limit) {
  return call(CallSite::here(), checked_wcsnlen, real_wcsnlen, text, limit);
}

[[gnu::weak]] int libc_wcscmp(const wchar_t* a, const wchar_t* b) __asm__("wcscmp");
int libc_wcscmp(const wchar_t* a, const wchar_t* b) {
  return call(CallSite::here(), checked_wcscmp, real_wcscmp, a, b);
}

[[gnu::weak]] int libc_wcsncmp(const wchar_t* a, const wchar_t* b, size_t limit) __asm__("wcsncmp");
int libc_wcsncmp(const wchar_t* a, const wchar_t* b, size_t limit) {
  return call(CallSite::here(), checked_wcsncmp, real_wcsncmp, a, b, limit);
}

[[gnu::weak]] wchar_t* libc_wcschr(const wchar_t* text, wchar_t wanted) __asm__("wcschr");
wchar_t* libc_wcschr(const wchar_t* text, wchar_t wanted) {
  return call(CallSite::here(), checked_wcschr, real_wcschr, text, wanted);
}

[[gnu::weak]] wchar_t* libc_wcsrchr(const wchar_t* text, wchar_t wanted) __asm__("wcsrchr");
wchar_t* libc_wcsrchr(const wchar_t* text, wchar_t wanted) {
  return call(CallSite::here(), checked_wcsrchr, real_wcsrchr, text, wanted);
}

[[gnu::weak]] wchar_t* libc_wcsstr(const wchar_t* text, const wchar_t* wanted) __asm__("wcsstr");
wchar_t* libc_wcsstr(const wchar_t* text, const wchar_t* wanted) {
  return call(CallSite::here(), checked_wcsstr, real_wcsstr, text, wanted);
}

[[gnu::weak]] wchar_t* libc_wmemchr(const wchar_t* text, wchar_t wanted, size_t count) __asm__("wmemchr");
wchar_t* libc_wmemchr(const wchar_t* text, wchar_t wanted, size_t count) {
  return call(CallSite::here(), checked_wmemchr, real_wmemchr, text, wanted, count);
}

[[gnu::weak]] int libc_wmemcmp(const wchar_t* a, const wchar_t* b, size_t count) __asm__("wmemcmp");
int libc_wmemcmp(const wchar_t* a, const wchar_t* b, size_t count) {
  return call(CallSite::here(), checked_wmemcmp, real_wmemcmp, a, b, count);
}

[[gnu::weak]] wchar_t* libc_wcscpy(wchar_t* to, const wchar_t* from) __asm__("wcscpy");
wchar_t* libc_wcscpy(wchar_t* to, const wchar_t* from) {
  return call(CallSite::here(), checked_wcscpy, real_wcscpy, to, from);
}

[[gnu::weak]] wchar_t* libc_wcpcpy(wchar_t* to, const wchar_t* from) __asm__("wcpcpy");
wchar_t* libc_wcpcpy(wchar_t* to, const wchar_t* from) {
  return call(CallSite::here(), checked_wcpcpy, real_wcpcpy, to, from);
}

[[gnu::weak]] wchar_t* libc_wcsncpy(wchar_t* to, const wchar_t* from, size_t count) __asm__("wcsncpy");
wchar_t* libc_wcsncpy(wchar_t* to, const wchar_t* from, size_t count) {
  return call(CallSite::here(), checked_wcsncpy, real_wcsncpy, to, from, count);
}

[[gnu::weak]] wchar_t* libc_wcpncpy(wchar_t* to, const wchar_t* from, size_t count) __asm__("wcpncpy");
wchar_t* libc_wcpncpy(wchar_t* to, const wchar_t* from, size_t count) {
  return call(CallSite::here(), checked_wcpncpy, real_wcpncpy, to, from, count);
}

[[gnu::weak]] wchar_t* libc_wcscat(wchar_t* to, const wchar_t* from) __asm__("wcscat");
wchar_t* libc_wcscat(wchar_t* to, const wchar_t* from) {
  return call(CallSite::here(), checked_wcscat, real_wcscat, to, from);
}

[[gnu::weak]] wchar_t* libc_wcsncat(wchar_t* to, const wchar_t* from, size_t limit) __asm__("wcsncat");
wchar_t* libc_wcsncat(wchar_t* to, const wchar_t* from, size_t limit) {
  return call(CallSite::here(), checked_wcsncat, real_wcsncat, to, from, limit);
}

[[gnu::weak]] wchar_t* libc_wcsdup(const wchar_t* text) __asm__("wcsdup");
wchar_t* libc_wcsdup(const wchar_t* text) { return call(CallSite::here(), checked_wcsdup, real_wcsdup, text); }

[[gnu::weak]] wchar_t* libc_wmemcpy(wchar_t* to, const wchar_t* from, size_t count) __asm__("wmemcpy");
wchar_t* libc_wmemcpy(wchar_t* to, const wchar_t* from, size_t count) {
  return call(CallSite::here(), checked_wmemcpy, real_wmemcpy, to, from, count);
}

[[gnu::weak]] wchar_t* libc_wmemmove(wchar_t* to, const wchar_t* from, size_t count) __asm__("wmemmove");
wchar_t* libc_wmemmove(wchar_t* to, const wchar_t* from, size_t count) {
  return call(CallSite::here(), checked_wmemmove, real_wmemmove, to, from, count);
}

[[gnu::weak]] wchar_t* libc_wmempcpy(wchar_t* to, const wchar_t* from, size_t count) __asm__("wmempcpy");
wchar_t* libc_wmempcpy(wchar_t* to, const wchar_t* from, size_t count) {
  return call(CallSite::here(), checked_wmempcpy, real_wmempcpy, to, from, count);
}

[[gnu::weak]] wchar_t* libc_wmemset(wchar_t* to, wchar_t value, size_t count) __asm__("wmemset");
wchar_t* libc_wmemset(wchar_t* to, wchar_t value, size_t count) {
  return call(CallSite::here(), checked_wmemset, real_wmemset, to, value, count);
}

[[gnu::weak]] long libc_wcstol(const wchar_t* text, wchar_t** end, int base) __asm__("wcstol");
long libc_wcstol(const wchar_t* text, wchar_t** end, int base) {
  return call(CallSite::here(), checked_wcstol, real_wcstol, text, end, base);
}

[[gnu::weak]] unsigned long libc_wcstoul(const wchar_t* text, wchar_t** end, int base) __asm__("wcstoul");
unsigned long libc_wcstoul(const wchar_t* text, wchar_t** end, int base) {
  return call(CallSite::here(), checked_wcstoul, real_wcstoul, text, end, base);
}

[[gnu::weak]] long long libc_wcstoll(const wchar_t* text, wchar_t** end, int base) __asm__("wcstoll");
long long libc_wcstoll(const wchar_t* text, wchar_t** end, int base) {
  return call(CallSite::here(), checked_wcstoll, real_wcstoll, text, end, base);
}

[[gnu::weak]] unsigned long long libc_wcstoull(const wchar_t* text, wchar_t** end, int base) __asm__("wcstoull");
unsigned long long libc_wcstoull(const wchar_t* text, wchar_t** end, int base) {
  return call(CallSite::here(), checked_wcstoull, real_wcstoull, text, end, base);
}

[[gnu::weak]] double libc_wcstod(const wchar_t* text, wchar_t** end) __asm__("wcstod");
double libc_wcstod(const wchar_t* text, wchar_t** end) {
  return call(CallSite::here(), checked_wcstod, real_wcstod, text, end);
}

[[gnu::weak]] float libc_wcstof(const wchar_t* text, wchar_t** end) __asm__("wcstof");
float libc_wcstof(const wchar_t* text, wchar_t** end) {
  return call(CallSite::here(), checked_wcstof, real_wcstof, text, end);
}

[[gnu::weak]] int libc_vswprintf(wchar_t* buffer, size_t size, const wchar_t* format,
                                 va_list arguments) __asm__("vswprintf");
int libc_vswprintf(wchar_t* buffer, size_t size, const wchar_t* format, va_list arguments) {
  return call(CallSite::here(), checked_vswprintf, real_vswprintf, buffer, size, format, arguments);
}

[[gnu::weak]] int libc_vfwprintf(FILE* file, const wchar_t* format, va_list arguments) __asm__("vfwprintf");
int libc_vfwprintf(FILE* file, const wchar_t* format, va_list arguments) {
  return call(CallSite::here(), checked_vfwprintf, real_vfwprintf, file, format, arguments);
}

[[gnu::weak]] int libc_vwprintf(const wchar_t* format, va_list arguments) __asm__("vwprintf");
int libc_vwprintf(const wchar_t* format, va_list arguments) {
  return call(CallSite::here(), checked_vwprintf, real_vwprintf, format, arguments);
}

[[gnu::weak]] wchar_t* libc_fgetws(wchar_t* buffer, int size, FILE* file) __asm__("fgetws");
wchar_t* libc_fgetws(wchar_t* buffer, int size, FILE* file) {
  return call(CallSite::here(), checked_fgetws, real_fgetws, buffer, size, file);
}

[[gnu::weak]] int libc_fputws(const wchar_t* text, FILE* file) __asm__("fputws");
int libc_fputws(const wchar_t* text, FILE* file) {
  return call(CallSite::here(), checked_fputws, real_fputws, text, file);
}

[[gnu::weak]] wchar_t* libc_wcscpy_chk(wchar_t* to, const wchar_t* from, size_t size) __asm__("__wcscpy_chk");
wchar_t* libc_wcscpy_chk(wchar_t* to, const wchar_t* from, size_t size) {
  return call(CallSite::here(), checked_wcscpy_chk, real_wcscpy_chk, to, from, size);
}

[[gnu::weak]] wchar_t* libc_wcpcpy_chk(wchar_t* to, const wchar_t* from, size_t size) __asm__("__wcpcpy_chk");
wchar_t* libc_wcpcpy_chk(wchar_t* to, const wchar_t* from, size_t size) {
  return call(CallSite::here(), checked_wcpcpy_chk, real_wcpcpy_chk, to, from, size);
}

[[gnu::weak]] wchar_t* libc_wcsncpy_chk(wchar_t* to, const wchar_t* from, size_t count,
                                        size_t size) __asm__("__wcsncpy_chk");
wchar_t* libc_wcsncpy_chk(wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  return call(CallSite::here(), checked_wcsncpy_chk, real_wcsncpy_chk, to, from, count, size);
}

[[gnu::weak]] wchar_t* libc_wcpncpy_chk(wchar_t* to, const wchar_t* from, size_t count,
                                        size_t size) __asm__("__wcpncpy_chk");
wchar_t* libc_wcpncpy_chk(wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  return call(CallSite::here(), checked_wcpncpy_chk, real_wcpncpy_chk, to, from, count, size);
}

[[gnu::weak]] wchar_t* libc_wcscat_chk(wchar_t* to, const wchar_t* from, size_t size) __asm__("__wcscat_chk");
wchar_t* libc_wcscat_chk(wchar_t* to, const wchar_t* from, size_t size) {
  return call(CallSite::here(), checked_wcscat_chk, real_wcscat_chk, to, from, size);
}

[[gnu::weak]] wchar_t* libc_wcsncat_chk(wchar_t* to, const wchar_t* from, size_t limit,
                                        size_t size) __asm__("__wcsncat_chk");
wchar_t* libc_wcsncat_chk(wchar_t* to, const wchar_t* from, size_t limit, size_t size) {
  return call(CallSite::here(), checked_wcsncat_chk, real_wcsncat_chk, to, from, limit, size);
}

[[gnu::weak]] wchar_t* libc_wmemcpy_chk(wchar_t* to, const wchar_t* from, size_t count,
                                        size_t size) __asm__("__wmemcpy_chk");
wchar_t* libc_wmemcpy_chk(wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  return call(CallSite::here(), checked_wmemcpy_chk, real_wmemcpy_chk, to, from, count, size);
}

[[gnu::weak]] wchar_t* libc_wmemmove_chk(wchar_t* to, const wchar_t* from, size_t count,
                                         size_t size) __asm__("__wmemmove_chk");
wchar_t* libc_wmemmove_chk(wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  return call(CallSite::here(), checked_wmemmove_chk, real_wmemmove_chk, to, from, count, size);
}

[[gnu::weak]] wchar_t* libc_wmempcpy_chk(wchar_t* to, const wchar_t* from, size_t count,
                                         size_t size) __asm__("__wmempcpy_chk");
wchar_t* libc_wmempcpy_chk(wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  return call(CallSite::here(), checked_wmempcpy_chk, real_wmempcpy_chk, to, from, count, size);
}

[[gnu::weak]] wchar_t* libc_wmemset_chk(wchar_t* to, wchar_t value, size_t count, size_t size) __asm__("__wmemset_chk");
wchar_t* libc_wmemset_chk(wchar_t* to, wchar_t value, size_t count, size_t size) {
  return call(CallSite::here(), checked_wmemset_chk, real_wmemset_chk, to, value, count, size);
}

[[gnu::weak]] int libc_vswprintf_chk(wchar_t* buffer, size_t limit, int flag, size_t size, const wchar_t* format,
                                     va_list arguments) __asm__("__vswprintf_chk");
int libc_vswprintf_chk(wchar_t* buffer, size_t limit, int flag, size_t size, const wchar_t* format, va_list arguments) {
  return call(CallSite::here(), checked_vswprintf_chk, real_vswprintf_chk, buffer, limit, flag, size, format,
              arguments);
}

[[gnu::weak]] int libc_vfwprintf_chk(FILE* file, int flag, const wchar_t* format,
                                     va_list arguments) __asm__("__vfwprintf_chk");
int libc_vfwprintf_chk(FILE* file, int flag, const wchar_t* format, va_list arguments) {
  return call(CallSite::here(), checked_vfwprintf_chk, real_vfwprintf_chk, file, flag, format, arguments);
}

[[gnu::weak]] int libc_vwprintf_chk(int flag, const wchar_t* format, va_list arguments) __asm__("__vwprintf_chk");
int libc_vwprintf_chk(int flag, const wchar_t* format, va_list arguments) {
  return call(CallSite::here(), checked_vwprintf_chk, real_vwprintf_chk, flag, format, arguments);
}

[[gnu::weak]] wchar_t* libc_fgetws_chk(wchar_t* buffer, size_t size, int count, FILE* file) __asm__("__fgetws_chk");
wchar_t* libc_fgetws_chk(wchar_t* buffer, size_t size, int count, FILE* file) {
  return call(CallSite::here(), checked_fgetws_chk, real_fgetws_chk, buffer, size, count, file);
}

[[gnu::weak]] int libc_swprintf(wchar_t* buffer, size_t size, const wchar_t* format, ...) __asm__("swprintf");
int libc_swprintf(wchar_t* buffer, size_t size, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vswprintf, real_vswprintf, buffer, size, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_fwprintf(FILE* file, const wchar_t* format, ...) __asm__("fwprintf");
int libc_fwprintf(FILE* file, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vfwprintf, real_vfwprintf, file, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_wprintf(const wchar_t* format, ...) __asm__("wprintf");
int libc_wprintf(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vwprintf, real_vwprintf, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_swprintf_chk(wchar_t* buffer, size_t limit, int flag, size_t size, const wchar_t* format,
                                    ...) __asm__("__swprintf_chk");
int libc_swprintf_chk(wchar_t* buffer, size_t limit, int flag, size_t size, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length =
      call(CallSite::here(), checked_vswprintf_chk, real_vswprintf_chk, buffer, limit, flag, size, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_fwprintf_chk(FILE* file, int flag, const wchar_t* format, ...) __asm__("__fwprintf_chk");
int libc_fwprintf_chk(FILE* file, int flag, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vfwprintf_chk, real_vfwprintf_chk, file, flag, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_wprintf_chk(int flag, const wchar_t* format, ...) __asm__("__wprintf_chk");
int libc_wprintf_chk(int flag, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vwprintf_chk, real_vwprintf_chk, flag, format, arguments);
  va_end(arguments);
  return length;
}

}  // extern "C"
