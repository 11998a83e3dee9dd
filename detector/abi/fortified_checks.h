// checked_<name>_chk: the functions that the headers call under _FORTIFY_SOURCE, checked like those of
// library_checks.h. `size`: how many bytes there are where the function writes. Writing more ends the program, as in
// libc.
#ifndef GORACE_DETECTOR_ABI_FORTIFIED_CHECKS_H_
#define GORACE_DETECTOR_ABI_FORTIFIED_CHECKS_H_

#include "detector/abi/library_checks.h"

// glibc's. Their headers declare them only with _FORTIFY_SOURCE.
extern "C" {
[[noreturn]] void __chk_fail() noexcept;
int __vsnprintf_chk(char* buffer, size_t limit, int flag, size_t size, const char* format, va_list arguments) noexcept;
int __vsprintf_chk(char* buffer, int flag, size_t size, const char* format, va_list arguments) noexcept;
int __vfprintf_chk(FILE* file, int flag, const char* format, va_list arguments);
int __vprintf_chk(int flag, const char* format, va_list arguments);
}

namespace gorace::detector {

inline void require_room(size_t bytes, size_t size) {
  if (__builtin_expect(bytes > size, 0)) __chk_fail();
}

inline void* checked_memcpy_chk(CallSite site, void* to, const void* from, size_t count, size_t size) {
  require_room(count, size);
  return checked_memcpy(site, to, from, count);
}
inline void* checked_memmove_chk(CallSite site, void* to, const void* from, size_t count, size_t size) {
  require_room(count, size);
  return checked_memmove(site, to, from, count);
}
inline void* checked_mempcpy_chk(CallSite site, void* to, const void* from, size_t count, size_t size) {
  require_room(count, size);
  return checked_mempcpy(site, to, from, count);
}
inline void* checked_memset_chk(CallSite site, void* to, int value, size_t count, size_t size) {
  require_room(count, size);
  return checked_memset(site, to, value, count);
}

inline char* checked_strcpy_chk(CallSite site, char* to, const char* from, size_t size) {
  require_room(strlen(from) + 1, size);
  return checked_strcpy(site, to, from);
}
inline char* checked_stpcpy_chk(CallSite site, char* to, const char* from, size_t size) {
  require_room(strlen(from) + 1, size);
  return checked_stpcpy(site, to, from);
}
inline char* checked_strncpy_chk(CallSite site, char* to, const char* from, size_t count, size_t size) {
  require_room(count, size);
  return checked_strncpy(site, to, from, count);
}
inline char* checked_stpncpy_chk(CallSite site, char* to, const char* from, size_t count, size_t size) {
  require_room(count, size);
  return checked_stpncpy(site, to, from, count);
}
inline char* checked_strcat_chk(CallSite site, char* to, const char* from, size_t size) {
  require_room(strlen(to) + strlen(from) + 1, size);
  return checked_strcat(site, to, from);
}
inline char* checked_strncat_chk(CallSite site, char* to, const char* from, size_t limit, size_t size) {
  require_room(strlen(to) + strnlen(from, limit) + 1, size);
  return checked_strncat(site, to, from, limit);
}

// The printf family: libc's own look at %n as well, so its functions are called.
inline int checked_vsnprintf_chk(CallSite site, char* buffer, size_t limit, int flag, size_t size, const char* format,
                                 va_list arguments) {
  reads_format(format, arguments, site);
  return wrote_text(buffer, limit, __vsnprintf_chk(buffer, limit, flag, size, format, arguments), site);
}
inline int checked_vsprintf_chk(CallSite site, char* buffer, int flag, size_t size, const char* format,
                                va_list arguments) {
  reads_format(format, arguments, site);
  return wrote_text(buffer, kNoLimit, __vsprintf_chk(buffer, flag, size, format, arguments), site);
}
inline int checked_vfprintf_chk(CallSite site, FILE* file, int flag, const char* format, va_list arguments) {
  reads_format(format, arguments, site);
  return __vfprintf_chk(file, flag, format, arguments);
}
inline int checked_vprintf_chk(CallSite site, int flag, const char* format, va_list arguments) {
  reads_format(format, arguments, site);
  return __vprintf_chk(flag, format, arguments);
}

inline char* checked_fgets_chk(CallSite site, char* buffer, size_t size, int count, FILE* file) {
  if (count > 0) require_room(static_cast<size_t>(count), size);
  return checked_fgets(site, buffer, count, file);
}
inline size_t checked_fread_chk(CallSite site, void* buffer, size_t room, size_t size, size_t count, FILE* file) {
  size_t bytes;
  if (__builtin_mul_overflow(size, count, &bytes)) __chk_fail();
  require_room(bytes, room);
  return checked_fread(site, buffer, size, count, file);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_FORTIFIED_CHECKS_H_
