// __gorace_<name>: functions of the C library as instrumented code calls them (instrument/pass/library_calls.h). Each
// does what libc's does and checks exactly the bytes that libc looked at or wrote, in the caller's name.
#include <strings.h>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <algorithm>

#include "detector/abi/access_check.h"

using namespace gorace::detector;

namespace {

void reads(const void* address, size_t bytes, CallSite site) { check_range(address, bytes, Direction::kRead, site); }
void writes(const void* address, size_t bytes, CallSite site) { check_range(address, bytes, Direction::kWrite, site); }
void reads_text(const char* text, CallSite site) { reads(text, strlen(text) + 1, site); }

// looked_at: how many bytes of a text of at most `limit` a function with a limit reads.
size_t looked_at(const char* text, size_t limit) { return std::min(strnlen(text, limit) + 1, limit); }

// compared: how many bytes of both a comparison reads, at most `limit`, up to the first that differ or end. same(a, b)
// compares two.
template <class Same>
size_t compared(const char* a, const char* b, size_t limit, Same same) {
  size_t i = 0;
  while (i < limit && same(a[i], b[i]) && a[i] != '\0') ++i;
  return std::min(i + 1, limit);
}
bool same_byte(char a, char b) { return a == b; }
bool same_letter(char a, char b) { return strncasecmp(&a, &b, 1) == 0; }

template <class Same>
void reads_both(const char* a, const char* b, size_t limit, Same same, CallSite site) {
  const size_t bytes = compared(a, b, limit, same);
  reads(a, bytes, site);
  reads(b, bytes, site);
}

constexpr size_t kNoLimit = static_cast<size_t>(-1);

// wrote_text: a function of the printf family wrote a text of `length` (or failed) into a buffer of `size`.
int wrote_text(const char* buffer, size_t size, int length, CallSite site) {
  if (length >= 0 && size != 0) writes(buffer, std::min(static_cast<size_t>(length) + 1, size), site);
  return length;
}

// read_number: a function of the strto family stopped at `end`.
template <class Number>
Number read_number(Number number, const char* text, char* end, char** wanted_end, CallSite site) {
  reads(text, static_cast<size_t>(end - text) + 1, site);
  if (wanted_end != nullptr) {
    writes(wanted_end, sizeof *wanted_end, site);
    *wanted_end = end;
  }
  return number;
}

}  // namespace

extern "C" {

// --- Reading ---

size_t __gorace_strlen(const char* text) {
  const size_t length = strlen(text);
  reads(text, length + 1, CallSite::here());
  return length;
}

size_t __gorace_strnlen(const char* text, size_t limit) {
  reads(text, looked_at(text, limit), CallSite::here());
  return strnlen(text, limit);
}

int __gorace_strcmp(const char* a, const char* b) {
  reads_both(a, b, kNoLimit, same_byte, CallSite::here());
  return strcmp(a, b);
}

int __gorace_strncmp(const char* a, const char* b, size_t limit) {
  reads_both(a, b, limit, same_byte, CallSite::here());
  return strncmp(a, b, limit);
}

int __gorace_strcasecmp(const char* a, const char* b) {
  reads_both(a, b, kNoLimit, same_letter, CallSite::here());
  return strcasecmp(a, b);
}

int __gorace_strncasecmp(const char* a, const char* b, size_t limit) {
  reads_both(a, b, limit, same_letter, CallSite::here());
  return strncasecmp(a, b, limit);
}

char* __gorace_strchr(const char* text, int wanted) {
  const char* found = strchr(text, wanted);
  reads(text, found != nullptr ? static_cast<size_t>(found - text) + 1 : strlen(text) + 1, CallSite::here());
  return const_cast<char*>(found);
}

char* __gorace_strrchr(const char* text, int wanted) {
  reads_text(text, CallSite::here());
  return const_cast<char*>(strrchr(text, wanted));
}

char* __gorace_strstr(const char* text, const char* wanted) {
  const CallSite site = CallSite::here();
  const char* found = strstr(text, wanted);
  const size_t wanted_length = strlen(wanted);
  reads(wanted, wanted_length + 1, site);
  reads(text, found != nullptr ? static_cast<size_t>(found - text) + wanted_length : strlen(text) + 1, site);
  return const_cast<char*>(found);
}

size_t __gorace_strspn(const char* text, const char* accept) {
  const CallSite site = CallSite::here();
  const size_t length = strspn(text, accept);
  reads(text, length + 1, site);
  reads_text(accept, site);
  return length;
}

size_t __gorace_strcspn(const char* text, const char* reject) {
  const CallSite site = CallSite::here();
  const size_t length = strcspn(text, reject);
  reads(text, length + 1, site);
  reads_text(reject, site);
  return length;
}

char* __gorace_strpbrk(const char* text, const char* accept) {
  const CallSite site = CallSite::here();
  reads(text, strcspn(text, accept) + 1, site);
  reads_text(accept, site);
  return const_cast<char*>(strpbrk(text, accept));
}

void* __gorace_memchr(const void* bytes, int wanted, size_t count) {
  const void* found = memchr(bytes, wanted, count);
  const size_t seen = found != nullptr
                          ? static_cast<size_t>(static_cast<const char*>(found) - static_cast<const char*>(bytes)) + 1
                          : count;
  reads(bytes, seen, CallSite::here());
  return const_cast<void*>(found);
}

void* __gorace_memrchr(const void* bytes, int wanted, size_t count) {
  reads(bytes, count, CallSite::here());
  return const_cast<void*>(memrchr(bytes, wanted, count));
}

int __gorace_memcmp(const void* a, const void* b, size_t count) {
  const CallSite site = CallSite::here();
  reads(a, count, site);
  reads(b, count, site);
  return memcmp(a, b, count);
}

int __gorace_bcmp(const void* a, const void* b, size_t count) {
  const CallSite site = CallSite::here();
  reads(a, count, site);
  reads(b, count, site);
  return memcmp(a, b, count);
}

// --- Copying ---

char* __gorace_strcpy(char* to, const char* from) {
  const CallSite site = CallSite::here();
  const size_t bytes = strlen(from) + 1;
  reads(from, bytes, site);
  writes(to, bytes, site);
  return strcpy(to, from);
}

char* __gorace_stpcpy(char* to, const char* from) {
  const CallSite site = CallSite::here();
  const size_t bytes = strlen(from) + 1;
  reads(from, bytes, site);
  writes(to, bytes, site);
  return stpcpy(to, from);
}

char* __gorace_strncpy(char* to, const char* from, size_t count) {
  const CallSite site = CallSite::here();
  reads(from, looked_at(from, count), site);
  writes(to, count, site);
  return strncpy(to, from, count);
}

char* __gorace_stpncpy(char* to, const char* from, size_t count) {
  const CallSite site = CallSite::here();
  reads(from, looked_at(from, count), site);
  writes(to, count, site);
  return stpncpy(to, from, count);
}

char* __gorace_strcat(char* to, const char* from) {
  const CallSite site = CallSite::here();
  const size_t old_length = strlen(to);
  const size_t bytes = strlen(from) + 1;
  reads(from, bytes, site);
  reads(to, old_length + 1, site);
  writes(to + old_length, bytes, site);
  return strcat(to, from);
}

char* __gorace_strncat(char* to, const char* from, size_t limit) {
  const CallSite site = CallSite::here();
  const size_t old_length = strlen(to);
  reads(from, looked_at(from, limit), site);
  reads(to, old_length + 1, site);
  writes(to + old_length, strnlen(from, limit) + 1, site);
  return strncat(to, from, limit);
}

char* __gorace_strdup(const char* text) {
  reads_text(text, CallSite::here());
  return strdup(text);
}

char* __gorace_strndup(const char* text, size_t limit) {
  reads(text, looked_at(text, limit), CallSite::here());
  return strndup(text, limit);
}

// --- Formatted output into memory: the format's arguments are not looked at ---

int __gorace_vsnprintf(char* buffer, size_t size, const char* format, va_list arguments) {
  const CallSite site = CallSite::here();
  reads_text(format, site);
  return wrote_text(buffer, size, vsnprintf(buffer, size, format, arguments), site);
}

int __gorace_vsprintf(char* buffer, const char* format, va_list arguments) {
  const CallSite site = CallSite::here();
  reads_text(format, site);
  return wrote_text(buffer, kNoLimit, vsprintf(buffer, format, arguments), site);
}

int __gorace_snprintf(char* buffer, size_t size, const char* format, ...) {
  const CallSite site = CallSite::here();
  reads_text(format, site);
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(buffer, size, format, arguments);
  va_end(arguments);
  return wrote_text(buffer, size, length, site);
}

int __gorace_sprintf(char* buffer, const char* format, ...) {
  const CallSite site = CallSite::here();
  reads_text(format, site);
  va_list arguments;
  va_start(arguments, format);
  const int length = vsprintf(buffer, format, arguments);
  va_end(arguments);
  return wrote_text(buffer, kNoLimit, length, site);
}

// --- Streams ---

size_t __gorace_fread(void* buffer, size_t size, size_t count, FILE* file) {
  const size_t got = fread(buffer, size, count, file);
  writes(buffer, got * size, CallSite::here());
  return got;
}

size_t __gorace_fwrite(const void* buffer, size_t size, size_t count, FILE* file) {
  reads(buffer, size * count, CallSite::here());
  return fwrite(buffer, size, count, file);
}

char* __gorace_fgets(char* buffer, int size, FILE* file) {
  char* got = fgets(buffer, size, file);
  if (got != nullptr) writes(got, strlen(got) + 1, CallSite::here());
  return got;
}

int __gorace_fputs(const char* text, FILE* file) {
  reads_text(text, CallSite::here());
  return fputs(text, file);
}

int __gorace_puts(const char* text) {
  reads_text(text, CallSite::here());
  return puts(text);
}

// --- Numbers ---

long __gorace_strtol(const char* text, char** wanted_end, int base) {
  char* end;
  const long number = strtol(text, &end, base);
  return read_number(number, text, end, wanted_end, CallSite::here());
}

long long __gorace_strtoll(const char* text, char** wanted_end, int base) {
  char* end;
  const long long number = strtoll(text, &end, base);
  return read_number(number, text, end, wanted_end, CallSite::here());
}

unsigned long __gorace_strtoul(const char* text, char** wanted_end, int base) {
  char* end;
  const unsigned long number = strtoul(text, &end, base);
  return read_number(number, text, end, wanted_end, CallSite::here());
}

unsigned long long __gorace_strtoull(const char* text, char** wanted_end, int base) {
  char* end;
  const unsigned long long number = strtoull(text, &end, base);
  return read_number(number, text, end, wanted_end, CallSite::here());
}

double __gorace_strtod(const char* text, char** wanted_end) {
  char* end;
  const double number = strtod(text, &end);
  return read_number(number, text, end, wanted_end, CallSite::here());
}

float __gorace_strtof(const char* text, char** wanted_end) {
  char* end;
  const float number = strtof(text, &end);
  return read_number(number, text, end, wanted_end, CallSite::here());
}

int __gorace_atoi(const char* text) {
  char* end;
  const long number = strtol(text, &end, 10);
  return static_cast<int>(read_number(number, text, end, nullptr, CallSite::here()));
}

long __gorace_atol(const char* text) {
  char* end;
  const long number = strtol(text, &end, 10);
  return read_number(number, text, end, nullptr, CallSite::here());
}

long long __gorace_atoll(const char* text) {
  char* end;
  const long long number = strtoll(text, &end, 10);
  return read_number(number, text, end, nullptr, CallSite::here());
}

double __gorace_atof(const char* text) {
  char* end;
  const double number = strtod(text, &end);
  return read_number(number, text, end, nullptr, CallSite::here());
}

}  // extern "C"
