// Go's mop_test.go (memory operations), 1: plain variables, branches and loops.
#include <gorace/chan.h>

#include <array>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/conformance/harness.h"
#include "tests/conformance/map.h"

namespace gorace::conformance {

// Not in the unnamed namespace: the compiler drops what it can see to be written only.
int global_x = 0;
int global_y = 0;

namespace {

void read_global() { global_y = global_x; }
void write_global() { global_x = 1; }

RACE_CASE(RaceIntRWGlobalFuncs) { in_goroutines(read_global, write_global); }

RACE_CASE(RaceIntRWClosures) {
  int x = 0, y = 0;
  in_goroutines([&] { y = x; }, [&] { x = 1; });
}

RACE_CASE(NoRaceIntRWClosures) {
  int x = 0, y = 0;
  auto done = make_chan<int>(1);
  Goroutines goroutines;
  goroutines.go([&] {
    y = x;
    done.send(1);
  });
  done.recv();
  goroutines.go([&] {
    x = 1;
    done.send(1);
  });
  done.recv();
}

RACE_CASE(RaceInt32RWClosures) {
  int32_t x = 0, y = 0;
  in_goroutines([&] { y = x; }, [&] { x = 1; });
}

// switch
RACE_CASE(NoRaceCase) {
  int y = 0;
  for (int x = -1; x <= 1; ++x) {
    switch (opaque(x)) {
      case -1:
        y = -1;
        break;
      case 0:
        y = 0;
        break;
      default:
        y = 1;
    }
    keep(y);
  }
  ++y;
  keep(y);
}

RACE_CASE(RaceCaseCondition) {
  int x = 0;
  in_goroutines([&] { x = 2; },
                [&] {
                  switch (x < 2 ? 1 : 0) {
                    case 1:
                      x = 1;
                  }
                });
}

RACE_CASE(RaceCaseCondition2) {
  int x = 0;
  in_goroutines([&] { x = 2; },
                [&] {
                  switch (x < 2 ? 1 : 0) {
                    case 1:
                      x = 1;
                      break;
                    case 0:
                      x = 5;
                  }
                });
}

RACE_CASE(RaceCaseBody) {
  int x = 0, y = 0;
  in_goroutines([&] { y = x; },
                [&] {
                  switch (x) {
                    default:
                      x = 1;
                      break;
                    case 100:
                      x = -x;
                  }
                });
}

RACE_CASE(NoRaceCaseFallthrough) {
  int x = 0, y = 0, z = 1;
  in_goroutines([&] { y = x; },
                [&] {
                  switch (z) {
                    case 1:
                      break;
                    case 2:
                      x = 2;
                  }
                });
}

RACE_CASE(RaceCaseFallthrough) {
  int x = 0, y = 0, z = 1;
  in_goroutines([&] { y = x; },
                [&] {
                  switch (z) {
                    case 1:
                      [[fallthrough]];
                    case 2:
                      x = 2;
                  }
                });
}

// golang.org/issue/6418: the condition looks into a map of maps.
RACE_CASE(RaceCaseIssue6418) {
  Map<std::string_view, std::string_view> inner{{"b", "c"}};
  Map<std::string_view, decltype(inner)*> m{{"a", &inner}};
  with_goroutine([&] { (*m.get("a"))["x"] = "y"; },
                 [&] {
                   switch (m.get("a")->get("b").size()) {
                     case 1:
                       use('c');
                   }
                 });
}

// Go's switch over the type in an interface: over the alternative in a variant here.
RACE_CASE(RaceCaseType) {
  std::variant<std::monostate, int, long> i = 1;
  long y = 0;
  with_goroutine([&] { use(std::holds_alternative<int>(i)); }, [&] { i = y; });
}

RACE_CASE(RaceCaseTypeBody) {
  int x = 0, y = 0;
  std::variant<std::monostate, int*> i = &x;
  with_goroutine(
      [&] {
        if (int** target = std::get_if<int*>(&i)) **target = y;
      },
      [&] { x = y; });
}

RACE_CASE(RaceCaseTypeIssue5890) {
  using Any = std::variant<std::monostate, int, int*>;
  int x = 0, y = 0;
  Map<int, Any> inner;
  Map<int, Map<int, Any>*> m{{0, &inner}};
  with_goroutine(
      [&] {
        const Any value = m.get(0)->get(1);
        if (int* const* target = std::get_if<int*>(&value)) **target = x;
      },
      [&] { (*m.get(0))[1] = y; });
}

// for over a range
RACE_CASE(NoRaceRange) {
  auto c = make_chan<int>(3);
  const std::array<int, 3> a{1, 2, 3};
  for (int v : a) c.send(v);
  c.close();
}

// golang.org/issue/5446: the loop variable is an element.
RACE_CASE(NoRaceRangeIssue5446) {
  auto c = make_chan<size_t>(3);
  std::vector<int> a{1, 2, 3};
  const std::vector<int> b{4};
  size_t i = 1;
  for (size_t position = 0; position < b.size(); ++position) {
    a[i] = b[position];
    i = position;
    c.send(i);
  }
  keep(a[1]);
  c.close();
}

// The loop writes a variable that the goroutines of earlier steps read.
RACE_CASE(RaceRange) {
  const std::array<int, 2> a{};
  int x = 0, y = 0, v = 0;
  Goroutines goroutines;
  for (size_t i = 0; i < a.size(); ++i) {
    v = a[i];
    goroutines.go([&x, &y, &v, i] {
      if (i == 0) {
        x = v;
      } else {
        y = v;
      }
    });
    yield();
  }
}

// The parts of a for statement
RACE_CASE(RaceForInit) {
  int x = 0;
  with_goroutine([&] { use(x); },
                 [&] {
                   for (x = 42; opaque(false);) {
                   }
                 });
}

// count_messages adds to x for each message until the channel is closed.
void count_messages(const Chan<bool>& c, int& x) {
  while (c.recv()) ++x;
}

RACE_CASE(NoRaceForInit) {
  int x = 0;
  auto c = make_chan<bool>();
  Goroutines goroutines;
  goroutines.go([&] { count_messages(c, x); });
  int i = 0;
  for (x = 42; i < 10; ++i) c.send(true);
  c.close();
}

RACE_CASE(RaceForTest) {
  bool stop = false;
  auto c = make_chan<bool>();
  Goroutines goroutines;
  goroutines.go([&] {
    while (c.recv()) stop = true;
  });
  while (!stop) c.send(true);
  c.close();
}

RACE_CASE(RaceForIncr) {
  int x = 0;
  auto c = make_chan<bool>();
  Goroutines goroutines;
  goroutines.go([&] { count_messages(c, x); });
  for (int i = 0; i < 10; ++x) {
    ++i;
    c.send(true);
  }
  c.close();
}

RACE_CASE(NoRaceForIncr) {
  int x = 0;
  with_goroutine([&] { ++x; },
                 [&] {
                   for (int i = 0; i < opaque(0); ++x) ++i;
                 });
}

// The right operand of && and || is only evaluated when the left one leaves the result open. One of the two is written
// meanwhile.
enum class Written { kX, kY };

void evaluate(bool (*condition)(const int& x, const int& y), Written written) {
  int x = 0, y = 0;
  with_goroutine([&] { (written == Written::kX ? x : y) = 1; }, [&] { use(condition(x, y)); });
}

RACE_CASE(RaceAnd) {
  evaluate([](const int& x, const int& y) { return x == 1 && y == 1; }, Written::kX);
}

RACE_CASE(RaceAnd2) {
  evaluate([](const int& x, const int& y) { return y == 0 && x == 1; }, Written::kX);
}

RACE_CASE(NoRaceAnd) {
  evaluate([](const int& x, const int& y) { return y == 1 && x == 1; }, Written::kX);
}

RACE_CASE(RaceOr) {
  evaluate([](const int& x, const int& y) { return x == 1 || y == 1; }, Written::kX);
}

RACE_CASE(RaceOr2) {
  evaluate([](const int& x, const int& y) { return y == 1 || x == 1; }, Written::kX);
}

RACE_CASE(NoRaceOr) {
  evaluate([](const int& x, const int& y) { return y == 0 || x == 1; }, Written::kX);
}

RACE_CASE(NoRaceShortCalc) {
  evaluate([](const int& x, const int& y) { return x == 0 || y == 0; }, Written::kY);
}

RACE_CASE(NoRaceShortCalc2) {
  evaluate([](const int& x, const int& y) { return x == 1 && y == 0; }, Written::kY);
}

}  // namespace
}  // namespace gorace::conformance
