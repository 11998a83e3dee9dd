// __gorace___<name>_chk: functions of _FORTIFY_SOURCE as gorace's pass makes instrumented code call them, as in
// library_functions.cc.
#include "detector/abi/fortified_checks.h"

using namespace gorace::detector;

extern "C" {

void* __gorace___memcpy_chk(void* to, const void* from, size_t count, size_t size) {
  return checked_memcpy_chk(CallSite::here(), to, from, count, size);
}

void* __gorace___memmove_chk(void* to, const void* from, size_t count, size_t size) {
  return checked_memmove_chk(CallSite::here(), to, from, count, size);
}

void* __gorace___mempcpy_chk(void* to, const void* from, size_t count, size_t size) {
  return checked_mempcpy_chk(CallSite::here(), to, from, count, size);
}

void* __gorace___memset_chk(void* to, int value, size_t count, size_t size) {
  return checked_memset_chk(CallSite::here(), to, value, count, size);
}

char* __gorace___strcpy_chk(char* to, const char* from, size_t size) {
  return checked_strcpy_chk(CallSite::here(), to, from, size);
}

char* __gorace___stpcpy_chk(char* to, const char* from, size_t size) {
  return checked_stpcpy_chk(CallSite::here(), to, from, size);
}

char* __gorace___strncpy_chk(char* to, const char* from, size_t count, size_t size) {
  return checked_strncpy_chk(CallSite::here(), to, from, count, size);
}

char* __gorace___stpncpy_chk(char* to, const char* from, size_t count, size_t size) {
  return checked_stpncpy_chk(CallSite::here(), to, from, count, size);
}

char* __gorace___strcat_chk(char* to, const char* from, size_t size) {
  return checked_strcat_chk(CallSite::here(), to, from, size);
}

char* __gorace___strncat_chk(char* to, const char* from, size_t limit, size_t size) {
  return checked_strncat_chk(CallSite::here(), to, from, limit, size);
}

int __gorace___vsnprintf_chk(char* buffer, size_t limit, int flag, size_t size, const char* format, va_list arguments) {
  return checked_vsnprintf_chk(CallSite::here(), buffer, limit, flag, size, format, arguments);
}

int __gorace___vsprintf_chk(char* buffer, int flag, size_t size, const char* format, va_list arguments) {
  return checked_vsprintf_chk(CallSite::here(), buffer, flag, size, format, arguments);
}

int __gorace___vfprintf_chk(FILE* file, int flag, const char* format, va_list arguments) {
  return checked_vfprintf_chk(CallSite::here(), file, flag, format, arguments);
}

int __gorace___vprintf_chk(int flag, const char* format, va_list arguments) {
  return checked_vprintf_chk(CallSite::here(), flag, format, arguments);
}

char* __gorace___fgets_chk(char* buffer, size_t size, int count, FILE* file) {
  return checked_fgets_chk(CallSite::here(), buffer, size, count, file);
}

size_t __gorace___fread_chk(void* buffer, size_t room, size_t size, size_t count, FILE* file) {
  return checked_fread_chk(CallSite::here(), buffer, room, size, count, file);
}

int __gorace___snprintf_chk(char* buffer, size_t limit, int flag, size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vsnprintf_chk(CallSite::here(), buffer, limit, flag, size, format, arguments);
  va_end(arguments);
  return length;
}

int __gorace___sprintf_chk(char* buffer, int flag, size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vsprintf_chk(CallSite::here(), buffer, flag, size, format, arguments);
  va_end(arguments);
  return length;
}

int __gorace___fprintf_chk(FILE* file, int flag, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vfprintf_chk(CallSite::here(), file, flag, format, arguments);
  va_end(arguments);
  return length;
}

int __gorace___printf_chk(int flag, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vprintf_chk(CallSite::here(), flag, format, arguments);
  va_end(arguments);
  return length;
}

}  // extern "C"
