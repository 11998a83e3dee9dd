// The strtol family as C23 and, from glibc 2.38 on, GNU C++ call it by the headers: it reads numbers in base 2, too. A
// glibc without it leaves such names to the older function.
#include <cinttypes>

#include "detector/abi/library_names.h"
#include "detector/abi/wide_checks.h"

using namespace gorace::detector;

namespace {

template <class Number, class Character>
using ParseNumber = Number(const Character*, Character**, int);

GORACE_REAL_FUNCTION RealFunction<ParseNumber<long, char>> real_strtol("strtol");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<long, char>> real_isoc23_strtol("__isoc23_strtol");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<long long, char>> real_strtoll("strtoll");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<long long, char>> real_isoc23_strtoll("__isoc23_strtoll");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<unsigned long, char>> real_strtoul("strtoul");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<unsigned long, char>> real_isoc23_strtoul("__isoc23_strtoul");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<unsigned long long, char>> real_strtoull("strtoull");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<unsigned long long, char>> real_isoc23_strtoull("__isoc23_strtoull");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<intmax_t, char>> real_strtoimax("strtoimax");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<intmax_t, char>> real_isoc23_strtoimax("__isoc23_strtoimax");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<uintmax_t, char>> real_strtoumax("strtoumax");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<uintmax_t, char>> real_isoc23_strtoumax("__isoc23_strtoumax");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<long, wchar_t>> real_wcstol("wcstol");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<long, wchar_t>> real_isoc23_wcstol("__isoc23_wcstol");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<long long, wchar_t>> real_wcstoll("wcstoll");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<long long, wchar_t>> real_isoc23_wcstoll("__isoc23_wcstoll");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<unsigned long, wchar_t>> real_wcstoul("wcstoul");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<unsigned long, wchar_t>> real_isoc23_wcstoul("__isoc23_wcstoul");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<unsigned long long, wchar_t>> real_wcstoull("wcstoull");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<unsigned long long, wchar_t>> real_isoc23_wcstoull("__isoc23_wcstoull");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<intmax_t, wchar_t>> real_wcstoimax("wcstoimax");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<intmax_t, wchar_t>> real_isoc23_wcstoimax("__isoc23_wcstoimax");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<uintmax_t, wchar_t>> real_wcstoumax("wcstoumax");
GORACE_REAL_FUNCTION RealFunction<ParseNumber<uintmax_t, wchar_t>> real_isoc23_wcstoumax("__isoc23_wcstoumax");

template <class Number, class Character>
Number checked_number(CallSite site, ParseNumber<Number, Character>* parse, const Character* text,
                      Character** wanted_end, int base) {
  Character* end;
  const Number number = parse(text, &end, base);
  return read_number(number, text, end, wanted_end, site);
}

// Under libc's own names: checked for -fsanitize=thread code only.
template <class Number, class Character>
Number named_number(CallSite site, ParseNumber<Number, Character>* parse, const Character* text, Character** end,
                    int base) {
  return is_checked_call(site) ? checked_number(site, parse, text, end, base) : parse(text, end, base);
}

}  // namespace

extern "C" {

long __gorace___isoc23_strtol(const char* text, char** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_strtol.get_or(real_strtol), text, end, base);
}

[[gnu::weak]] long libc_isoc23_strtol(const char* text, char** end, int base) __asm__("__isoc23_strtol");
long libc_isoc23_strtol(const char* text, char** end, int base) {
  return named_number(CallSite::here(), real_isoc23_strtol.get_or(real_strtol), text, end, base);
}

long long __gorace___isoc23_strtoll(const char* text, char** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_strtoll.get_or(real_strtoll), text, end, base);
}

[[gnu::weak]] long long libc_isoc23_strtoll(const char* text, char** end, int base) __asm__("__isoc23_strtoll");
long long libc_isoc23_strtoll(const char* text, char** end, int base) {
  return named_number(CallSite::here(), real_isoc23_strtoll.get_or(real_strtoll), text, end, base);
}

unsigned long __gorace___isoc23_strtoul(const char* text, char** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_strtoul.get_or(real_strtoul), text, end, base);
}

[[gnu::weak]] unsigned long libc_isoc23_strtoul(const char* text, char** end, int base) __asm__("__isoc23_strtoul");
unsigned long libc_isoc23_strtoul(const char* text, char** end, int base) {
  return named_number(CallSite::here(), real_isoc23_strtoul.get_or(real_strtoul), text, end, base);
}

unsigned long long __gorace___isoc23_strtoull(const char* text, char** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_strtoull.get_or(real_strtoull), text, end, base);
}

[[gnu::weak]] unsigned long long libc_isoc23_strtoull(const char* text, char** end,
                                                      int base) __asm__("__isoc23_strtoull");
unsigned long long libc_isoc23_strtoull(const char* text, char** end, int base) {
  return named_number(CallSite::here(), real_isoc23_strtoull.get_or(real_strtoull), text, end, base);
}

intmax_t __gorace___isoc23_strtoimax(const char* text, char** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_strtoimax.get_or(real_strtoimax), text, end, base);
}

[[gnu::weak]] intmax_t libc_isoc23_strtoimax(const char* text, char** end, int base) __asm__("__isoc23_strtoimax");
intmax_t libc_isoc23_strtoimax(const char* text, char** end, int base) {
  return named_number(CallSite::here(), real_isoc23_strtoimax.get_or(real_strtoimax), text, end, base);
}

uintmax_t __gorace___isoc23_strtoumax(const char* text, char** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_strtoumax.get_or(real_strtoumax), text, end, base);
}

[[gnu::weak]] uintmax_t libc_isoc23_strtoumax(const char* text, char** end, int base) __asm__("__isoc23_strtoumax");
uintmax_t libc_isoc23_strtoumax(const char* text, char** end, int base) {
  return named_number(CallSite::here(), real_isoc23_strtoumax.get_or(real_strtoumax), text, end, base);
}

long __gorace___isoc23_wcstol(const wchar_t* text, wchar_t** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_wcstol.get_or(real_wcstol), text, end, base);
}

[[gnu::weak]] long libc_isoc23_wcstol(const wchar_t* text, wchar_t** end, int base) __asm__("__isoc23_wcstol");
long libc_isoc23_wcstol(const wchar_t* text, wchar_t** end, int base) {
  return named_number(CallSite::here(), real_isoc23_wcstol.get_or(real_wcstol), text, end, base);
}

long long __gorace___isoc23_wcstoll(const wchar_t* text, wchar_t** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_wcstoll.get_or(real_wcstoll), text, end, base);
}

[[gnu::weak]] long long libc_isoc23_wcstoll(const wchar_t* text, wchar_t** end, int base) __asm__("__isoc23_wcstoll");
long long libc_isoc23_wcstoll(const wchar_t* text, wchar_t** end, int base) {
  return named_number(CallSite::here(), real_isoc23_wcstoll.get_or(real_wcstoll), text, end, base);
}

unsigned long __gorace___isoc23_wcstoul(const wchar_t* text, wchar_t** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_wcstoul.get_or(real_wcstoul), text, end, base);
}

[[gnu::weak]] unsigned long libc_isoc23_wcstoul(const wchar_t* text, wchar_t** end,
                                                int base) __asm__("__isoc23_wcstoul");
unsigned long libc_isoc23_wcstoul(const wchar_t* text, wchar_t** end, int base) {
  return named_number(CallSite::here(), real_isoc23_wcstoul.get_or(real_wcstoul), text, end, base);
}

unsigned long long __gorace___isoc23_wcstoull(const wchar_t* text, wchar_t** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_wcstoull.get_or(real_wcstoull), text, end, base);
}

[[gnu::weak]] unsigned long long libc_isoc23_wcstoull(const wchar_t* text, wchar_t** end,
                                                      int base) __asm__("__isoc23_wcstoull");
unsigned long long libc_isoc23_wcstoull(const wchar_t* text, wchar_t** end, int base) {
  return named_number(CallSite::here(), real_isoc23_wcstoull.get_or(real_wcstoull), text, end, base);
}

intmax_t __gorace___isoc23_wcstoimax(const wchar_t* text, wchar_t** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_wcstoimax.get_or(real_wcstoimax), text, end, base);
}

[[gnu::weak]] intmax_t libc_isoc23_wcstoimax(const wchar_t* text, wchar_t** end,
                                             int base) __asm__("__isoc23_wcstoimax");
intmax_t libc_isoc23_wcstoimax(const wchar_t* text, wchar_t** end, int base) {
  return named_number(CallSite::here(), real_isoc23_wcstoimax.get_or(real_wcstoimax), text, end, base);
}

uintmax_t __gorace___isoc23_wcstoumax(const wchar_t* text, wchar_t** end, int base) {
  return checked_number(CallSite::here(), real_isoc23_wcstoumax.get_or(real_wcstoumax), text, end, base);
}

[[gnu::weak]] uintmax_t libc_isoc23_wcstoumax(const wchar_t* text, wchar_t** end,
                                              int base) __asm__("__isoc23_wcstoumax");
uintmax_t libc_isoc23_wcstoumax(const wchar_t* text, wchar_t** end, int base) {
  return named_number(CallSite::here(), real_isoc23_wcstoumax.get_or(real_wcstoumax), text, end, base);
}

}  // extern "C"
