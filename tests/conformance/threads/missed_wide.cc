// What libc's functions of wide strings read and write in the caller's name. TSan knows wcslen and wcscat of these, and
// misses the races of all others.
#include <cstdio>
#include <cwchar>

#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

wchar_t buffer[64];
wchar_t text[64] = L"twelve words";
constexpr size_t kLength = 12;
const wchar_t* twelve_words() { return opaque(&text[0]); }

template <class Call>
void race_on_the_last_of_the_buffer(Call call) {
  after(call, [] {
    buffer[kLength] = 1;
    keep(buffer);
  });
}
template <class Call>
void race_on_the_last_of_the_text(Call call) {
  after(call, [] {
    text[kLength - 1] = L'S';
    keep(text);
  });
}
template <class Call>
void no_race_behind_the_buffer(Call call) {
  after(call, [] {
    buffer[kLength + 1] = 1;
    keep(buffer);
  });
}

RACE_CASE(RaceOfWcscpyAndAPlainWrite) {
  race_on_the_last_of_the_buffer([] { use(std::wcscpy(buffer, twelve_words())); });
}
RACE_CASE(RaceOfWcscatAndAPlainWrite) {
  race_on_the_last_of_the_buffer([] { use(std::wcscat(buffer, twelve_words())); });
}
RACE_CASE(RaceOfWmemcpyAndAPlainWrite) {
  race_on_the_last_of_the_buffer([] { use(std::wmemcpy(buffer, twelve_words(), opaque(kLength + 1))); });
}
RACE_CASE(RaceOfWmemsetAndAPlainWrite) {
  race_on_the_last_of_the_buffer([] { use(std::wmemset(buffer, L'x', opaque(kLength + 1))); });
}
RACE_CASE(RaceOfSwprintfAndAPlainWrite) {
  race_on_the_last_of_the_buffer([] { use(std::swprintf(buffer, 64, L"%ls", twelve_words())); });
}
RACE_CASE(NoRaceBehindWhatSwprintfWrote) {
  no_race_behind_the_buffer([] { use(std::swprintf(buffer, 64, L"%ls", twelve_words())); });
}
RACE_CASE(NoRaceBehindWhatWcscpyWrote) {
  no_race_behind_the_buffer([] { use(std::wcscpy(buffer, twelve_words())); });
}

RACE_CASE(RaceOfWcslenAndAPlainWrite) {
  race_on_the_last_of_the_text([] { use(std::wcslen(twelve_words())); });
}
RACE_CASE(RaceOfWcscmpAndAPlainWrite) {
  race_on_the_last_of_the_text([] { use(std::wcscmp(twelve_words(), opaque(L"twelve wordS"))); });
}
RACE_CASE(NoRaceBehindWhereWcscmpSawADifference) {
  race_on_the_last_of_the_text([] { use(std::wcscmp(twelve_words(), opaque(L"twelve Words"))); });
}
RACE_CASE(RaceOfWcschrAndAPlainWrite) {
  race_on_the_last_of_the_text([] { use(std::wcschr(twelve_words(), opaque(L's'))); });
}
RACE_CASE(RaceOfAPrintedWideTextAndAPlainWrite) {
  race_on_the_last_of_the_text([] { use(std::swprintf(buffer, 64, L"%.12ls", twelve_words())); });
}
RACE_CASE(NoRaceBehindThePrecisionOfAWideFormat) {
  race_on_the_last_of_the_text([] { use(std::swprintf(buffer, 64, L"%.11ls", twelve_words())); });
}
RACE_CASE(RaceOfWcstolAndAPlainWrite) {
  static wchar_t number[] = L"12345";
  after([] { use(std::wcstol(opaque(&number[0]), nullptr, 10)); },
        [] {
          number[4] = L'6';
          keep(number);
        });
}

}  // namespace
}  // namespace gorace::conformance
