// Fields side by side that have one check for all: a race on any one of them is reported, at its line, and one on the
// bytes beside them is none.
// expect: race
// expect-report: neighbours.cc:44
// expect-report: neighbours.cc:45
// expect-report: neighbours.cc:46
// expect-report: neighbours.cc:50
// expect-report: neighbours.cc:51
// expect-no-report: neighbours.cc:5[7]
#include <cstdint>
#include <thread>

#pragma clang diagnostic ignored "-Wdeprecated-volatile"  // several assignments on one line

namespace {

// volatile: each field is an access of its own, which the optimiser does not join with others.
struct alignas(8) Pair {
  volatile std::int32_t x, y;
};
struct Triple {
  volatile long first, second, third, beside;
};
struct alignas(8) Bytes {
  volatile char a, b, c, d;
};
Pair pair, apart;
Triple triple, spaced;
Bytes bytes;
int sum = 0;

template <class One, class Other>
void meet(One one, Other other) {
  std::thread first(one), second(other);
  first.join();
  second.join();
}

template <class T>
[[gnu::noinline]] void touch(volatile T& place) {
  place = 5;
}

[[gnu::noinline]] void fill_pair(Pair& p) { p.y = 1, p.x = 2; }
[[gnu::noinline]] void add_triple(Triple& t) { sum = static_cast<int>(t.first + t.second + t.third); }
[[gnu::noinline]] void fill_bytes(Bytes& p) { p.a = 1, p.b = 2, p.c = 3; }

// Two lines are two reports, each with its own.
[[gnu::noinline]] void fill_by_lines(Pair& p) {
  p.x = 1;
  p.y = 2;
}

// Another function, so that its lines are its own.
template <class T>
[[gnu::noinline]] void touch_beside(volatile T& place) {
  place = 5;
}

}  // namespace

int main() {
  meet([] { fill_pair(pair); }, [] { touch(pair.x); });
  meet([] { add_triple(triple); }, [] { touch(triple.third); });
  meet([] { fill_bytes(bytes); }, [] { touch(bytes.c); });
  meet([] { fill_by_lines(apart); }, [] { touch(apart.x), touch(apart.y); });

  meet([] { fill_bytes(bytes); }, [] { touch_beside(bytes.d); });
  meet([] { add_triple(spaced); }, [] { touch_beside(spaced.beside); });
}
