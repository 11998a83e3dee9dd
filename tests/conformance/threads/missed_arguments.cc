// Functions of libc that read and write what their arguments point to: tokens, lines, times, the status of files. TSan
// does not know strtok_r, strsep, memccpy, strftime and rand_r; and it reports a sort of one element.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

char text[32] = "one,two";
char buffer[64];
char* place;
tm parts;

// write_to: a plain write, which races with the call before it.
template <class T>
void write_to(T& object) {
  object = T{};
  keep(object);
}

RACE_CASE(RaceOfStrtokAndAReadOfItsText) {
  after([] { use(strtok_r(text, opaque(","), &place)); }, [] { use(text[3]); });
}
RACE_CASE(RaceOfStrtokAndItsPlace) {
  after([] { use(strtok_r(text, opaque(","), &place)); }, [] { write_to(place); });
}
RACE_CASE(NoRaceBehindTheTokenOfStrtok) {
  after([] { use(strtok_r(text, opaque(","), &place)); }, [] { write_to(text[4]); });
}
RACE_CASE(NoRaceOfTheEndThatStrtokOnlyReads) {
  static char word[] = "word";
  after([] { use(strtok_r(word, opaque(","), &place)); }, [] { use(word[4]); });
}
RACE_CASE(RaceOfStrsepAndAReadOfItsText) {
  static char* rest = text;
  after([] { use(strsep(&rest, opaque(","))); }, [] { use(text[3]); });
}
RACE_CASE(RaceOfMemccpyAndAPlainRead) {
  after([] { use(memccpy(buffer, opaque(&text[0]), ',', 7)); }, [] { use(buffer[3]); });
}
RACE_CASE(NoRaceBehindWhatMemccpyCopied) {
  after([] { use(memccpy(buffer, opaque(&text[0]), ',', 7)); }, [] { use(buffer[4]); });
}
RACE_CASE(RaceOfMemmemAndAPlainWrite) {
  after([] { use(memmem(opaque(&text[0]), 7, opaque("two"), 3)); }, [] { write_to(text[6]); });
}
RACE_CASE(RaceOfAsprintfAndAPlainWrite) {
  after([] { use(asprintf(&place, "%s", opaque(&text[0]))); }, [] { write_to(text[6]); });
}
RACE_CASE(RaceOfWhatAsprintfAllocates) {
  static std::atomic<char*> given{nullptr};
  after(
      [] {
        use(asprintf(&place, "%s", opaque("eight by")));
        given.store(place, std::memory_order_relaxed);
      },
      [] { use(given.load(std::memory_order_relaxed)[7]); });
}
RACE_CASE(RaceOfGetlineAndAPlainRead) {
  static size_t size = 0;
  FILE* const file = std::fopen("/proc/self/stat", "r");
  place = nullptr;
  after([file] { use(getline(&place, &size, file)); }, [] { use(size); });
}
RACE_CASE(RaceOfLocaltimeAndAPlainRead) {
  static const time_t moment = 1;
  after([] { use(localtime_r(&moment, &parts)); }, [] { use(parts.tm_year); });
}
RACE_CASE(RaceOfStrftimeAndAPlainWrite) {
  after([] { use(std::strftime(buffer, sizeof buffer, "%Y", &parts)); }, [] { write_to(parts.tm_year); });
}
RACE_CASE(RaceOfMktimeAndAPlainRead) {
  after([] { use(std::mktime(&parts)); }, [] { use(parts.tm_wday); });
}
RACE_CASE(RaceOfStatAndAPlainRead) {
  static struct stat status;
  after([] { use(stat("/", &status)); }, [] { use(status.st_mode); });
}
RACE_CASE(RaceOfRandAndItsSeed) {
  static unsigned seed = 1;
  after([] { use(rand_r(&seed)); }, [] { use(seed); });
}
RACE_CASE(RaceOfQsortAndAPlainRead) {
  static int numbers[] = {3, 2, 1};
  const auto by_value = [](const void* a, const void* b) {
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
  };
  after([by_value] { std::qsort(numbers, opaque(size_t{3}), sizeof numbers[0], by_value); }, [] { use(numbers[2]); });
}
RACE_CASE(NoRaceOfASortOfOneElement) {
  static int number = 3;
  const auto by_value = [](const void* a, const void* b) {
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
  };
  after([by_value] { std::qsort(&number, opaque(size_t{1}), sizeof number, by_value); }, [] { use(number); });
}

}  // namespace
}  // namespace gorace::conformance
