// Races by accesses that peers check in part or not at all.
#include <immintrin.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>

#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

// Vector accesses of more than 16 bytes, and masked ones, TSan does not check at all.
alignas(64) float floats[1024];

[[gnu::target("avx2")]] void add_avx2() {
  for (int i = 0; i < 1024; i += 8)
    _mm256_store_ps(floats + i, _mm256_add_ps(_mm256_load_ps(floats + i), _mm256_set1_ps(1)));
}
[[gnu::target("avx512f")]] void add_avx512() {
  for (int i = 0; i < 1024; i += 16)
    _mm512_store_ps(floats + i, _mm512_add_ps(_mm512_load_ps(floats + i), _mm512_set1_ps(1)));
}
[[gnu::target("avx2")]] void store_last_lane() {
  const __m256i last_only = _mm256_setr_epi32(0, 0, 0, 0, 0, 0, 0, -1);
  _mm256_maskstore_ps(floats, last_only, _mm256_set1_ps(1));
}
void add_scalar() {
  for (float& f : floats) f += 1;
}

void write_float(int index) {
  floats[index] = 2;
  keep(floats);
}

RACE_CASE(RaceInAnAvx2Loop) {
  after([] { __builtin_cpu_supports("avx2") ? add_avx2() : add_scalar(); }, [] { write_float(1023); });
}
RACE_CASE(RaceInAnAvx512Loop) {
  after([] { __builtin_cpu_supports("avx512f") ? add_avx512() : add_scalar(); }, [] { write_float(1000); });
}
RACE_CASE(RaceOnALaneThatAMaskSelects) {
  after([] { __builtin_cpu_supports("avx2") ? store_last_lane() : write_float(7); }, [] { write_float(7); });
}
RACE_CASE(NoRaceOnALaneThatAMaskLeavesOut) {
  after([] { __builtin_cpu_supports("avx2") ? store_last_lane() : write_float(7); }, [] { write_float(6); });
}

// A long double is 10 bytes in 16. TSan does not check it.
RACE_CASE(RaceOnTheEndOfALongDouble) {
  static long double number;
  after(
      [] {
        number = 1;
        keep(number);
      },
      [] {
        reinterpret_cast<char*>(&number)[9] = 2;
        keep(number);
      });
}

struct [[gnu::packed]] Packed {
  char padding[6];
  int value;
};
RACE_CASE(RaceOnTheSecondGranuleOfAnUnalignedInt) {
  alignas(8) static Packed packed;
  after(
      [] {
        packed.value = 1;
        keep(packed);
      },
      [] {
        reinterpret_cast<char*>(&packed)[9] = 2;
        keep(packed);
      });
}

struct Three {
  char byte[3];
};
RACE_CASE(RaceOnTheThirdOfThreeBytes) {
  static Three three;
  after(
      [] {
        three = opaque(1) != 0 ? Three{{1, 2, 3}} : Three{};
        keep(three);
      },
      [] {
        three.byte[2] = 4;
        keep(three);
      });
}

// TSan decides by the derived pointer whether a stack object's address was given away, and misses this.
struct Fields {
  long first;
  long second;
};
RACE_CASE(RaceOnAFieldOfAStackObjectThatEscaped) {
  Fields fields{};
  Signal started;
  Threads threads;
  threads.run([&] {
    fields.second = 1;
    started.give();
  });
  started.wait();
  fields.second = 2;
  keep(fields);
}

// Both have the user's own frame first.
RACE_CASE(RaceOfAnAtomicLoadAndAPlainWrite) {
  static int flag;
  after(
      [] {
        flag = 1;
        keep(flag);
      },
      [] { use(std::atomic_ref(flag).load(std::memory_order_acquire)); });
}

// What libc writes and reads in the caller's name.
char buffer[64];

RACE_CASE(RaceOfReadAndAPlainRead) {
  int ends[2];
  if (pipe(ends) != 0) return;
  after(
      [&] {
        use(write(ends[1], "gorace", 6));
        use(read(ends[0], buffer, sizeof buffer));
      },
      [] { use(buffer[5]); });
}
RACE_CASE(RaceOfWriteAndAPlainWrite) {
  int ends[2];
  if (pipe(ends) != 0) return;
  after([&] { use(write(ends[1], buffer, 6)); },
        [] {
          buffer[5] = 1;
          keep(buffer);
        });
}
RACE_CASE(RaceOfSnprintfAndAPlainRead) {
  after([] { std::snprintf(buffer, sizeof buffer, "%d", opaque(12345)); }, [] { use(buffer[4]); });
}
RACE_CASE(RaceOfMemcpyAndAPlainWrite) {
  static char from[64];
  const size_t bytes = opaque(size_t{40});
  after(
      [bytes] {
        std::memcpy(buffer, from, bytes);
        keep(buffer);
      },
      [] {
        from[39] = 1;
        keep(from);
      });
}
RACE_CASE(RaceOfStrlenAndAPlainWrite) {
  after([] { use(std::strlen(opaque(&buffer[0]))); },
        [] {
          buffer[0] = 1;
          keep(buffer);
        });
}
RACE_CASE(RaceOfStrcpyAndAPlainRead) {
  after([] { std::strcpy(buffer, opaque("twelve bytes")); }, [] { use(buffer[12]); });
}

// The scanf family writes what it assigned, and no more.
int numbers[2];
void write_number(int index) {
  numbers[index] = 7;
  keep(numbers);
}
RACE_CASE(RaceOfSscanfAndAPlainWrite) {
  after([] { use(std::sscanf("5 6", "%d %*c %*[a-z]%d", &numbers[0], &numbers[1])); }, [] { write_number(0); });
}
RACE_CASE(RaceOfSscanfOfATextAndAPlainRead) {
  after([] { use(std::sscanf("1 eleven", "%*d %60[^]]", buffer)); }, [] { use(buffer[6]); });
}
RACE_CASE(RaceOfSscanfAndAWriteOfItsText) {
  static char text[] = "5 6";
  after([] { use(std::sscanf(text, "%d %d", &numbers[0], &numbers[1])); },
        [] {
          text[0] = '7';
          keep(text);
        });
}
RACE_CASE(RaceOfFscanfAndAPlainWrite) {
  FILE* const file = std::fopen("/proc/self/stat", "r");
  after([file] { use(std::fscanf(file, "%d", &numbers[0])); }, [] { write_number(0); });
}
RACE_CASE(NoRaceWithWhatSscanfDidNotReach) {
  after([] { use(std::sscanf("5 x", "%d %d", &numbers[0], &numbers[1])); }, [] { write_number(1); });
}

// Lifetimes.
RACE_CASE(RaceOfDeleteAndARead) {
  int* const object = new int(1);
  after([object] { use(*object); }, [object] { delete object; });
}

struct Base {
  virtual ~Base() = default;
  virtual void call() = 0;
};
struct Derived : Base {
  void call() override { use(value); }
  int value = 1;
};
RACE_CASE(RaceOfAVirtualCallAndADestructor) {
  Base* const object = new Derived;
  after([object] { opaque(object)->call(); }, [object] { delete opaque(object); });
}

RACE_CASE(RaceOfUnlockAndDestroy) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  after(
      [] {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
      },
      [] { pthread_mutex_destroy(&mutex); });
}

}  // namespace
}  // namespace gorace::conformance
