// checked_<name> for further functions that read and write what their arguments point to: tokens, searches, texts that
// libc allocates, lines, times, the status of files, sorting. library_checks.h says what these are.
#ifndef GORACE_DETECTOR_ABI_ARGUMENT_CHECKS_H_
#define GORACE_DETECTOR_ABI_ARGUMENT_CHECKS_H_

#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <ctime>

#include "detector/abi/library_checks.h"

namespace gorace::detector {

template <class T>
void reads_object(const T* object, CallSite site) {
  reads(object, sizeof *object, site);
}
template <class T>
void writes_object(const T* object, CallSite site) {
  if (object != nullptr) writes(object, sizeof *object, site);
}
inline size_t bytes_between(const void* from, const void* to) {
  return static_cast<size_t>(static_cast<const char*>(to) - static_cast<const char*>(from));
}

// --- Tokens: the delimiter behind one is overwritten ---

inline char* checked_strtok_r(CallSite site, char* text, const char* delimiters, char** rest) {
  reads_text(delimiters, site);
  if (text == nullptr) reads_object(rest, site);
  const char* const from = text != nullptr ? text : *rest;
  char* const token = strtok_r(text, delimiters, rest);
  writes_object(rest, site);
  if (from == nullptr) return token;
  const char* const end = token != nullptr ? token + strlen(token) : *rest;
  reads(from, bytes_between(from, end) + 1, site);
  if (end < *rest) writes(end, 1, site);
  return token;
}

inline char* checked_strsep(CallSite site, char** rest, const char* delimiters) {
  reads_object(rest, site);
  char* const token = *rest;
  if (token == nullptr) return nullptr;
  reads_text(delimiters, site);
  strsep(rest, delimiters);
  writes_object(rest, site);
  const size_t length = strlen(token);
  reads(token, length + 1, site);
  if (*rest != nullptr) writes(token + length, 1, site);
  return token;
}

// --- Searches and copies ---

inline void* checked_memmem(CallSite site, const void* bytes, size_t count, const void* wanted, size_t wanted_count) {
  void* const found = memmem(bytes, count, wanted, wanted_count);
  reads(wanted, wanted_count, site);
  reads(bytes, found != nullptr ? bytes_between(bytes, found) + wanted_count : count, site);
  return found;
}

inline void* checked_memccpy(CallSite site, void* to, const void* from, int last, size_t count) {
  void* const end = memccpy(to, from, last, count);
  const size_t copied = end != nullptr ? bytes_between(to, end) : count;
  reads(from, copied, site);
  writes(to, copied, site);
  return end;
}

inline char* checked_strchrnul(CallSite site, const char* text, int wanted) {
  const char* const found = strchrnul(text, wanted);
  reads(text, bytes_between(text, found) + 1, site);
  return const_cast<char*>(found);
}

inline char* checked_strcasestr(CallSite site, const char* text, const char* wanted) {
  const char* const found = strcasestr(text, wanted);
  reads_text(wanted, site);
  reads(text, found != nullptr ? bytes_between(text, found) + strlen(wanted) : strlen(text) + 1, site);
  return const_cast<char*>(found);
}

// --- Texts that libc allocates, and lines ---

inline int checked_vasprintf(CallSite site, char** text, const char* format, va_list arguments) {
  reads_format(format, arguments, site);
  const int length = vasprintf(text, format, arguments);
  if (length < 0) return length;
  writes_object(text, site);
  writes(*text, static_cast<size_t>(length) + 1, site);
  return length;
}

inline int checked_vdprintf(CallSite site, int fd, const char* format, va_list arguments) {
  reads_format(format, arguments, site);
  return vdprintf(fd, format, arguments);
}

// read_line: with what getdelim, or getline, does.
template <class Read>
ssize_t read_line(CallSite site, char** line, size_t* size, Read read) {
  reads_object(line, site);
  reads_object(size, site);
  const char* const former_line = *line;
  const size_t former_size = *size;
  const ssize_t length = read();
  if (*line != former_line) writes_object(line, site);
  if (*size != former_size) writes_object(size, site);
  if (length >= 0) writes(*line, static_cast<size_t>(length) + 1, site);
  return length;
}

inline ssize_t checked_getdelim(CallSite site, char** line, size_t* size, int delimiter, FILE* file) {
  return read_line(site, line, size, [=] { return getdelim(line, size, delimiter, file); });
}

inline ssize_t checked_getline(CallSite site, char** line, size_t* size, FILE* file) {
  return read_line(site, line, size, [=] { return getline(line, size, file); });
}

// --- Numbers and random numbers ---

inline long double checked_strtold(CallSite site, const char* text, char** wanted_end) {
  char* end;
  const long double number = strtold(text, &end);
  return read_number(number, text, end, wanted_end, site);
}

inline int checked_rand_r(CallSite site, unsigned* seed) {
  writes_object(seed, site);
  return rand_r(seed);
}

// --- Times ---

inline time_t checked_time(CallSite site, time_t* out) {
  writes_object(out, site);
  return time(out);
}

inline tm* checked_localtime_r(CallSite site, const time_t* moment, tm* out) {
  reads_object(moment, site);
  writes_object(out, site);
  return localtime_r(moment, out);
}

inline tm* checked_gmtime_r(CallSite site, const time_t* moment, tm* out) {
  reads_object(moment, site);
  writes_object(out, site);
  return gmtime_r(moment, out);
}

inline time_t checked_mktime(CallSite site, tm* parts) {
  writes_object(parts, site);
  return mktime(parts);
}

inline char* checked_asctime_r(CallSite site, const tm* parts, char* out) {
  reads_object(parts, site);
  char* const text = asctime_r(parts, out);
  writes_text(text, site);
  return text;
}

inline char* checked_ctime_r(CallSite site, const time_t* moment, char* out) {
  reads_object(moment, site);
  char* const text = ctime_r(moment, out);
  writes_text(text, site);
  return text;
}

inline size_t checked_strftime(CallSite site, char* out, size_t size, const char* format, const tm* parts) {
  reads_text(format, site);
  reads_object(parts, site);
  const size_t length = strftime(out, size, format, parts);
  if (length != 0) writes(out, length + 1, site);
  return length;
}

// --- Files ---

inline int checked_stat(CallSite site, const char* path, struct stat* out) {
  reads_text(path, site);
  const int result = stat(path, out);
  if (result == 0) writes_object(out, site);
  return result;
}

inline int checked_lstat(CallSite site, const char* path, struct stat* out) {
  reads_text(path, site);
  const int result = lstat(path, out);
  if (result == 0) writes_object(out, site);
  return result;
}

inline int checked_fstat(CallSite site, int fd, struct stat* out) {
  const int result = fstat(fd, out);
  if (result == 0) writes_object(out, site);
  return result;
}

inline char* checked_getcwd(CallSite site, char* out, size_t size) {
  char* const path = getcwd(out, size);
  writes_text(path, site);
  return path;
}

inline ssize_t checked_readlink(CallSite site, const char* path, char* out, size_t size) {
  reads_text(path, site);
  const ssize_t bytes = readlink(path, out, size);
  if (bytes > 0) writes(out, static_cast<size_t>(bytes), site);
  return bytes;
}

// --- Sorting: any element may be moved, and is when its place is not its own ---

using Comparison = int(const void*, const void*);

inline void checked_qsort(CallSite site, void* elements, size_t count, size_t size, Comparison* compare) {
  if (count > 1) writes(elements, count * size, site);
  qsort(elements, count, size, compare);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_ARGUMENT_CHECKS_H_
