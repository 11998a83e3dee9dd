// Go's mop_test.go, 2: arithmetic, initialisers, assignments of several values.
#include <array>
#include <bit>
#include <complex>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

RACE_CASE(RacePlus) {
  int x = 0, y = 0, z = 0;
  in_goroutines([&] { y = x + z; }, [&] { y = x + z + z; });
}

RACE_CASE(RacePlus2) {
  int x = 0, y = 0, z = 0;
  in_goroutines([&] { x = 1; }, [&] { y = +x + z; });
}

RACE_CASE(NoRacePlus) {
  int x = 0, y = 0, z = 0, f = 0;
  in_goroutines([&] { y = x + z; }, [&] { f = z + x; });
}

RACE_CASE(RaceComplement) {
  int x = 0, y = 0, z = 0;
  in_goroutines([&] { x = ~y; }, [&] { y = ~z; });
}

RACE_CASE(RaceDiv) {
  int x = 0, y = 0, z = 0;
  in_goroutines([&] { x = y / (z + 1); }, [&] { y = z; });
}

RACE_CASE(RaceDivConst) {
  uint32_t x = 0, y = 0, z = 0;
  in_goroutines([&] { x = y / 3; }, [&] { y = z; });
}

RACE_CASE(RaceMod) {
  int x = 0, y = 0, z = 0;
  in_goroutines([&] { x = y % (z + 1); }, [&] { y = z; });
}

RACE_CASE(RaceModConst) {
  int x = 0, y = 0, z = 0;
  in_goroutines([&] { x = y % 3; }, [&] { y = z; });
}

RACE_CASE(RaceRotate) {
  uint32_t x = 0, y = 0, z = 0;
  in_goroutines([&] { x = std::rotl(y, 12); }, [&] { y = z; });
}

// An expression that needs all registers: instrumentation must not run out of them.
RACE_CASE(NoRaceEnoughRegisters) {
  double s = opaque(3) + 0.1415;
  keep(s);
  s = 1 + s * (1 + s * (2 + s * (3 + s * (4 + s * (5 + s * (6 + s * (7 + s * 8)))))));
  keep(s);
}

// Scalars, pointers and pairs of words
RACE_CASE(RaceIntptrRW) {
  int x = 0, y = 0;
  int* p = &x;
  with_goroutine([&] { *p = 5; }, [&] { y = *p; });
  use(y);
}

RACE_CASE(RaceIndirection) {
  int y = 0;
  int* x = &y;
  with_goroutine([&] { *x = 1; }, [&] { *x = 2; });
  use(*x);
}

RACE_CASE(RaceRune) {
  char32_t x = 0;
  with_goroutine([&] { x = 1; }, [&] { use(x); });
}

RACE_CASE(RaceStringRW) {
  std::string_view s = "";
  with_goroutine([&] { s = "abacaba"; }, [&] { use(s); });
}

RACE_CASE(RaceStringPtrRW) {
  std::string_view x = "";
  std::string_view* p = &x;
  with_goroutine([&] { *p = "a"; }, [&] { use(*p); });
}

RACE_CASE(RaceFloat64WW) {
  double x = 0;
  with_goroutine([&] { x = 1.0; }, [&] { x = 2.0; });
}

RACE_CASE(RaceComplex128WW) {
  std::complex<double> x;
  with_goroutine([&] { x = {2, 2}; }, [&] { x = {4, 4}; });
}

RACE_CASE(RaceUnsafePtrRW) {
  int x = 1, z = 3;
  void* p = &x;
  with_goroutine([&] { p = &z; }, [&] { use(*static_cast<int*>(p)); });
}

RACE_CASE(RaceError) {
  std::error_code error;
  with_goroutine([&] { error = {}; }, [&] { use(error); });
}

// Values whose parts are not used
RACE_CASE(NoRaceBlank) {
  std::array<int, 5> a{};
  with_goroutine(
      [&] {
        use(a[0]);
        use(a[1]);
      },
      [&] {
        use(a[2]);
        use(a[3]);
      });
  a[1] = a[0];
  keep(a);
}

RACE_CASE(NoRaceAddrExpr) {
  int x = 0;
  with_goroutine([&] { x = 42; }, [&] { use(&x); });
}

struct Far {
  std::array<char, 256> before{};
  int x = 0;
};

struct Farther {
  std::array<char, 512> before{};
  Far* p = nullptr;
};

// The address of a field behind a pointer: the pointer is read.
RACE_CASE(RaceAddrExpr) {
  Far first, second;
  Farther a;
  a.p = &first;
  with_goroutine([&] { a.p = &second; }, [&] { use(&a.p->x); });
}

// Initialisers read their values.
RACE_CASE(RaceStructInit) {
  struct X {
    int x, y;
  };
  int y = 0;
  with_goroutine([&] { y = 42; }, [&] { use(X{.x = y, .y = 0}); });
}

RACE_CASE(RaceArrayInit) {
  int y = 0;
  with_goroutine([&] { y = 42; }, [&] { use(std::array<int, 3>{0, y, 42}); });
}

RACE_CASE(RaceMapInit) {
  int y = 0;
  with_goroutine([&] { y = 42; }, [&] { use(std::map<int, int>{{0, 42}, {y, 42}}.size()); });
}

RACE_CASE(RaceMapInit2) {
  int y = 0;
  with_goroutine([&] { y = 42; }, [&] { use(std::map<int, int>{{0, 42}, {42, y}}.size()); });
}

// Assignments of several values at once
RACE_CASE(RaceBlockAs) {
  int x = 0, y = 0;
  with_goroutine([&] { x = 42; }, [&] { std::tie(x, y) = std::tuple(y, x); });
}

// assign_both assigns both results of one function in a goroutine while `read` reads one of the variables.
template <class X, class Y, class Read>
void assign_both(X& x, Y& y, X first, Y second, Read read) {
  with_goroutine(
      [&] {
        auto results = [&] { return std::tuple(first, second); };
        std::tie(x, y) = results();
      },
      read);
}

int forty_two = 42;

RACE_CASE(RaceBlockCall1) {
  int x = 0, y = 0;
  assign_both(x, y, 42, 43, [&] { use(x); });
}

RACE_CASE(RaceBlockCall2) {
  int x = 0, y = 0;
  assign_both(x, y, 42, 43, [&] { use(y); });
}

RACE_CASE(RaceBlockCall3) {
  int* x = nullptr;
  int y = 0;
  assign_both(x, y, &forty_two, 43, [&] { use(x); });
}

RACE_CASE(RaceBlockCall4) {
  int x = 0;
  int* y = nullptr;
  assign_both(x, y, 43, &forty_two, [&] { use(y); });
}

RACE_CASE(RaceBlockCall5) {
  int* x = nullptr;
  int y = 0;
  assign_both(x, y, &forty_two, 43, [&] { use(y); });
}

RACE_CASE(RaceBlockCall6) {
  int x = 0;
  int* y = nullptr;
  assign_both(x, y, 43, &forty_two, [&] { use(x); });
}

RACE_CASE(RaceAsFunc1) {
  static constexpr std::string_view kText = "hello world";
  std::span<const char> s(kText.data(), 0);
  std::error_code error;
  with_goroutine(
      [&] {
        auto read = [] { return std::tuple(std::span<const char>(kText), std::error_code()); };
        std::tie(s, error) = read();
      },
      [&] { use(std::string(s.begin(), s.end()).size()); });
}

// Slices of variables
RACE_CASE(RaceSliceSlice) {
  std::array<int, 20> first{}, second{};
  std::span<int> x = std::span(first).first(10);
  with_goroutine([&] { x = second; }, [&] { use(x.subspan(2, 1)); });
}

RACE_CASE(RaceSliceSlice2) {
  std::array<int, 10> x{};
  size_t i = 2;
  with_goroutine([&] { i = 3; }, [&] { use(std::span(x).subspan(i, 1)); });
}

RACE_CASE(RaceSliceString) {
  std::string_view x = "hello";
  with_goroutine([&] { x = "world"; }, [&] { use(x.substr(2, 1)); });
}

}  // namespace
}  // namespace gorace::conformance
