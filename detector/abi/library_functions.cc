// __gorace_<name>: functions of the C library as gorace's pass makes instrumented code call them
// (instrument/pass/library_calls.h).
#include "detector/abi/library_checks.h"

using namespace gorace::detector;

extern "C" {

size_t __gorace_strlen(const char* text) { return checked_strlen(CallSite::here(), text); }

size_t __gorace_strnlen(const char* text, size_t limit) { return checked_strnlen(CallSite::here(), text, limit); }

int __gorace_strcmp(const char* a, const char* b) { return checked_strcmp(CallSite::here(), a, b); }

int __gorace_strncmp(const char* a, const char* b, size_t limit) {
  return checked_strncmp(CallSite::here(), a, b, limit);
}

int __gorace_strcasecmp(const char* a, const char* b) { return checked_strcasecmp(CallSite::here(), a, b); }

int __gorace_strncasecmp(const char* a, const char* b, size_t limit) {
  return checked_strncasecmp(CallSite::here(), a, b, limit);
}

char* __gorace_strchr(const char* text, int wanted) { return checked_strchr(CallSite::here(), text, wanted); }

char* __gorace_strrchr(const char* text, int wanted) { return checked_strrchr(CallSite::here(), text, wanted); }

char* __gorace_strstr(const char* text, const char* wanted) { return checked_strstr(CallSite::here(), text, wanted); }

size_t __gorace_strspn(const char* text, const char* accept) { return checked_strspn(CallSite::here(), text, accept); }

size_t __gorace_strcspn(const char* text, const char* reject) {
  return checked_strcspn(CallSite::here(), text, reject);
}

char* __gorace_strpbrk(const char* text, const char* accept) { return checked_strpbrk(CallSite::here(), text, accept); }

void* __gorace_memchr(const void* bytes, int wanted, size_t count) {
  return checked_memchr(CallSite::here(), bytes, wanted, count);
}

void* __gorace_memrchr(const void* bytes, int wanted, size_t count) {
  return checked_memrchr(CallSite::here(), bytes, wanted, count);
}

int __gorace_memcmp(const void* a, const void* b, size_t count) {
  return checked_memcmp(CallSite::here(), a, b, count);
}

int __gorace_bcmp(const void* a, const void* b, size_t count) { return checked_bcmp(CallSite::here(), a, b, count); }

char* __gorace_strcpy(char* to, const char* from) { return checked_strcpy(CallSite::here(), to, from); }

char* __gorace_stpcpy(char* to, const char* from) { return checked_stpcpy(CallSite::here(), to, from); }

char* __gorace_strncpy(char* to, const char* from, size_t count) {
  return checked_strncpy(CallSite::here(), to, from, count);
}

char* __gorace_stpncpy(char* to, const char* from, size_t count) {
  return checked_stpncpy(CallSite::here(), to, from, count);
}

char* __gorace_strcat(char* to, const char* from) { return checked_strcat(CallSite::here(), to, from); }

char* __gorace_strncat(char* to, const char* from, size_t limit) {
  return checked_strncat(CallSite::here(), to, from, limit);
}

char* __gorace_strdup(const char* text) { return checked_strdup(CallSite::here(), text); }

char* __gorace_strndup(const char* text, size_t limit) { return checked_strndup(CallSite::here(), text, limit); }

int __gorace_vsnprintf(char* buffer, size_t size, const char* format, va_list arguments) {
  return checked_vsnprintf(CallSite::here(), buffer, size, format, arguments);
}

int __gorace_vsprintf(char* buffer, const char* format, va_list arguments) {
  return checked_vsprintf(CallSite::here(), buffer, format, arguments);
}

size_t __gorace_fread(void* buffer, size_t size, size_t count, FILE* file) {
  return checked_fread(CallSite::here(), buffer, size, count, file);
}

size_t __gorace_fwrite(const void* buffer, size_t size, size_t count, FILE* file) {
  return checked_fwrite(CallSite::here(), buffer, size, count, file);
}

char* __gorace_fgets(char* buffer, int size, FILE* file) { return checked_fgets(CallSite::here(), buffer, size, file); }

int __gorace_fputs(const char* text, FILE* file) { return checked_fputs(CallSite::here(), text, file); }

int __gorace_puts(const char* text) { return checked_puts(CallSite::here(), text); }

long __gorace_strtol(const char* text, char** wanted_end, int base) {
  return checked_strtol(CallSite::here(), text, wanted_end, base);
}

long long __gorace_strtoll(const char* text, char** wanted_end, int base) {
  return checked_strtoll(CallSite::here(), text, wanted_end, base);
}

unsigned long __gorace_strtoul(const char* text, char** wanted_end, int base) {
  return checked_strtoul(CallSite::here(), text, wanted_end, base);
}

unsigned long long __gorace_strtoull(const char* text, char** wanted_end, int base) {
  return checked_strtoull(CallSite::here(), text, wanted_end, base);
}

double __gorace_strtod(const char* text, char** wanted_end) {
  return checked_strtod(CallSite::here(), text, wanted_end);
}

float __gorace_strtof(const char* text, char** wanted_end) {
  return checked_strtof(CallSite::here(), text, wanted_end);
}

int __gorace_atoi(const char* text) { return checked_atoi(CallSite::here(), text); }

long __gorace_atol(const char* text) { return checked_atol(CallSite::here(), text); }

long long __gorace_atoll(const char* text) { return checked_atoll(CallSite::here(), text); }

double __gorace_atof(const char* text) { return checked_atof(CallSite::here(), text); }

int __gorace_vfprintf(FILE* file, const char* format, va_list arguments) {
  return checked_vfprintf(CallSite::here(), file, format, arguments);
}

int __gorace_vprintf(const char* format, va_list arguments) {
  return checked_vprintf(CallSite::here(), format, arguments);
}

int __gorace_snprintf(char* buffer, size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vsnprintf(CallSite::here(), buffer, size, format, arguments);
  va_end(arguments);
  return length;
}

int __gorace_sprintf(char* buffer, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vsprintf(CallSite::here(), buffer, format, arguments);
  va_end(arguments);
  return length;
}

int __gorace_printf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vprintf(CallSite::here(), format, arguments);
  va_end(arguments);
  return length;
}

int __gorace_fprintf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = checked_vfprintf(CallSite::here(), file, format, arguments);
  va_end(arguments);
  return length;
}

}  // extern "C"
