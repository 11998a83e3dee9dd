// Go's mop_test.go, 3: structs, arrays, and what stands for Go's interfaces: variants and pointers to a base class.
#include <gorace/chan.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

struct Point {
  long x = 0;
  long y = 0;
};

RACE_CASE(RaceArrayCopy) {
  std::array<int, 5> a{};
  with_goroutine([&] { a[3] = 1; }, [&] { a = {1, 2, 3, 4, 5}; });
}

// An array of arrays of arrays, 20 deep, 16 MiB: assigned as a whole.
template <class T>
using Pair = std::array<T, 2>;
template <class T>
using Cube32 = Pair<Pair<Pair<Pair<Pair<T>>>>>;

RACE_CASE(RaceNestedArrayCopy) {
  static Cube32<Cube32<Cube32<Cube32<Point>>>> a, b;
  with_goroutine([] { a[0][1][0][1][0][1][0][1][0][1][0][1][0][1][0][1][0][1][0][1].y = 1; },
                 [] {
                   a = b;
                   keep(a);
                 });
}

RACE_CASE(RaceStructRW) {
  Point p;
  with_goroutine([&] { p = {1, 1}; }, [&] { use(p); });
}

RACE_CASE(RaceStructFieldRW1) {
  Point p;
  with_goroutine([&] { p.x = 1; }, [&] { use(p.x); });
}

RACE_CASE(NoRaceStructFieldRW1) {
  Point p;
  with_goroutine([&] { p.x = 1; }, [&] { p.y = 1; });
  use(p);
}

RACE_CASE(NoRaceStructFieldRW2) {
  Point object;
  Point* p = &object;
  with_goroutine([&] { p->x = 1; }, [&] { p->y = 1; });
  use(*p);
}

RACE_CASE(RaceStructFieldRW2) {
  Point object;
  Point* p = &object;
  with_goroutine([&] { p->x = 1; }, [&] { use(p->x); });
}

RACE_CASE(RaceStructFieldRW3) {
  struct Named {
    std::string_view name;
    Point p;
  };
  Named named{"a", {}};
  with_goroutine([&] { named.p.x = 1; }, [&] { use(named.p.x); });
}

RACE_CASE(RaceStructInd) {
  Point item;
  Point* p = &item;
  with_goroutine([p] { *p = Point{}; }, [&] { item.y = 42; });
}

// A member without size shares no byte with what comes after it.
RACE_CASE(NoRaceEmptyStruct) {
  struct Empty {};
  struct X {
    long y = 0;
    [[no_unique_address]] Empty empty;
  };
  struct Y {
    X x;
    long y = 0;
  };
  Y y;
  auto c = make_chan<X>();
  Goroutines goroutines;
  goroutines.go([&] { c.send(y.x); });
  y.y = 42;
  c.recv();
}

RACE_CASE(RaceNestedStruct) {
  struct Y {
    Point x;
  };
  Y y;
  auto c = make_chan<Y>();
  Goroutines goroutines;
  goroutines.go([&] { c.send(y); });
  y.x.y = 42;
  c.recv();
}

// Any stands for Go's empty interface.
using Any = std::variant<std::monostate, int, Point*>;

RACE_CASE(RaceEfaceWW) {
  Any a;
  with_goroutine([&] { a = 1; }, [&] { a = 2; });
}

RACE_CASE(RaceEmptyInterface1) {
  Any x = 1;
  with_goroutine([&] { x = std::monostate(); }, [&] { use(x); });
}

RACE_CASE(RaceEmptyInterface2) {
  Any x;
  Point point;
  with_goroutine([&] { x = &point; }, [&] { use(x); });
}

RACE_CASE(RaceTypeAssert) {
  Any i = 0;
  with_goroutine([&] { i = opaque(0); },
                 [&] {
                   if (const int* value = std::get_if<int>(&i)) use(*value);
                 });
}

struct Writer {
  virtual ~Writer() = default;
  virtual void write(int x) const = 0;
};

struct DummyWriter final : Writer {
  explicit DummyWriter(int initial) : state(initial) {}
  [[gnu::noinline]] void write(int x) const override { use(x); }
  [[gnu::noinline]] void write_plainly(int x) const { use(state + x); }
  int state;
};

RACE_CASE(RaceIfaceWW) {
  DummyWriter one(1), two(2);
  const Writer* a = nullptr;
  with_goroutine([&] { a = &one; }, [&] { a = &two; });
}

RACE_CASE(RaceIfaceCmp) {
  DummyWriter one(1), two(2);
  const Writer* a = &one;
  const Writer* b = nullptr;
  with_goroutine([&] { a = &two; }, [&] { use(a == b); });
}

// Calls of methods: through a base class, by an object, by a pointer
RACE_CASE(RaceInterCall) {
  DummyWriter one(1), two(2);
  const Writer* x = &one;
  with_goroutine([&] { x = &two; }, [&] { x->write(0); });
}

RACE_CASE(RaceInterCall2) {
  DummyWriter one(1);
  const Writer* x = &one;
  int z = 0;
  with_goroutine([&] { z = 42; }, [&] { x->write(z); });
}

RACE_CASE(RaceMethodCall) {
  DummyWriter i(1);
  int x = 0;
  with_goroutine([&] { x = 42; }, [&] { i.write_plainly(x); });
}

RACE_CASE(RaceMethodCall2) {
  DummyWriter one(1), two(2);
  const DummyWriter* i = &one;
  with_goroutine([&] { i = &two; }, [&] { i->write_plainly(0); });
}

// Vectors of structs: copied while one field is written
RACE_CASE(RaceSliceStruct) {
  std::vector<Point> x(10);
  with_goroutine(
      [&] {
        std::vector<Point> y(10);
        std::copy(x.begin(), x.end(), y.begin());
        keep(y.front());
      },
      [&] { x[1].y = 42; });
}

RACE_CASE(RaceAppendSliceStruct) {
  std::vector<Point> x(10);
  with_goroutine(
      [&] {
        std::vector<Point> y;
        y.reserve(10);
        y.insert(y.end(), x.begin(), x.end());
        keep(y.front());
      },
      [&] { x[1].y = 42; });
}

RACE_CASE(RaceAppendRW) {
  std::vector<int> a(10);
  with_goroutine(
      [&] {
        auto longer = a;
        longer.push_back(1);
        keep(longer.front());
      },
      [&] { a[0] = 1; });
}

RACE_CASE(RaceAppendLenRW) {
  std::vector<int> a;
  with_goroutine([&] { a.push_back(1); }, [&] { use(a.size()); });
}

RACE_CASE(RaceAppendCapRW) {
  std::vector<int> a;
  with_goroutine([&] { a.push_back(1); }, [&] { use(a.capacity()); });
}

}  // namespace
}  // namespace gorace::conformance
