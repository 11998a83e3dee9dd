// __gorace_<name>: functions of wide strings as gorace's pass makes instrumented code call them
// (instrument/pass/library_calls.h).
#include "detector/abi/wide_checks.h"

using namespace gorace::detector;

extern "C" {

size_t __gorace_wcslen(const wchar_t* text) { return checked_wcslen(CallSite::here(), text); }

size_t __gorace_wcsnlen(const wchar_t* text, size_t limit) { return checked_wcsnlen(CallSite::here(), text, limit); }

int __gorace_wcscmp(const wchar_t* a, const wchar_t* b) { return checked_wcscmp(CallSite::here(), a, b); }

int __gorace_wcsncmp(const wchar_t* a, const wchar_t* b, size_t limit) {
  return checked_wcsncmp(CallSite::here(), a, b, limit);
}

wchar_t* __gorace_wcschr(const wchar_t* text, wchar_t wanted) { return checked_wcschr(CallSite::here(), text, wanted); }

wchar_t* __gorace_wcsrchr(const wchar_t* text, wchar_t wanted) {
  return checked_wcsrchr(CallSite::here(), text, wanted);
}

wchar_t* __gorace_wcsstr(const wchar_t* text, const wchar_t* wanted) {
  return checked_wcsstr(CallSite::here(), text, wanted);
}

wchar_t* __gorace_wmemchr(const wchar_t* text, wchar_t wanted, size_t count) {
  return checked_wmemchr(CallSite::here(), text, wanted, count);
}

int __gorace_wmemcmp(const wchar_t* a, const wchar_t* b, size_t count) {
  return checked_wmemcmp(CallSite::here(), a, b, count);
}

wchar_t* __gorace_wcscpy(wchar_t* to, const wchar_t* from) { return checked_wcscpy(CallSite::here(), to, from); }

wchar_t* __gorace_wcpcpy(wchar_t* to, const wchar_t* from) { return checked_wcpcpy(CallSite::here(), to, from); }

wchar_t* __gorace_wcsncpy(wchar_t* to, const wchar_t* from, size_t count) {
  return checked_wcsncpy(CallSite::here(), to, from, count);
}

wchar_t* __gorace_wcpncpy(wchar_t* to, const wchar_t* from, size_t count) {
  return checked_wcpncpy(CallSite::here(), to, from, count);
}

wchar_t* __gorace_wcscat(wchar_t* to, const wchar_t* from) { return checked_wcscat(CallSite::here(), to, from); }

wchar_t* __gorace_wcsncat(wchar_t* to, const wchar_t* from, size_t limit) {
  return checked_wcsncat(CallSite::here(), to, from, limit);
}

wchar_t* __gorace_wcsdup(const wchar_t* text) { return checked_wcsdup(CallSite::here(), text); }

wchar_t* __gorace_wmemcpy(wchar_t* to, const wchar_t* from, size_t count) {
  return checked_wmemcpy(CallSite::here(), to, from, count);
}

wchar_t* __gorace_wmemmove(wchar_t* to, const wchar_t* from, size_t count) {
  return checked_wmemmove(CallSite::here(), to, from, count);
}

wchar_t* __gorace_wmempcpy(wchar_t* to, const wchar_t* from, size_t count) {
  return checked_wmempcpy(CallSite::here(), to, from, count);
}

wchar_t* __gorace_wmemset(wchar_t* to, wchar_t value, size_t count) {
  return checked_wmemset(CallSite::here(), to, value, count);
}

long __gorace_wcstol(const wchar_t* text, wchar_t** end, int base) {
  return checked_wcstol(CallSite::here(), text, end, base);
}

unsigned long __gorace_wcstoul(const wchar_t* text, wchar_t** end, int base) {
  return checked_wcstoul(CallSite::here(), text, end, base);
}

long long __gorace_wcstoll(const wchar_t* text, wchar_t** end, int base) {
  return checked_wcstoll(CallSite::here(), text, end, base);
}

unsigned long long __gorace_wcstoull(const wchar_t* text, wchar_t** end, int base) {
  return checked_wcstoull(CallSite::here(), text, end, base);
}

double __gorace_wcstod(const wchar_t* text, wchar_t** end) { return checked_wcstod(CallSite::here(), text, end); }

float __gorace_wcstof(const wchar_t* text, wchar_t** end) { return checked_wcstof(CallSite::here(), text, end); }

int __gorace_vswprintf(wchar_t* buffer, size_t size, const wchar_t* format, va_list arguments) {
  return checked_vswprintf(CallSite::here(), buffer, size, format, arguments);
}

int __gorace_vfwprintf(FILE* file, const wchar_t* format, va_list arguments) {
  return checked_vfwprintf(CallSite::here(), file, format, arguments);
}

int __gorace_vwprintf(const wchar_t* format, va_list arguments) {
  return checked_vwprintf(CallSite::here(), format, arguments);
}

wchar_t* __gorace_fgetws(wchar_t* buffer, int size, FILE* file) {
  return checked_fgetws(CallSite::here(), buffer, size, file);
}

int __gorace_fputws(const wchar_t* text, FILE* file) { return checked_fputws(CallSite::here(), text, file); }

wchar_t* __gorace___wcscpy_chk(wchar_t* to, const wchar_t* from, size_t size) {
  return checked_wcscpy_chk(CallSite::here(), to, from, size);
}

wchar_t* __gorace___wcpcpy_chk(wchar_t* to, const wchar_t* from, size_t size) {
  return checked_wcpcpy_chk(CallSite::here(), to, from, size);
}

wchar_t* __gorace___wcsncpy_chk(wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  return checked_wcsncpy_chk(CallSite::here(), to, from, count, size);
}

wchar_t* __gorace___wcpncpy_chk(wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  return checked_wcpncpy_chk(CallSite::here(), to, from, count, size);
}

wchar_t* __gorace___wcscat_chk(wchar_t* to, const wchar_t* from, size_t size) {
  return checked_wcscat_chk(CallSite::here(), to, from, size);
}

wchar_t* __gorace___wcsncat_chk(wchar_t* to, const wchar_t* from, size_t limit, size_t size) {
  return checked_wcsncat_chk(CallSite::here(), to, from, limit, size);
}

wchar_t* __gorace___wmemcpy_chk(wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  return checked_wmemcpy_chk(CallSite::here(), to, from, count, size);
}

wchar_t* __gorace___wmemmove_chk(wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  return checked_wmemmove_chk(CallSite::here(), to, from, count, size);
}

wchar_t* __gorace___wmempcpy_chk(wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  return checked_wmempcpy_chk(CallSite::here(), to, from, count, size);
}

wchar_t* __gorace___wmemset_chk(wchar_t* to, wchar_t value, size_t count, size_t size) {
  return checked_wmemset_chk(CallSite::here(), to, value, count, size);
}

int __gorace___vswprintf_chk(wchar_t* buffer, size_t limit, int flag, size_t size, const wchar_t* format,
                             va_list arguments) {
  return checked_vswprintf_chk(CallSite::here(), buffer, limit, flag, size, format, arguments);
}

int __gorace___vfwprintf_chk(FILE* file, int flag, const wchar_t* format, va_list arguments) {
  return checked_vfwprintf_chk(CallSite::here(), file, flag, format, arguments);
}

int __gorace___vwprintf_chk(int flag, const wchar_t* format, va_list arguments) {
  return checked_vwprintf_chk(CallSite::here(), flag, format, arguments);
}

wchar_t* __gorace___fgetws_chk(wchar_t* buffer, size_t size, int count, FILE* file) {
  return checked_fgetws_chk(CallSite::here(), buffer, size, count, file);
}

int __gorace_swprintf(wchar_t* buffer, size_t size, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vswprintf(CallSite::here(), buffer, size, format, arguments);
  va_end(arguments);
  return length;
}

int __gorace_fwprintf(FILE* file, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vfwprintf(CallSite::here(), file, format, arguments);
  va_end(arguments);
  return length;
}

int __gorace_wprintf(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vwprintf(CallSite::here(), format, arguments);
  va_end(arguments);
  return length;
}

int __gorace___swprintf_chk(wchar_t* buffer, size_t limit, int flag, size_t size, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vswprintf_chk(CallSite::here(), buffer, limit, flag, size, format, arguments);
  va_end(arguments);
  return length;
}

int __gorace___fwprintf_chk(FILE* file, int flag, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vfwprintf_chk(CallSite::here(), file, flag, format, arguments);
  va_end(arguments);
  return length;
}

int __gorace___wprintf_chk(int flag, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vwprintf_chk(CallSite::here(), flag, format, arguments);
  va_end(arguments);
  return length;
}

}  // extern "C"
