// Functions of the C library under their own names, for objects of -fsanitize=thread, which call them as any other code
// does: calls from such code are checked, all others go straight to libc. Declared by another name in C++, since
// compilers know the real ones too well to let them be defined.
//
// Weak, so that a program may have its own.
#include "detector/abi/library_names.h"

#include <unwind.h>

#include <atomic>

#include "detector/abi/library_checks.h"
#include "detector/context/thread_state.h"

namespace gorace::detector {
namespace {

// Whether a call is made by the function at the top of the call stack does not change: a direct-mapped cache. Of a cell
// the upper 63 bits are the key, the lowest is the answer.
constexpr int kCacheBits = 12;
constinit std::atomic<uint64_t> g_same_function[size_t{1} << kCacheBits] = {};

bool same_function(uintptr_t entry_pc, uintptr_t pc) {
  const uint64_t key = ((entry_pc << 32 | entry_pc >> 32) ^ pc) * 0x9e3779b97f4a7c15u;
  std::atomic<uint64_t>& cell = g_same_function[key >> (64 - kCacheBits)];
  // relaxed: a cell is whole, and all who fill it with this key find the same answer.
  const uint64_t cached = cell.load(std::memory_order_relaxed);
  if ((cached ^ key) >> 1 == 0) return (cached & 1) != 0;
  const DetectorScope scope;  // the unwinder calls these functions too
  void* const function = _Unwind_FindEnclosingFunction(reinterpret_cast<void*>(pc));
  const bool is_same =
      function != nullptr && function == _Unwind_FindEnclosingFunction(reinterpret_cast<void*>(entry_pc));
  cell.store((key & ~uint64_t{1}) | (is_same ? 1 : 0), std::memory_order_relaxed);
  return is_same;
}

}  // namespace

constinit std::atomic<bool> g_has_thread_sanitizer_code{false};

// Not so gorace's own code, libraries without instrumentation, and functions that such code calls: their calls are most
// of all, and they synchronise in ways that nobody sees.
bool is_made_by_thread_sanitizer_code(uintptr_t pc) {
  const Context* context = recording_context();
  if (context == nullptr || context->call_stack == nullptr || in_detector()) return false;
  const auto& calls = *static_cast<const CallStack*>(context->call_stack);
  return calls.depth() != 0 && same_function(calls.top().entry_pc, pc);
}

namespace {

GORACE_REAL_FUNCTION RealFunction<void*(void*, const void*, size_t)> real_memcpy("memcpy");
GORACE_REAL_FUNCTION RealFunction<void*(void*, const void*, size_t)> real_memmove("memmove");
GORACE_REAL_FUNCTION RealFunction<void*(void*, const void*, size_t)> real_mempcpy("mempcpy");
GORACE_REAL_FUNCTION RealFunction<void*(void*, int, size_t)> real_memset("memset");
GORACE_REAL_FUNCTION RealFunction<size_t(const char*)> real_strlen("strlen");
GORACE_REAL_FUNCTION RealFunction<size_t(const char*, size_t)> real_strnlen("strnlen");
GORACE_REAL_FUNCTION RealFunction<int(const char*, const char*)> real_strcmp("strcmp");
GORACE_REAL_FUNCTION RealFunction<int(const char*, const char*, size_t)> real_strncmp("strncmp");
GORACE_REAL_FUNCTION RealFunction<int(const char*, const char*)> real_strcasecmp("strcasecmp");
GORACE_REAL_FUNCTION RealFunction<int(const char*, const char*, size_t)> real_strncasecmp("strncasecmp");
GORACE_REAL_FUNCTION RealFunction<char*(const char*, int)> real_strchr("strchr");
GORACE_REAL_FUNCTION RealFunction<char*(const char*, int)> real_strrchr("strrchr");
GORACE_REAL_FUNCTION RealFunction<char*(const char*, const char*)> real_strstr("strstr");
GORACE_REAL_FUNCTION RealFunction<size_t(const char*, const char*)> real_strspn("strspn");
GORACE_REAL_FUNCTION RealFunction<size_t(const char*, const char*)> real_strcspn("strcspn");
GORACE_REAL_FUNCTION RealFunction<char*(const char*, const char*)> real_strpbrk("strpbrk");
GORACE_REAL_FUNCTION RealFunction<void*(const void*, int, size_t)> real_memchr("memchr");
GORACE_REAL_FUNCTION RealFunction<void*(const void*, int, size_t)> real_memrchr("memrchr");
GORACE_REAL_FUNCTION RealFunction<int(const void*, const void*, size_t)> real_memcmp("memcmp");
GORACE_REAL_FUNCTION RealFunction<int(const void*, const void*, size_t)> real_bcmp("bcmp");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*)> real_strcpy("strcpy");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*)> real_stpcpy("stpcpy");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*, size_t)> real_strncpy("strncpy");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*, size_t)> real_stpncpy("stpncpy");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*)> real_strcat("strcat");
GORACE_REAL_FUNCTION RealFunction<char*(char*, const char*, size_t)> real_strncat("strncat");
GORACE_REAL_FUNCTION RealFunction<char*(const char*)> real_strdup("strdup");
GORACE_REAL_FUNCTION RealFunction<char*(const char*, size_t)> real_strndup("strndup");
GORACE_REAL_FUNCTION RealFunction<int(char*, size_t, const char*, va_list)> real_vsnprintf("vsnprintf");
GORACE_REAL_FUNCTION RealFunction<int(char*, const char*, va_list)> real_vsprintf("vsprintf");
GORACE_REAL_FUNCTION RealFunction<size_t(void*, size_t, size_t, FILE*)> real_fread("fread");
GORACE_REAL_FUNCTION RealFunction<size_t(const void*, size_t, size_t, FILE*)> real_fwrite("fwrite");
GORACE_REAL_FUNCTION RealFunction<char*(char*, int, FILE*)> real_fgets("fgets");
GORACE_REAL_FUNCTION RealFunction<int(const char*, FILE*)> real_fputs("fputs");
GORACE_REAL_FUNCTION RealFunction<int(const char*)> real_puts("puts");
GORACE_REAL_FUNCTION RealFunction<long(const char*, char**, int)> real_strtol("strtol");
GORACE_REAL_FUNCTION RealFunction<long long(const char*, char**, int)> real_strtoll("strtoll");
GORACE_REAL_FUNCTION RealFunction<unsigned long(const char*, char**, int)> real_strtoul("strtoul");
GORACE_REAL_FUNCTION RealFunction<unsigned long long(const char*, char**, int)> real_strtoull("strtoull");
GORACE_REAL_FUNCTION RealFunction<double(const char*, char**)> real_strtod("strtod");
GORACE_REAL_FUNCTION RealFunction<float(const char*, char**)> real_strtof("strtof");
GORACE_REAL_FUNCTION RealFunction<int(const char*)> real_atoi("atoi");
GORACE_REAL_FUNCTION RealFunction<long(const char*)> real_atol("atol");
GORACE_REAL_FUNCTION RealFunction<long long(const char*)> real_atoll("atoll");
GORACE_REAL_FUNCTION RealFunction<double(const char*)> real_atof("atof");
GORACE_REAL_FUNCTION RealFunction<int(FILE*, const char*, va_list)> real_vfprintf("vfprintf");
GORACE_REAL_FUNCTION RealFunction<int(const char*, va_list)> real_vprintf("vprintf");

}  // namespace

void watch_library_names() {
  g_has_thread_sanitizer_code.store(true, std::memory_order_relaxed);
}

}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

[[gnu::weak]] void* libc_memcpy(void* to, const void* from, size_t count) __asm__("memcpy");
void* libc_memcpy(void* to, const void* from, size_t count) {
  return call(CallSite::here(), checked_memcpy, real_memcpy, to, from, count);
}

[[gnu::weak]] void* libc_memmove(void* to, const void* from, size_t count) __asm__("memmove");
void* libc_memmove(void* to, const void* from, size_t count) {
  return call(CallSite::here(), checked_memmove, real_memmove, to, from, count);
}

[[gnu::weak]] void* libc_mempcpy(void* to, const void* from, size_t count) __asm__("mempcpy");
void* libc_mempcpy(void* to, const void* from, size_t count) {
  return call(CallSite::here(), checked_mempcpy, real_mempcpy, to, from, count);
}

[[gnu::weak]] void* libc_memset(void* to, int value, size_t count) __asm__("memset");
void* libc_memset(void* to, int value, size_t count) {
  return call(CallSite::here(), checked_memset, real_memset, to, value, count);
}

[[gnu::weak]] size_t libc_strlen(const char* text) __asm__("strlen");
size_t libc_strlen(const char* text) { return call(CallSite::here(), checked_strlen, real_strlen, text); }

[[gnu::weak]] size_t libc_strnlen(const char* text, size_t limit) __asm__("strnlen");
size_t libc_strnlen(const char* text, size_t limit) {
  return call(CallSite::here(), checked_strnlen, real_strnlen, text, limit);
}

[[gnu::weak]] int libc_strcmp(const char* a, const char* b) __asm__("strcmp");
int libc_strcmp(const char* a, const char* b) { return call(CallSite::here(), checked_strcmp, real_strcmp, a, b); }

[[gnu::weak]] int libc_strncmp(const char* a, const char* b, size_t limit) __asm__("strncmp");
int libc_strncmp(const char* a, const char* b, size_t limit) {
  return call(CallSite::here(), checked_strncmp, real_strncmp, a, b, limit);
}

[[gnu::weak]] int libc_strcasecmp(const char* a, const char* b) __asm__("strcasecmp");
int libc_strcasecmp(const char* a, const char* b) {
  return call(CallSite::here(), checked_strcasecmp, real_strcasecmp, a, b);
}

[[gnu::weak]] int libc_strncasecmp(const char* a, const char* b, size_t limit) __asm__("strncasecmp");
int libc_strncasecmp(const char* a, const char* b, size_t limit) {
  return call(CallSite::here(), checked_strncasecmp, real_strncasecmp, a, b, limit);
}

[[gnu::weak]] char* libc_strchr(const char* text, int wanted) __asm__("strchr");
char* libc_strchr(const char* text, int wanted) {
  return call(CallSite::here(), checked_strchr, real_strchr, text, wanted);
}

[[gnu::weak]] char* libc_strrchr(const char* text, int wanted) __asm__("strrchr");
char* libc_strrchr(const char* text, int wanted) {
  return call(CallSite::here(), checked_strrchr, real_strrchr, text, wanted);
}

[[gnu::weak]] char* libc_strstr(const char* text, const char* wanted) __asm__("strstr");
char* libc_strstr(const char* text, const char* wanted) {
  return call(CallSite::here(), checked_strstr, real_strstr, text, wanted);
}

[[gnu::weak]] size_t libc_strspn(const char* text, const char* accept) __asm__("strspn");
size_t libc_strspn(const char* text, const char* accept) {
  return call(CallSite::here(), checked_strspn, real_strspn, text, accept);
}

[[gnu::weak]] size_t libc_strcspn(const char* text, const char* reject) __asm__("strcspn");
size_t libc_strcspn(const char* text, const char* reject) {
  return call(CallSite::here(), checked_strcspn, real_strcspn, text, reject);
}

[[gnu::weak]] char* libc_strpbrk(const char* text, const char* accept) __asm__("strpbrk");
char* libc_strpbrk(const char* text, const char* accept) {
  return call(CallSite::here(), checked_strpbrk, real_strpbrk, text, accept);
}

[[gnu::weak]] void* libc_memchr(const void* bytes, int wanted, size_t count) __asm__("memchr");
void* libc_memchr(const void* bytes, int wanted, size_t count) {
  return call(CallSite::here(), checked_memchr, real_memchr, bytes, wanted, count);
}

[[gnu::weak]] void* libc_memrchr(const void* bytes, int wanted, size_t count) __asm__("memrchr");
void* libc_memrchr(const void* bytes, int wanted, size_t count) {
  return call(CallSite::here(), checked_memrchr, real_memrchr, bytes, wanted, count);
}

[[gnu::weak]] int libc_memcmp(const void* a, const void* b, size_t count) __asm__("memcmp");
int libc_memcmp(const void* a, const void* b, size_t count) {
  return call(CallSite::here(), checked_memcmp, real_memcmp, a, b, count);
}

[[gnu::weak]] int libc_bcmp(const void* a, const void* b, size_t count) __asm__("bcmp");
int libc_bcmp(const void* a, const void* b, size_t count) {
  return call(CallSite::here(), checked_bcmp, real_bcmp, a, b, count);
}

[[gnu::weak]] char* libc_strcpy(char* to, const char* from) __asm__("strcpy");
char* libc_strcpy(char* to, const char* from) { return call(CallSite::here(), checked_strcpy, real_strcpy, to, from); }

[[gnu::weak]] char* libc_stpcpy(char* to, const char* from) __asm__("stpcpy");
char* libc_stpcpy(char* to, const char* from) { return call(CallSite::here(), checked_stpcpy, real_stpcpy, to, from); }

[[gnu::weak]] char* libc_strncpy(char* to, const char* from, size_t count) __asm__("strncpy");
char* libc_strncpy(char* to, const char* from, size_t count) {
  return call(CallSite::here(), checked_strncpy, real_strncpy, to, from, count);
}

[[gnu::weak]] char* libc_stpncpy(char* to, const char* from, size_t count) __asm__("stpncpy");
char* libc_stpncpy(char* to, const char* from, size_t count) {
  return call(CallSite::here(), checked_stpncpy, real_stpncpy, to, from, count);
}

[[gnu::weak]] char* libc_strcat(char* to, const char* from) __asm__("strcat");
char* libc_strcat(char* to, const char* from) { return call(CallSite::here(), checked_strcat, real_strcat, to, from); }

[[gnu::weak]] char* libc_strncat(char* to, const char* from, size_t limit) __asm__("strncat");
char* libc_strncat(char* to, const char* from, size_t limit) {
  return call(CallSite::here(), checked_strncat, real_strncat, to, from, limit);
}

[[gnu::weak]] char* libc_strdup(const char* text) __asm__("strdup");
char* libc_strdup(const char* text) { return call(CallSite::here(), checked_strdup, real_strdup, text); }

[[gnu::weak]] char* libc_strndup(const char* text, size_t limit) __asm__("strndup");
char* libc_strndup(const char* text, size_t limit) {
  return call(CallSite::here(), checked_strndup, real_strndup, text, limit);
}

[[gnu::weak]] int libc_vsnprintf(char* buffer, size_t size, const char* format, va_list arguments) __asm__("vsnprintf");
int libc_vsnprintf(char* buffer, size_t size, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vsnprintf, real_vsnprintf, buffer, size, format, arguments);
}

[[gnu::weak]] int libc_vsprintf(char* buffer, const char* format, va_list arguments) __asm__("vsprintf");
int libc_vsprintf(char* buffer, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vsprintf, real_vsprintf, buffer, format, arguments);
}

[[gnu::weak]] size_t libc_fread(void* buffer, size_t size, size_t count, FILE* file) __asm__("fread");
size_t libc_fread(void* buffer, size_t size, size_t count, FILE* file) {
  return call(CallSite::here(), checked_fread, real_fread, buffer, size, count, file);
}

[[gnu::weak]] size_t libc_fwrite(const void* buffer, size_t size, size_t count, FILE* file) __asm__("fwrite");
size_t libc_fwrite(const void* buffer, size_t size, size_t count, FILE* file) {
  return call(CallSite::here(), checked_fwrite, real_fwrite, buffer, size, count, file);
}

[[gnu::weak]] char* libc_fgets(char* buffer, int size, FILE* file) __asm__("fgets");
char* libc_fgets(char* buffer, int size, FILE* file) {
  return call(CallSite::here(), checked_fgets, real_fgets, buffer, size, file);
}

[[gnu::weak]] int libc_fputs(const char* text, FILE* file) __asm__("fputs");
int libc_fputs(const char* text, FILE* file) { return call(CallSite::here(), checked_fputs, real_fputs, text, file); }

[[gnu::weak]] int libc_puts(const char* text) __asm__("puts");
int libc_puts(const char* text) { return call(CallSite::here(), checked_puts, real_puts, text); }

[[gnu::weak]] long libc_strtol(const char* text, char** wanted_end, int base) __asm__("strtol");
long libc_strtol(const char* text, char** wanted_end, int base) {
  return call(CallSite::here(), checked_strtol, real_strtol, text, wanted_end, base);
}

[[gnu::weak]] long long libc_strtoll(const char* text, char** wanted_end, int base) __asm__("strtoll");
long long libc_strtoll(const char* text, char** wanted_end, int base) {
  return call(CallSite::here(), checked_strtoll, real_strtoll, text, wanted_end, base);
}

[[gnu::weak]] unsigned long libc_strtoul(const char* text, char** wanted_end, int base) __asm__("strtoul");
unsigned long libc_strtoul(const char* text, char** wanted_end, int base) {
  return call(CallSite::here(), checked_strtoul, real_strtoul, text, wanted_end, base);
}

[[gnu::weak]] unsigned long long libc_strtoull(const char* text, char** wanted_end, int base) __asm__("strtoull");
unsigned long long libc_strtoull(const char* text, char** wanted_end, int base) {
  return call(CallSite::here(), checked_strtoull, real_strtoull, text, wanted_end, base);
}

[[gnu::weak]] double libc_strtod(const char* text, char** wanted_end) __asm__("strtod");
double libc_strtod(const char* text, char** wanted_end) {
  return call(CallSite::here(), checked_strtod, real_strtod, text, wanted_end);
}

[[gnu::weak]] float libc_strtof(const char* text, char** wanted_end) __asm__("strtof");
float libc_strtof(const char* text, char** wanted_end) {
  return call(CallSite::here(), checked_strtof, real_strtof, text, wanted_end);
}

[[gnu::weak]] int libc_atoi(const char* text) __asm__("atoi");
int libc_atoi(const char* text) { return call(CallSite::here(), checked_atoi, real_atoi, text); }

[[gnu::weak]] long libc_atol(const char* text) __asm__("atol");
long libc_atol(const char* text) { return call(CallSite::here(), checked_atol, real_atol, text); }

[[gnu::weak]] long long libc_atoll(const char* text) __asm__("atoll");
long long libc_atoll(const char* text) { return call(CallSite::here(), checked_atoll, real_atoll, text); }

[[gnu::weak]] double libc_atof(const char* text) __asm__("atof");
double libc_atof(const char* text) { return call(CallSite::here(), checked_atof, real_atof, text); }

[[gnu::weak]] int libc_vfprintf(FILE* file, const char* format, va_list arguments) __asm__("vfprintf");
int libc_vfprintf(FILE* file, const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vfprintf, real_vfprintf, file, format, arguments);
}

[[gnu::weak]] int libc_vprintf(const char* format, va_list arguments) __asm__("vprintf");
int libc_vprintf(const char* format, va_list arguments) {
  return call(CallSite::here(), checked_vprintf, real_vprintf, format, arguments);
}

[[gnu::weak]] int libc_snprintf(char* buffer, size_t size, const char* format, ...) __asm__("snprintf");
int libc_snprintf(char* buffer, size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vsnprintf, real_vsnprintf, buffer, size, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_sprintf(char* buffer, const char* format, ...) __asm__("sprintf");
int libc_sprintf(char* buffer, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vsprintf, real_vsprintf, buffer, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_printf(const char* format, ...) __asm__("printf");
int libc_printf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vprintf, real_vprintf, format, arguments);
  va_end(arguments);
  return length;
}

[[gnu::weak]] int libc_fprintf(FILE* file, const char* format, ...) __asm__("fprintf");
int libc_fprintf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = call(CallSite::here(), checked_vfprintf, real_vfprintf, file, format, arguments);
  va_end(arguments);
  return length;
}

}  // extern "C"
