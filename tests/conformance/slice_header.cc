// Go's slice_test.go, second half: slice variables and append. A slice variable that is assigned to is a std::span over
// arrays that stay; append to a slice without room is a copy of the vector, append within its capacity a push_back that
// does not move the elements.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

// appended returns the elements of s and then the others, in new memory.
template <class T, class Others = std::initializer_list<T>>
std::vector<T> appended(const std::vector<T>& s, const Others& others) {
  std::vector<T> result;
  result.reserve(s.size() + others.size());
  result.insert(result.end(), s.begin(), s.end());
  result.insert(result.end(), others.begin(), others.end());
  keep(result.front());
  return result;
}

RACE_CASE(NoRaceSliceWriteSlice2) {
  std::vector<double> array(10);
  std::span<double> a = array;
  with_goroutine([&] { a[2] = 1.0; }, [&] { use(a.subspan(0, 5)); });
}

RACE_CASE(RaceSliceWriteSlice) {
  std::vector<double> array(10);
  std::span<double> a = array;
  with_goroutine([&] { a[2] = 1.0; }, [&] { a = a.subspan(5, 5); });
}

RACE_CASE(NoRaceSliceWriteSlice) {
  std::vector<double> array(10);
  std::span<double> a = array;
  with_goroutine([&] { a[2] = 1.0; }, [&] { use(a.subspan(5, 5)); });
}

RACE_CASE(RaceSliceRangeAppend) {
  std::vector<int> s(10);
  s.reserve(11);
  with_goroutine([&] { s.push_back(3); },
                 [&] {
                   for (const int& element : s) use(&element);
                 });
}

RACE_CASE(NoRaceSliceRangeAppend) {
  std::vector<int> s(10);
  with_goroutine([&] { appended(s, {3}); },
                 [&] {
                   for (const int& element : s) use(&element);
                 });
}

// A slice variable is assigned to while a goroutine uses it in some way.
template <class Use>
void assign_while(Use use_slice) {
  std::array<int, 20> first{};  // as long as the second, for whoever sees the pointer of one and the size of the other
  std::array<int, 20> second{};
  std::span<int> s = std::span(first).subspan(0, 10);
  with_goroutine([&] { use_slice(s); }, [&] { s = second; });
}

RACE_CASE(RaceSliceVarWrite) {
  assign_while([](std::span<int>& s) { s[3] = 3; });
}

RACE_CASE(RaceSliceVarRead) {
  assign_while([](std::span<int>& s) { use(s[3]); });
}

RACE_CASE(RaceSliceVarRange) {
  assign_while([](std::span<int>& s) {
    for (const int& element : s) use(&element);
  });
}

RACE_CASE(RaceSliceVarAppend) {
  assign_while([](std::span<int>& s) {
    std::vector<int> longer(s.begin(), s.end());
    longer.push_back(10);
    use(longer.data());
  });
}

RACE_CASE(RaceSliceVarCopy) {
  assign_while([](std::span<int>& s) {
    const std::array<int, 10> from{};
    std::copy(from.begin(), from.end(), s.begin());
  });
}

RACE_CASE(RaceSliceVarCopy2) {
  assign_while([](std::span<int>& s) {
    std::array<int, 10> to;
    std::copy_n(s.begin(), to.size(), to.begin());
    keep(to);
  });
}

// Two appends into the same spare room.
RACE_CASE(RaceSliceAppend) {
  std::vector<int> s(10);
  s.reserve(20);
  with_goroutine([&] { s.push_back(1); }, [&] { s.push_back(2); });
}

RACE_CASE(RacePointerSliceAppend) {
  int one = 0;
  std::vector<int*> s(10);
  s.reserve(20);
  with_goroutine([&] { s.push_back(&one); }, [&] { s.push_back(&one); });
}

// Append reads what it copies: the slice, and the other slice.
RACE_CASE(RaceSliceAppendWrite) {
  std::vector<int> s(10);
  with_goroutine([&] { appended(s, {1}); }, [&] { s[0] = 42; });
}

RACE_CASE(RaceSliceAppendSlice) {
  std::vector<int> s(10);
  with_goroutine([&] { appended(s, std::vector<int>(10)); }, [&] { s[0] = 42; });
}

RACE_CASE(RaceSliceAppendSlice2) {
  std::vector<int> s(10), s2(10);
  with_goroutine([&] { appended(s, s2); }, [&] { s2[5] = 42; });
}

RACE_CASE(RaceSliceAppendString) {
  std::vector<char> s(10);
  with_goroutine([&] { appended(s, std::string_view("qwerty")); }, [&] { s[0] = 42; });
}

RACE_CASE(RacePointerSliceAppendWrite) {
  int one = 0;
  std::vector<int*> s(10);
  with_goroutine([&] { appended(s, {&one}); }, [&] { s[0] = &one; });
}

RACE_CASE(RacePointerSliceAppendSlice) {
  int one = 0;
  std::vector<int*> s(10);
  with_goroutine([&] { appended(s, std::vector<int*>(10)); }, [&] { s[0] = &one; });
}

RACE_CASE(RacePointerSliceAppendSlice2) {
  std::vector<int*> s(10), s2(10);
  with_goroutine([&] { appended(s, s2); }, [&] { s2[5] = nullptr; });
}

// Text variables.
RACE_CASE(RaceConcatString) {
  std::string_view s = "hello";
  with_goroutine([&] { use((std::string(s) + " world").size()); }, [&] { s = "world"; });
}

RACE_CASE(RaceCompareString) {
  std::string_view s1 = "hello";
  std::string_view s2 = "world";
  with_goroutine([&] { use(s1 == s2); }, [&] { s1 = s2; });
}

// The bound of a slice.
RACE_CASE(RaceSlice3) {
  std::array<int, 10> x{};
  size_t i = 2;
  with_goroutine([&] { i = 3; }, [&] { use(std::span(x).first(i)); });
}

}  // namespace
}  // namespace gorace::conformance
