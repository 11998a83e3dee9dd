// Functions of _FORTIFY_SOURCE under their own names, for objects of -fsanitize=thread, as in library_names.cc.
#include "detector/abi/fortified_checks.h"
#include "detector/abi/library_names.h"

using namespace gorace::detector;

namespace {

GORACE_REAL_FUNCTION RealFunction<void*(void*, const void*, size_t, size_t)> real_memcpy("__memcpy_chk");
GORACE_REAL_FUNCTION RealFunction<void*(void*, const void*, size_t, size_t)> real_memmove("__memmove_chk");
GORACE_REAL_FUNCTION RealFunction<void*(void*, const void*, size_t, size_t)> real_mempcpy("__mempcpy_chk");
GORACE_REAL_FUNCTION RealFunction<void*(void*, int, size_t, size_t)> real_memset("__memset_chk");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*, size_t)> real_strcpy("__strcpy_chk");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*, size_t)> real_stpcpy("__stpcpy_chk");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*, size_t, size_t)> real_strncpy("__strncpy_chk");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*, size_t, size_t)> real_stpncpy("__stpncpy_chk");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*, size_t)> real_strcat("__strcat_chk");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*, size_t, size_t)> real_strncat("__strncat_chk");
GORACE_REAL_FUNCTION RealFunction<int(char*, size_t, int, size_t, const char*, va_list)> real_vsnprintf(
    "__vsnprintf_chk");
GORACE_REAL_FUNCTION RealFunction<int(char*, int, size_t, const char*, va_list)> real_vsprintf("__vsprintf_chk");
GORACE_REAL_FUNCTION RealFunction<int(FILE*, int, const char*, va_list)> real_vfprintf("__vfprintf_chk");
GORACE_REAL_FUNCTION RealFunction<int(int, const char*, va_list)> real_vprintf("__vprintf_chk");
GORACE_REAL_FUNCTION RealFunction<char*(char*, size_t, int, FILE*)> real_fgets("__fgets_chk");
GORACE_REAL_FUNCTION RealFunction<size_t(void*, size_t, size_t, size_t, FILE*)> real_fread("__fread_chk");

}  // namespace

extern "C" {

[[gnu::weak]] void* libc_memcpy_chk(void* to, const void* from, size_t count, size_t size) __asm__("__memcpy_chk");
void* libc_memcpy_chk(void* to, const void* from, size_t count, size_t size) {
  return call(CallSite::here(), checked_memcpy_chk, real_memcpy, to, from, count, size);
}

[[gnu::weak]] void* libc_memmove_chk(void* to, const void* from, size_t count, size_t size) __asm__("__memmove_chk");
void* libc_memmove_chk(void* to, const void* from, size_t count, size_t size) {
  return call(CallSite::here(), checked_memmove_chk, real_memmove, to, from, count, size);
}

[[gnu::weak]] void* libc_mempcpy_chk(void* to, const void* from, size_t count, size_t size) __asm__("__mempcpy_chk");
void* libc_mempcpy_chk(void* to, const void* from, size_t count, size_t size) {
  return call(CallSite::here(), checked_mempcpy_chk, real_mempcpy, to, from, count, size);
}

[[gnu::weak]] void* libc_memset_chk(void* to, int value, size_t count, size_t size) __asm__("__memset_chk");
void* libc_memset_chk(void* to, int value, size_t count, size_t size) {
  return call(CallSite::here(), checked_memset_chk, real_memset, to, value, count, size);
}

[[gnu::weak]] char* libc_strcpy_chk(char* to, const char* from, size_t size) __asm__("__strcpy_chk");
char* libc_strcpy_chk(char* to, const char* from, size_t size) {
  return call(CallSite::here(), checked_strcpy_chk, real_strcpy, to, from, size);
}

[[gnu::weak]] char* libc_stpcpy_chk(char* to, const char* from, size_t size) __asm__("__stpcpy_chk");
char* libc_stpcpy_chk(char* to, const char* from, size_t size) {
  return call(CallSite::here(), checked_stpcpy_chk, real_stpcpy, to, from, size);
}

[[gnu::weak]] char* libc_strncpy_chk(char* to, const char* from, size_t count, size_t size) __asm__("__strncpy_chk");
char* libc_strncpy_chk(char* to, const char* from, size_t count, size_t size) {
  return call(CallSite::here(), checked_strncpy_chk, real_strncpy, to, from, count, size);
}

[[gnu::weak]] char* libc_stpncpy_chk(char* to, const char* from, size_t count, size_t size) __asm__("__stpncpy_chk");
char* libc_stpncpy_chk(char* to, const char* from, size_t count, size_t size) {
  return call(CallSite::here(), checked_stpncpy_chk, real_stpncpy, to, from, count, size);
}

[[gnu::weak]] char* libc_strcat_chk(char* to, const char* from, size_t size) __asm__("__strcat_chk");
char* libc_strcat_chk(char* to, const char* from, size_t size) {
  return call(CallSite::here(), checked_strcat_chk, real_strcat, to, from, size);
}

[[gnu::weak]] char* libc_strncat_chk(char* to, const char* from, size_t limit, size_t size) __asm__("__strncat_chk");
char* libc_strncat_chk(char* to, const char* from, size_t limit, size_t size) {
  return call(CallSite::here(), checked_strncat_chk, real_strncat, to, from, limit, size);
}

[[gnu::weak]] int libc_vsnprintf_chk(char* buffer, size_t limit, int flag, size_t size, const char* format,
                                     va_list arguments) __asm__("__vsnprintf_chk");
int libc_vsnprintf_chk(char* buffer, size_t limit, int flag, size_t size, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vsnprintf_chk, real_vsnprintf, buffer, limit, flag, size, format, arguments);
}

[[gnu::weak]] int libc_vsprintf_chk(char* buffer, int flag, size_t size, const char* format,
                                    va_list arguments) __asm__("__vsprintf_chk");
int libc_vsprintf_chk(char* buffer, int flag, size_t size, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vsprintf_chk, real_vsprintf, buffer, flag, size, format, arguments);
}

[[gnu::weak]] int libc_vfprintf_chk(FILE* file, int flag, const char* format,
                                    va_list arguments) __asm__("__vfprintf_chk");
int libc_vfprintf_chk(FILE* file, int flag, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vfprintf_chk, real_vfprintf, file, flag, format, arguments);
}

[[gnu::weak]] int libc_vprintf_chk(int flag, const char* format, va_list arguments) __asm__("__vprintf_chk");
int libc_vprintf_chk(int flag, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vprintf_chk, real_vprintf, flag, format, arguments);
}

[[gnu::weak]] char* libc_fgets_chk(char* buffer, size_t size, int count, FILE* file) __asm__("__fgets_chk");
char* libc_fgets_chk(char* buffer, size_t size, int count, FILE* file) {
  return call(CallSite::here(), checked_fgets_chk, real_fgets, buffer, size, count, file);
}

[[gnu::weak]] size_t libc_fread_chk(void* buffer, size_t room, size_t size, size_t count,
                                    FILE* file) __asm__("__fread_chk");
size_t libc_fread_chk(void* buffer, size_t room, size_t size, size_t count, FILE* file) {
  return call(CallSite::here(), checked_fread_chk, real_fread, buffer, room, size, count, file);
}

[[gnu::weak]] int libc_snprintf_chk(char* buffer, size_t limit, int flag, size_t size, const char* format,
                                    ...) __asm__("__snprintf_chk");
int libc_snprintf_chk(char* buffer, size_t limit, int flag, size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length =
      call(CallSite::here(), checked_vsnprintf_chk, real_vsnprintf, buffer, limit, flag, size, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_sprintf_chk(char* buffer, int flag, size_t size, const char* format,
                                   ...) __asm__("__sprintf_chk");
int libc_sprintf_chk(char* buffer, int flag, size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vsprintf_chk, real_vsprintf, buffer, flag, size, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_fprintf_chk(FILE* file, int flag, const char* format, ...) __asm__("__fprintf_chk");
int libc_fprintf_chk(FILE* file, int flag, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vfprintf_chk, real_vfprintf, file, flag, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_printf_chk(int flag, const char* format, ...) __asm__("__printf_chk");
int libc_printf_chk(int flag, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vprintf_chk, real_vprintf, flag, format, arguments);
  va_end(arguments);
  return length;
}

}  // extern "C"
