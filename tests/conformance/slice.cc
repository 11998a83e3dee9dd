// Go's slice_test.go, first half: elements and copies. A slice that owns its elements is a std::vector here.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

RACE_CASE(RaceSliceRW) {
  std::vector<int> a(2);
  with_goroutine([&] { a[1] = 1; }, [&] { use(a[1]); });
}

RACE_CASE(NoRaceSliceRW) {
  std::vector<int> a(2);
  with_goroutine([&] { a[0] = 1; }, [&] { use(a[1]); });
}

RACE_CASE(RaceSliceWW) {
  std::vector<int> a(10);
  with_goroutine([&] { a[1] = 1; }, [&] { a[1] = 2; });
}

RACE_CASE(NoRaceArrayWW) {
  std::array<int, 5> a{};
  with_goroutine([&] { a[0] = 1; }, [&] { a[1] = 2; });
}

RACE_CASE(RaceArrayWW) {
  std::array<int, 5> a{};
  with_goroutine([&] { a[1] = 1; }, [&] { a[1] = 2; });
}

RACE_CASE(NoRaceSliceWriteLen) {
  std::vector<char> a(1);
  with_goroutine([&] { a[0] = 1; }, [&] { use(a.size()); });
}

RACE_CASE(NoRaceSliceWriteCap) {
  std::vector<uint64_t> a(100);
  with_goroutine([&] { a[50] = 123; }, [&] { use(a.capacity()); });
}

template <class T>
void copy(std::span<T> to, std::span<T> from) {
  std::copy_n(from.begin(), std::min(to.size(), from.size()), to.begin());
  keep(to.front());
}

RACE_CASE(RaceSliceCopyRead) {
  std::vector<int> a(10), b(10);
  with_goroutine([&] { use(a[5]); }, [&] { copy<int>(a, b); });
}

RACE_CASE(NoRaceSliceWriteCopy) {
  std::vector<int> a(10), b(10);
  with_goroutine([&] { a[5] = 1; }, [&] { copy(std::span(a).first(5), std::span(b).first(5)); });
}

RACE_CASE(RaceSliceCopyWrite2) {
  std::vector<int> a(10), b(10);
  with_goroutine([&] { b[5] = 1; }, [&] { copy<int>(a, b); });
}

RACE_CASE(RaceSliceCopyWrite3) {
  std::vector<char> a(10);
  with_goroutine([&] { a[7] = 1; }, [&] { std::memcpy(a.data(), "qwertyqwerty", a.size()); });
}

RACE_CASE(NoRaceSliceCopyRead) {
  std::vector<int> a(10), b(10);
  with_goroutine([&] { use(b[5]); }, [&] { copy<int>(a, b); });
}

int pointed_to = 0;

RACE_CASE(RacePointerSliceCopyRead) {
  std::vector<int*> a(10), b(10);
  with_goroutine([&] { use(a[5]); }, [&] { copy<int*>(a, b); });
}

RACE_CASE(NoRacePointerSliceWriteCopy) {
  std::vector<int*> a(10), b(10);
  with_goroutine([&] { a[5] = &pointed_to; }, [&] { copy(std::span(a).first(5), std::span(b).first(5)); });
}

RACE_CASE(RacePointerSliceCopyWrite2) {
  std::vector<int*> a(10), b(10);
  with_goroutine([&] { b[5] = &pointed_to; }, [&] { copy<int*>(a, b); });
}

RACE_CASE(NoRacePointerSliceCopyRead) {
  std::vector<int*> a(10), b(10);
  with_goroutine([&] { use(b[5]); }, [&] { copy<int*>(a, b); });
}

RACE_CASE(NoRaceSliceLenCap) {
  std::vector<Unit> a(10);
  with_goroutine([&] { use(a.size()); }, [&] { use(a.capacity()); });
}

RACE_CASE(NoRaceStructSlicesRangeWrite) {
  struct Two {
    std::vector<int> a = std::vector<int>(10);
    std::vector<int> b = std::vector<int>(10);
  };
  Two s;
  with_goroutine(
      [&] {
        for (const int& element : s.a) use(&element);
      },
      [&] { s.b[5] = 5; });
}

// Two views of one array.
RACE_CASE(RaceSliceDifferent) {
  std::vector<int> array(10);
  std::span<int> s = array;
  std::span<int> s2 = s;
  with_goroutine([&] { s[3] = 3; }, [&] { s2[3] = 3; });
}

RACE_CASE(RaceSliceRangeWrite) {
  std::vector<int> s(10);
  with_goroutine([&] { s[3] = 3; },
                 [&] {
                   for (int element : s) use(element);
                 });
}

// Goes over the elements without reading them.
RACE_CASE(NoRaceSliceRangeWrite) {
  std::vector<int> s(10);
  with_goroutine([&] { s[3] = 3; },
                 [&] {
                   for (const int& element : s) use(&element);
                 });
}

// An index variable that is only read by both, and one that is written.
RACE_CASE(NoRaceSliceIndexAccess) {
  std::vector<int> s(10);
  int v = 0;
  with_goroutine([&] { use(v); }, [&] { s[v] = 1; });
}

RACE_CASE(NoRaceSliceIndexAccess2) {
  std::vector<int> s(10);
  int v = 0;
  with_goroutine([&] { use(v); }, [&] { use(s[v]); });
}

RACE_CASE(RaceSliceIndexAccess) {
  std::vector<int> s(10);
  int v = 0;
  with_goroutine([&] { v = 1; }, [&] { s[v] = 1; });
  keep(s.front());
}

RACE_CASE(RaceSliceIndexAccess2) {
  std::vector<int> s(10);
  int v = 0;
  with_goroutine([&] { v = 1; }, [&] { use(s[v]); });
}

// Conversions to text read every element.
RACE_CASE(RaceSliceByteToString) {
  std::vector<char> s(10);
  with_goroutine([&] { use(std::string(s.begin(), s.end()).size()); }, [&] { s[0] = 42; });
}

RACE_CASE(RaceSliceRuneToString) {
  std::vector<char32_t> s(10);
  with_goroutine([&] { use(std::u32string(s.begin(), s.end()).size()); }, [&] { s[9] = 42; });
}

// golang.org/issue/36794: a move within the text against a conversion.
RACE_CASE(RaceSlice4) {
  std::string text = "hello there";
  std::vector<char> data(text.begin(), text.end());
  with_goroutine([&] { use(std::string(data.begin(), data.end()).size()); },
                 [&] { std::memmove(data.data(), data.data() + 2, data.size() - 2); });
}

}  // namespace
}  // namespace gorace::conformance
