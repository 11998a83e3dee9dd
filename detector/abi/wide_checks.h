// checked_<name> for functions of wide strings: library_checks.h has those of narrow ones, and says what they are.
// Sizes count characters.
#ifndef GORACE_DETECTOR_ABI_WIDE_CHECKS_H_
#define GORACE_DETECTOR_ABI_WIDE_CHECKS_H_

#include <cwchar>
#include <functional>

#include "detector/abi/fortified_checks.h"
#include "detector/abi/library_checks.h"

// glibc's. Their headers declare them only with _FORTIFY_SOURCE.
extern "C" {
int __vswprintf_chk(wchar_t* buffer, size_t limit, int flag, size_t size, const wchar_t* format,
                    va_list arguments) noexcept;
int __vfwprintf_chk(FILE* file, int flag, const wchar_t* format, va_list arguments);
}

namespace gorace::detector {

inline void reads_wide(const wchar_t* text, size_t count, CallSite site) { reads(text, count * sizeof(wchar_t), site); }
inline void writes_wide(const wchar_t* text, size_t count, CallSite site) {
  writes(text, count * sizeof(wchar_t), site);
}
inline void reads_text(const wchar_t* text, CallSite site) { reads_wide(text, wcslen(text) + 1, site); }
inline size_t looked_at(const wchar_t* text, size_t limit) { return std::min(wcsnlen(text, limit) + 1, limit); }

// --- Reading ---

inline size_t checked_wcslen(CallSite site, const wchar_t* text) {
  const size_t length = wcslen(text);
  reads_wide(text, length + 1, site);
  return length;
}

inline size_t checked_wcsnlen(CallSite site, const wchar_t* text, size_t limit) {
  reads_wide(text, looked_at(text, limit), site);
  return wcsnlen(text, limit);
}

inline int checked_wcscmp(CallSite site, const wchar_t* a, const wchar_t* b) {
  reads_both(a, b, kNoLimit, std::equal_to<>(), site);
  return wcscmp(a, b);
}

inline int checked_wcsncmp(CallSite site, const wchar_t* a, const wchar_t* b, size_t limit) {
  reads_both(a, b, limit, std::equal_to<>(), site);
  return wcsncmp(a, b, limit);
}

inline wchar_t* checked_wcschr(CallSite site, const wchar_t* text, wchar_t wanted) {
  const wchar_t* found = wcschr(text, wanted);
  reads_wide(text, (found != nullptr ? static_cast<size_t>(found - text) : wcslen(text)) + 1, site);
  return const_cast<wchar_t*>(found);
}

inline wchar_t* checked_wcsrchr(CallSite site, const wchar_t* text, wchar_t wanted) {
  reads_wide(text, wcslen(text) + 1, site);
  return const_cast<wchar_t*>(wcsrchr(text, wanted));
}

inline wchar_t* checked_wcsstr(CallSite site, const wchar_t* text, const wchar_t* wanted) {
  const wchar_t* found = wcsstr(text, wanted);
  const size_t wanted_length = wcslen(wanted);
  reads_wide(wanted, wanted_length + 1, site);
  reads_wide(text, found != nullptr ? static_cast<size_t>(found - text) + wanted_length : wcslen(text) + 1, site);
  return const_cast<wchar_t*>(found);
}

inline wchar_t* checked_wmemchr(CallSite site, const wchar_t* text, wchar_t wanted, size_t count) {
  const wchar_t* found = wmemchr(text, wanted, count);
  reads_wide(text, found != nullptr ? static_cast<size_t>(found - text) + 1 : count, site);
  return const_cast<wchar_t*>(found);
}

inline int checked_wmemcmp(CallSite site, const wchar_t* a, const wchar_t* b, size_t count) {
  reads_wide(a, count, site);
  reads_wide(b, count, site);
  return wmemcmp(a, b, count);
}

// --- Writing ---

inline wchar_t* checked_wcscpy(CallSite site, wchar_t* to, const wchar_t* from) {
  const size_t count = wcslen(from) + 1;
  reads_wide(from, count, site);
  writes_wide(to, count, site);
  return wcscpy(to, from);
}

inline wchar_t* checked_wcpcpy(CallSite site, wchar_t* to, const wchar_t* from) {
  return checked_wcscpy(site, to, from) + wcslen(from);
}

inline wchar_t* checked_wcsncpy(CallSite site, wchar_t* to, const wchar_t* from, size_t count) {
  reads_wide(from, looked_at(from, count), site);
  writes_wide(to, count, site);
  return wcsncpy(to, from, count);
}

inline wchar_t* checked_wcpncpy(CallSite site, wchar_t* to, const wchar_t* from, size_t count) {
  reads_wide(from, looked_at(from, count), site);
  writes_wide(to, count, site);
  return wcpncpy(to, from, count);
}

inline wchar_t* checked_wcscat(CallSite site, wchar_t* to, const wchar_t* from) {
  const size_t old_length = wcslen(to);
  const size_t count = wcslen(from) + 1;
  reads_wide(from, count, site);
  reads_wide(to, old_length + 1, site);
  writes_wide(to + old_length, count, site);
  return wcscat(to, from);
}

inline wchar_t* checked_wcsncat(CallSite site, wchar_t* to, const wchar_t* from, size_t limit) {
  const size_t old_length = wcslen(to);
  reads_wide(from, looked_at(from, limit), site);
  reads_wide(to, old_length + 1, site);
  writes_wide(to + old_length, wcsnlen(from, limit) + 1, site);
  return wcsncat(to, from, limit);
}

inline wchar_t* checked_wcsdup(CallSite site, const wchar_t* text) {
  reads_wide(text, wcslen(text) + 1, site);
  return wcsdup(text);
}

inline wchar_t* checked_wmemcpy(CallSite site, wchar_t* to, const wchar_t* from, size_t count) {
  reads_wide(from, count, site);
  writes_wide(to, count, site);
  return wmemcpy(to, from, count);
}

inline wchar_t* checked_wmemmove(CallSite site, wchar_t* to, const wchar_t* from, size_t count) {
  reads_wide(from, count, site);
  writes_wide(to, count, site);
  return wmemmove(to, from, count);
}

inline wchar_t* checked_wmempcpy(CallSite site, wchar_t* to, const wchar_t* from, size_t count) {
  return checked_wmemcpy(site, to, from, count) + count;
}

inline wchar_t* checked_wmemset(CallSite site, wchar_t* to, wchar_t value, size_t count) {
  writes_wide(to, count, site);
  return wmemset(to, value, count);
}

// --- Numbers ---

inline long checked_wcstol(CallSite site, const wchar_t* text, wchar_t** end, int base) {
  wchar_t* stop;
  const long number = wcstol(text, &stop, base);
  return read_number(number, text, stop, end, site);
}

inline unsigned long checked_wcstoul(CallSite site, const wchar_t* text, wchar_t** end, int base) {
  wchar_t* stop;
  const unsigned long number = wcstoul(text, &stop, base);
  return read_number(number, text, stop, end, site);
}

inline long long checked_wcstoll(CallSite site, const wchar_t* text, wchar_t** end, int base) {
  wchar_t* stop;
  const long long number = wcstoll(text, &stop, base);
  return read_number(number, text, stop, end, site);
}

inline unsigned long long checked_wcstoull(CallSite site, const wchar_t* text, wchar_t** end, int base) {
  wchar_t* stop;
  const unsigned long long number = wcstoull(text, &stop, base);
  return read_number(number, text, stop, end, site);
}

inline double checked_wcstod(CallSite site, const wchar_t* text, wchar_t** end) {
  wchar_t* stop;
  const double number = wcstod(text, &stop);
  return read_number(number, text, stop, end, site);
}

inline float checked_wcstof(CallSite site, const wchar_t* text, wchar_t** end) {
  wchar_t* stop;
  const float number = wcstof(text, &stop);
  return read_number(number, text, stop, end, site);
}

// --- Formatted output ---

inline void reads_wide_format(const wchar_t* format, va_list arguments, CallSite site) {
  reads_wide(format, wcslen(format) + 1, site);
  check_wide_format_arguments(format, arguments, site);
}

// A text that does not fit is a failure, after which nothing tells how much was written.
inline int wrote_wide_text(const wchar_t* buffer, int length, CallSite site) {
  if (length >= 0) writes_wide(buffer, static_cast<size_t>(length) + 1, site);
  return length;
}

inline int checked_vswprintf(CallSite site, wchar_t* buffer, size_t size, const wchar_t* format, va_list arguments) {
  reads_wide_format(format, arguments, site);
  return wrote_wide_text(buffer, vswprintf(buffer, size, format, arguments), site);
}

inline int checked_vfwprintf(CallSite site, FILE* file, const wchar_t* format, va_list arguments) {
  reads_wide_format(format, arguments, site);
  return vfwprintf(file, format, arguments);
}

inline int checked_vwprintf(CallSite site, const wchar_t* format, va_list arguments) {
  return checked_vfwprintf(site, stdout, format, arguments);
}

// --- Streams ---

inline wchar_t* checked_fgetws(CallSite site, wchar_t* buffer, int size, FILE* file) {
  wchar_t* got = fgetws(buffer, size, file);
  if (got != nullptr) writes_wide(got, wcslen(got) + 1, site);
  return got;
}

inline int checked_fputws(CallSite site, const wchar_t* text, FILE* file) {
  reads_wide(text, wcslen(text) + 1, site);
  return fputws(text, file);
}

// --- With _FORTIFY_SOURCE: `size` characters fit where the function writes ---

inline wchar_t* checked_wcscpy_chk(CallSite site, wchar_t* to, const wchar_t* from, size_t size) {
  require_room(wcslen(from) + 1, size);
  return checked_wcscpy(site, to, from);
}

inline wchar_t* checked_wcpcpy_chk(CallSite site, wchar_t* to, const wchar_t* from, size_t size) {
  require_room(wcslen(from) + 1, size);
  return checked_wcpcpy(site, to, from);
}

inline wchar_t* checked_wcsncpy_chk(CallSite site, wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  require_room(count, size);
  return checked_wcsncpy(site, to, from, count);
}

inline wchar_t* checked_wcpncpy_chk(CallSite site, wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  require_room(count, size);
  return checked_wcpncpy(site, to, from, count);
}

inline wchar_t* checked_wcscat_chk(CallSite site, wchar_t* to, const wchar_t* from, size_t size) {
  require_room(wcslen(to) + wcslen(from) + 1, size);
  return checked_wcscat(site, to, from);
}

inline wchar_t* checked_wcsncat_chk(CallSite site, wchar_t* to, const wchar_t* from, size_t limit, size_t size) {
  require_room(wcslen(to) + wcsnlen(from, limit) + 1, size);
  return checked_wcsncat(site, to, from, limit);
}

inline wchar_t* checked_wmemcpy_chk(CallSite site, wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  require_room(count, size);
  return checked_wmemcpy(site, to, from, count);
}

inline wchar_t* checked_wmemmove_chk(CallSite site, wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  require_room(count, size);
  return checked_wmemmove(site, to, from, count);
}

inline wchar_t* checked_wmempcpy_chk(CallSite site, wchar_t* to, const wchar_t* from, size_t count, size_t size) {
  require_room(count, size);
  return checked_wmempcpy(site, to, from, count);
}

inline wchar_t* checked_wmemset_chk(CallSite site, wchar_t* to, wchar_t value, size_t count, size_t size) {
  require_room(count, size);
  return checked_wmemset(site, to, value, count);
}

inline int checked_vswprintf_chk(CallSite site, wchar_t* buffer, size_t limit, int flag, size_t size,
                                 const wchar_t* format, va_list arguments) {
  reads_wide_format(format, arguments, site);
  return wrote_wide_text(buffer, __vswprintf_chk(buffer, limit, flag, size, format, arguments), site);
}

inline int checked_vfwprintf_chk(CallSite site, FILE* file, int flag, const wchar_t* format, va_list arguments) {
  reads_wide_format(format, arguments, site);
  return __vfwprintf_chk(file, flag, format, arguments);
}

inline int checked_vwprintf_chk(CallSite site, int flag, const wchar_t* format, va_list arguments) {
  return checked_vfwprintf_chk(site, stdout, flag, format, arguments);
}

inline wchar_t* checked_fgetws_chk(CallSite site, wchar_t* buffer, size_t size, int count, FILE* file) {
  if (count > 0) require_room(static_cast<size_t>(count), size);
  return checked_fgetws(site, buffer, count, file);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_WIDE_CHECKS_H_
