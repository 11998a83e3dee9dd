// Go's comp_test.go: parts of composed objects.
#include <array>
#include <vector>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

struct P {
  long x = 0;
  long y = 0;
};

struct S {
  P s1;
  P s2;
};

RACE_CASE(NoRaceComp) {
  S s;
  with_goroutine([&] { s.s2.x = 1; }, [&] { s.s2.y = 2; });
}

RACE_CASE(NoRaceComp2) {
  S s;
  with_goroutine([&] { s.s1.x = 1; }, [&] { s.s1.y = 2; });
}

RACE_CASE(RaceComp) {
  S s;
  with_goroutine([&] { s.s2.y = 1; }, [&] { s.s2.y = 2; });
}

RACE_CASE(RaceComp2) {
  S s;
  with_goroutine([&] { s.s1.x = 1; }, [&] { s = S{}; });
}

RACE_CASE(RaceComp3) {
  S s;
  with_goroutine([&] { s.s2.y = 1; }, [&] { s = S{}; });
}

RACE_CASE(RaceCompArray) {
  std::vector<S> s(10);
  int x = 4;
  with_goroutine([&] { s[x].s2.y = 1; }, [&] { x = 5; });
}

// Types that convert to another of the same layout.
struct P2 {
  long x = 0;
  long y = 0;
  P2() = default;
  explicit P2(const P& p) : x(p.x), y(p.y) {}
  explicit operator P() const { return {x, y}; }
};

struct S2 {
  P s1;
  P s2;
  explicit operator S() const { return {s1, s2}; }
};

RACE_CASE(RaceConv1) {
  P2 p;
  with_goroutine([&] { p.x = 1; }, [&] { use(P(p).x); });
}

RACE_CASE(RaceConv2) {
  P2 p;
  with_goroutine([&] { p.x = 1; },
                 [&] {
                   const P2* pointer = &p;
                   use(P(*pointer).x);
                 });
}

RACE_CASE(RaceConv3) {
  S2 s;
  with_goroutine([&] { s.s1.x = 1; }, [&] { use(P2(S(s).s1).x); });
}

struct X {
  std::array<P, 4> v;
};

struct X2 {
  std::array<P, 4> v;
  explicit operator X() const { return {v}; }
};

RACE_CASE(RaceConv4) {
  X2 x;
  with_goroutine([&] { x.v[1].x = 1; }, [&] { use(P2(X(x).v[1]).x); });
}

// Parts behind pointers.
struct Pointers {
  P* s1;
  P* s2;
};

RACE_CASE(NoRaceCompPtr) {
  P first, second;
  Pointers p{&first, &second};
  with_goroutine([&] { p.s1->x = 1; }, [&] { p.s1->y = 2; });
}

RACE_CASE(NoRaceCompPtr2) {
  P first, second;
  Pointers p{&first, &second};
  with_goroutine([&] { p.s1->x = 1; }, [&] { use(p); });
}

RACE_CASE(RaceCompPtr) {
  P first, second;
  Pointers p{&first, &second};
  with_goroutine([&] { p.s2->x = 1; }, [&] { p.s2->x = 2; });
}

RACE_CASE(RaceCompPtr2) {
  P first, second, third;
  Pointers p{&first, &second};
  with_goroutine([&] { p.s2->x = 1; }, [&] { p.s2 = &third; });
}

}  // namespace
}  // namespace gorace::conformance
