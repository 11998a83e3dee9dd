// checked_<name>: what a function of the C library does, with a check, at `site`, of exactly the bytes that libc looks
// at or writes. For calls by instrumented code: library_functions.cc (gorace's pass), library_names.cc
// (-fsanitize=thread).
//
// Thread safety: any thread, as the function of the same name.
#ifndef GORACE_DETECTOR_ABI_LIBRARY_CHECKS_H_
#define GORACE_DETECTOR_ABI_LIBRARY_CHECKS_H_

#include <strings.h>

#include <algorithm>
#include <cctype>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "detector/abi/access_check.h"
#include "detector/abi/format_arguments.h"

namespace gorace::detector {

inline void reads(const void* address, size_t bytes, CallSite site) {
  check_range(address, bytes, Direction::kRead, site);
}
inline void writes(const void* address, size_t bytes, CallSite site) {
  check_range(address, bytes, Direction::kWrite, site);
}
inline void reads_text(const char* text, CallSite site) { reads(text, strlen(text) + 1, site); }
inline void writes_text(const char* text, CallSite site) {
  if (text != nullptr) writes(text, strlen(text) + 1, site);
}

// looked_at: how many bytes of a text of at most `limit` a function with a limit reads.
inline size_t looked_at(const char* text, size_t limit) { return std::min(strnlen(text, limit) + 1, limit); }

// compared: how many characters of both a comparison reads, at most `limit`, up to the first that differ or end.
// same(a, b) compares two.
template <class Character, class Same>
size_t compared(const Character* a, const Character* b, size_t limit, Same same) {
  size_t i = 0;
  while (i < limit && same(a[i], b[i]) && a[i] != Character{}) ++i;
  return std::min(i + 1, limit);
}
inline bool same_byte(char a, char b) { return a == b; }
inline bool same_letter(char a, char b) {
  return tolower(static_cast<unsigned char>(a)) == tolower(static_cast<unsigned char>(b));
}

template <class Character, class Same>
void reads_both(const Character* a, const Character* b, size_t limit, Same same, CallSite site) {
  const size_t bytes = compared(a, b, limit, same) * sizeof(Character);
  reads(a, bytes, site);
  reads(b, bytes, site);
}

inline constexpr size_t kNoLimit = static_cast<size_t>(-1);

// wrote_text: a function of the printf family wrote a text of `length` (or failed) into a buffer of `size`.
inline int wrote_text(const char* buffer, size_t size, int length, CallSite site) {
  if (length >= 0 && size != 0) writes(buffer, std::min(static_cast<size_t>(length) + 1, size), site);
  return length;
}

// read_number: a function of the strto or wcsto family stopped at `end`.
template <class Number, class Character>
Number read_number(Number number, const Character* text, Character* end, std::type_identity_t<Character>** wanted_end,
                   CallSite site) {
  reads(text, (static_cast<size_t>(end - text) + 1) * sizeof(Character), site);
  if (wanted_end != nullptr) {
    writes(wanted_end, sizeof *wanted_end, site);
    *wanted_end = end;
  }
  return number;
}

// reads_format: the format and the texts that it prints.
inline void reads_format(const char* format, va_list arguments, CallSite site) {
  reads_text(format, site);
  check_format_arguments(format, arguments, site);
}

// --- Reading ---

inline size_t checked_strlen(CallSite site, const char* text) {
  const size_t length = strlen(text);
  reads(text, length + 1, site);
  return length;
}

inline size_t checked_strnlen(CallSite site, const char* text, size_t limit) {
  reads(text, looked_at(text, limit), site);
  return strnlen(text, limit);
}

inline int checked_strcmp(CallSite site, const char* a, const char* b) {
  reads_both(a, b, kNoLimit, same_byte, site);
  return strcmp(a, b);
}

inline int checked_strncmp(CallSite site, const char* a, const char* b, size_t limit) {
  reads_both(a, b, limit, same_byte, site);
  return strncmp(a, b, limit);
}

inline int checked_strcasecmp(CallSite site, const char* a, const char* b) {
  reads_both(a, b, kNoLimit, same_letter, site);
  return strcasecmp(a, b);
}

inline int checked_strncasecmp(CallSite site, const char* a, const char* b, size_t limit) {
  reads_both(a, b, limit, same_letter, site);
  return strncasecmp(a, b, limit);
}

inline char* checked_strchr(CallSite site, const char* text, int wanted) {
  const char* found = strchr(text, wanted);
  reads(text, found != nullptr ? static_cast<size_t>(found - text) + 1 : strlen(text) + 1, site);
  return const_cast<char*>(found);
}

inline char* checked_strrchr(CallSite site, const char* text, int wanted) {
  reads_text(text, site);
  return const_cast<char*>(strrchr(text, wanted));
}

inline char* checked_strstr(CallSite site, const char* text, const char* wanted) {
  const char* found = strstr(text, wanted);
  const size_t wanted_length = strlen(wanted);
  reads(wanted, wanted_length + 1, site);
  reads(text, found != nullptr ? static_cast<size_t>(found - text) + wanted_length : strlen(text) + 1, site);
  return const_cast<char*>(found);
}

inline size_t checked_strspn(CallSite site, const char* text, const char* accept) {
  const size_t length = strspn(text, accept);
  reads(text, length + 1, site);
  reads_text(accept, site);
  return length;
}

inline size_t checked_strcspn(CallSite site, const char* text, const char* reject) {
  const size_t length = strcspn(text, reject);
  reads(text, length + 1, site);
  reads_text(reject, site);
  return length;
}

inline char* checked_strpbrk(CallSite site, const char* text, const char* accept) {
  reads(text, strcspn(text, accept) + 1, site);
  reads_text(accept, site);
  return const_cast<char*>(strpbrk(text, accept));
}

inline void* checked_memchr(CallSite site, const void* bytes, int wanted, size_t count) {
  const void* found = memchr(bytes, wanted, count);
  const size_t seen = found != nullptr
                          ? static_cast<size_t>(static_cast<const char*>(found) - static_cast<const char*>(bytes)) + 1
                          : count;
  reads(bytes, seen, site);
  return const_cast<void*>(found);
}

inline void* checked_memrchr(CallSite site, const void* bytes, int wanted, size_t count) {
  reads(bytes, count, site);
  return const_cast<void*>(memrchr(bytes, wanted, count));
}

inline int checked_memcmp(CallSite site, const void* a, const void* b, size_t count) {
  reads(a, count, site);
  reads(b, count, site);
  return memcmp(a, b, count);
}

inline int checked_bcmp(CallSite site, const void* a, const void* b, size_t count) {
  reads(a, count, site);
  reads(b, count, site);
  return memcmp(a, b, count);
}

// --- Copying ---

inline void* checked_memcpy(CallSite site, void* to, const void* from, size_t count) {
  reads(from, count, site);
  writes(to, count, site);
  // A struct assignment to itself is a memcpy of equal pointers, which only memmove defines.
  return memmove(to, from, count);
}

inline void* checked_memmove(CallSite site, void* to, const void* from, size_t count) {
  return checked_memcpy(site, to, from, count);
}

inline void* checked_mempcpy(CallSite site, void* to, const void* from, size_t count) {
  return static_cast<char*>(checked_memcpy(site, to, from, count)) + count;
}

inline void* checked_memset(CallSite site, void* to, int value, size_t count) {
  writes(to, count, site);
  return memset(to, value, count);
}

inline char* checked_strcpy(CallSite site, char* to, const char* from) {
  const size_t bytes = strlen(from) + 1;
  reads(from, bytes, site);
  writes(to, bytes, site);
  return strcpy(to, from);
}

inline char* checked_stpcpy(CallSite site, char* to, const char* from) {
  const size_t bytes = strlen(from) + 1;
  reads(from, bytes, site);
  writes(to, bytes, site);
  return stpcpy(to, from);
}

inline char* checked_strncpy(CallSite site, char* to, const char* from, size_t count) {
  reads(from, looked_at(from, count), site);
  writes(to, count, site);
  return strncpy(to, from, count);
}

inline char* checked_stpncpy(CallSite site, char* to, const char* from, size_t count) {
  reads(from, looked_at(from, count), site);
  writes(to, count, site);
  return stpncpy(to, from, count);
}

inline char* checked_strcat(CallSite site, char* to, const char* from) {
  const size_t old_length = strlen(to);
  const size_t bytes = strlen(from) + 1;
  reads(from, bytes, site);
  reads(to, old_length + 1, site);
  writes(to + old_length, bytes, site);
  return strcat(to, from);
}

inline char* checked_strncat(CallSite site, char* to, const char* from, size_t limit) {
  const size_t old_length = strlen(to);
  reads(from, looked_at(from, limit), site);
  reads(to, old_length + 1, site);
  writes(to + old_length, strnlen(from, limit) + 1, site);
  return strncat(to, from, limit);
}

inline char* checked_strdup(CallSite site, const char* text) {
  reads_text(text, site);
  return strdup(text);
}

inline char* checked_strndup(CallSite site, const char* text, size_t limit) {
  reads(text, looked_at(text, limit), site);
  return strndup(text, limit);
}

// --- Formatted output ---

inline int checked_vsnprintf(CallSite site, char* buffer, size_t size, const char* format, va_list arguments) {
  reads_format(format, arguments, site);
  return wrote_text(buffer, size, vsnprintf(buffer, size, format, arguments), site);
}

inline int checked_vsprintf(CallSite site, char* buffer, const char* format, va_list arguments) {
  reads_format(format, arguments, site);
  return wrote_text(buffer, kNoLimit, vsprintf(buffer, format, arguments), site);
}

inline int checked_vfprintf(CallSite site, FILE* file, const char* format, va_list arguments) {
  reads_format(format, arguments, site);
  return vfprintf(file, format, arguments);
}

inline int checked_vprintf(CallSite site, const char* format, va_list arguments) {
  return checked_vfprintf(site, stdout, format, arguments);
}

// --- Streams ---

inline size_t checked_fread(CallSite site, void* buffer, size_t size, size_t count, FILE* file) {
  const size_t got = fread(buffer, size, count, file);
  writes(buffer, got * size, site);
  return got;
}

inline size_t checked_fwrite(CallSite site, const void* buffer, size_t size, size_t count, FILE* file) {
  reads(buffer, size * count, site);
  return fwrite(buffer, size, count, file);
}

inline char* checked_fgets(CallSite site, char* buffer, int size, FILE* file) {
  char* got = fgets(buffer, size, file);
  if (got != nullptr) writes(got, strlen(got) + 1, site);
  return got;
}

inline int checked_fputs(CallSite site, const char* text, FILE* file) {
  reads_text(text, site);
  return fputs(text, file);
}

inline int checked_puts(CallSite site, const char* text) {
  reads_text(text, site);
  return puts(text);
}

// --- Numbers ---

inline long checked_strtol(CallSite site, const char* text, char** wanted_end, int base) {
  char* end;
  const long number = strtol(text, &end, base);
  return read_number(number, text, end, wanted_end, site);
}

inline long long checked_strtoll(CallSite site, const char* text, char** wanted_end, int base) {
  char* end;
  const long long number = strtoll(text, &end, base);
  return read_number(number, text, end, wanted_end, site);
}

inline unsigned long checked_strtoul(CallSite site, const char* text, char** wanted_end, int base) {
  char* end;
  const unsigned long number = strtoul(text, &end, base);
  return read_number(number, text, end, wanted_end, site);
}

inline unsigned long long checked_strtoull(CallSite site, const char* text, char** wanted_end, int base) {
  char* end;
  const unsigned long long number = strtoull(text, &end, base);
  return read_number(number, text, end, wanted_end, site);
}

inline double checked_strtod(CallSite site, const char* text, char** wanted_end) {
  char* end;
  const double number = strtod(text, &end);
  return read_number(number, text, end, wanted_end, site);
}

inline float checked_strtof(CallSite site, const char* text, char** wanted_end) {
  char* end;
  const float number = strtof(text, &end);
  return read_number(number, text, end, wanted_end, site);
}

inline int checked_atoi(CallSite site, const char* text) {
  char* end;
  const long number = strtol(text, &end, 10);
  return static_cast<int>(read_number(number, text, end, nullptr, site));
}

inline long checked_atol(CallSite site, const char* text) {
  char* end;
  const long number = strtol(text, &end, 10);
  return read_number(number, text, end, nullptr, site);
}

inline long long checked_atoll(CallSite site, const char* text) {
  char* end;
  const long long number = strtoll(text, &end, 10);
  return read_number(number, text, end, nullptr, site);
}

inline double checked_atof(CallSite site, const char* text) {
  char* end;
  const double number = strtod(text, &end);
  return read_number(number, text, end, nullptr, site);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_LIBRARY_CHECKS_H_
