// The wide scanf family, and the names that newer C libraries' headers give to what reads numbers: declared here, since
// an older one's do not know them. TSan knows none of the wide ones.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cwchar>

#include "tests/conformance/threads/threads.h"

extern "C" {
long __isoc23_strtol(const char* text, char** end, int base) noexcept;
unsigned long long __isoc23_strtoull(const char* text, char** end, int base) noexcept;
long __isoc23_wcstol(const wchar_t* text, wchar_t** end, int base) noexcept;
int __isoc23_sscanf(const char* text, const char* format, ...) noexcept;
int __isoc23_vsscanf(const char* text, const char* format, va_list arguments) noexcept;
int __isoc23_fscanf(FILE* file, const char* format, ...);
int __isoc23_swscanf(const wchar_t* text, const wchar_t* format, ...) noexcept;
}

namespace gorace::conformance {
namespace {

int numbers[2];
void write_number(int index) {
  numbers[index] = 7;
  keep(numbers);
}

// A text that is read up to its last character but the end.
char digits[] = "12345";
void write_last_digit() {
  digits[4] = '6';
  keep(digits);
}
wchar_t wide_digits[] = L"12345";
void write_last_wide_digit() {
  wide_digits[4] = L'6';
  keep(wide_digits);
}

FILE* open_number() {
  FILE* const file = fopen("/proc/self/stat", "r");
  if (file == nullptr) abort();
  return file;
}

int scan_by_list(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = __isoc23_vsscanf(text, format, arguments);
  va_end(arguments);
  return assigned;
}
int scan_wide_by_list(const wchar_t* text, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int assigned = std::vswscanf(text, format, arguments);
  va_end(arguments);
  return assigned;
}

// --- Wide ---

RACE_CASE(RaceOfSwscanfAndAPlainWrite) {
  after([] { use(std::swscanf(L"5 6", L"%d %*[a-z\x3b1]%d", &numbers[0], &numbers[1])); }, [] { write_number(0); });
}
RACE_CASE(NoRaceWithWhatSwscanfDidNotReach) {
  after([] { use(std::swscanf(L"5 x", L"%d %d", &numbers[0], &numbers[1])); }, [] { write_number(1); });
}
RACE_CASE(RaceOfVswscanfAndAPlainWrite) {
  after([] { use(scan_wide_by_list(L"5 6", L"%d %d", &numbers[0], &numbers[1])); }, [] { write_number(1); });
}
RACE_CASE(RaceOfSwscanfAndAWriteOfItsText) {
  after([] { use(std::swscanf(opaque(&wide_digits[0]), L"%d", &numbers[0])); }, write_last_wide_digit);
}
wchar_t wide_buffer[16];
RACE_CASE(RaceOfSwscanfOfAWideTextAndAPlainRead) {
  after([] { use(std::swscanf(L"twelve", L"%ls", wide_buffer)); }, [] { use(wide_buffer[6]); });
}
RACE_CASE(NoRaceBehindTheWideTextThatSwscanfWrote) {
  after([] { use(std::swscanf(L"twelve", L"%5ls", wide_buffer)); }, [] { use(wide_buffer[6]); });
}
char narrow_buffer[16];
RACE_CASE(RaceOfSwscanfOfANarrowTextAndAPlainRead) {
  after([] { use(std::swscanf(L"twelve", L"%s", narrow_buffer)); }, [] { use(narrow_buffer[6]); });
}
RACE_CASE(NoRaceBehindTheNarrowTextThatSwscanfWrote) {
  after([] { use(std::swscanf(L"twelve", L"%5s", narrow_buffer)); }, [] { use(narrow_buffer[6]); });
}
RACE_CASE(RaceOfFwscanfAndAPlainWrite) {
  FILE* const file = open_number();
  after([file] { use(std::fwscanf(file, L"%d", &numbers[0])); }, [] { write_number(0); });
  fclose(file);
}

// --- Of C23 ---

RACE_CASE(RaceOfStrtolOfC23AndAPlainWrite) {
  after([] { use(__isoc23_strtol(opaque(&digits[0]), nullptr, 10)); }, write_last_digit);
}
RACE_CASE(NoRaceBehindWhereStrtolOfC23Stopped) {
  after(
      [] {
        char* end = nullptr;
        if (__isoc23_strtol(opaque(&digits[0]), &end, 4) != 27 || end != &digits[3]) abort();
      },
      write_last_digit);
}
RACE_CASE(RaceOfStrtoullOfC23AndAPlainWrite) {
  after([] { use(__isoc23_strtoull(opaque(&digits[0]), nullptr, 0)); }, write_last_digit);
}
RACE_CASE(RaceOfWcstolOfC23AndAPlainWrite) {
  after([] { use(__isoc23_wcstol(opaque(&wide_digits[0]), nullptr, 10)); }, write_last_wide_digit);
}
RACE_CASE(RaceOfSscanfOfC23AndAPlainWrite) {
  after([] { use(__isoc23_sscanf("5 6", "%d %d", &numbers[0], &numbers[1])); }, [] { write_number(1); });
}
RACE_CASE(RaceOfVsscanfOfC23AndAPlainWrite) {
  after([] { use(scan_by_list("5 6", "%d %d", &numbers[0], &numbers[1])); }, [] { write_number(1); });
}
RACE_CASE(RaceOfFscanfOfC23AndAPlainWrite) {
  FILE* const file = open_number();
  after([file] { use(__isoc23_fscanf(file, "%d", &numbers[0])); }, [] { write_number(0); });
  fclose(file);
}
RACE_CASE(RaceOfSwscanfOfC23AndAPlainWrite) {
  after([] { use(__isoc23_swscanf(L"5 6", L"%d %d", &numbers[0], &numbers[1])); }, [] { write_number(1); });
}
RACE_CASE(NoRaceWithWhatSscanfOfC23DidNotReach) {
  after([] { use(__isoc23_sscanf("5 x", "%d %d", &numbers[0], &numbers[1])); }, [] { write_number(1); });
}

}  // namespace
}  // namespace gorace::conformance
