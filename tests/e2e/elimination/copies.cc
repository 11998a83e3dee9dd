// memset, memcpy and loops that the optimiser makes them of, short ones inline and long ones by calls: a race on the
// first or last byte is reported at their line, and one on the byte beside is none.
//
// expect: race
// expect-report: copies.cc:37
// expect-report: copies.cc:38
// expect-report: copies.cc:39
// expect-report: copies.cc:40
// expect-report: copies.cc:41
// expect-report: copies.cc:44
// expect-no-report: copies.cc:49
#include <cstring>
#include <thread>

namespace {

constexpr int kShort = 29, kLong = 3001;
// Untouched bytes on either side, in the same granule.
struct Bytes {
  char before = 0, first[kLong], behind = 0;
};
struct alignas(8) Record {
  char before = 0, name[kShort], behind = 0;
};
Record records[6], source;
Bytes filled, copied, read_of, looped, origin;

template <class One, class Other>
void meet(One one, Other other) {
  std::thread first(one), second(other);
  first.join();
  second.join();
}

[[gnu::noinline]] void touch(char* place) { *place = 5; }

[[gnu::noinline]] void fill_short(Record& r) { std::memset(r.name, 1, kShort); }
[[gnu::noinline]] void copy_short(Record& r) { std::memcpy(r.name, source.name, kShort); }
[[gnu::noinline]] void fill_long(Bytes& b, int n) { std::memset(b.first, 1, n); }
[[gnu::noinline]] void copy_long(Bytes& b, int n) { std::memmove(b.first, origin.first, n); }
[[gnu::noinline]] void copy_from(const Bytes& b, int n) { std::memcpy(origin.first, b.first, n); }
[[gnu::noinline]] void fill_by_loop(Bytes& b, int n) {
  for (int i = 0; i < n; ++i) {
    b.first[i] = 0;
  }
}

// Another line for what must not be reported.
[[gnu::noinline]] void touch_beside(char* before, char* behind) { *before = 5, *behind = 5; }

}  // namespace

int main() {
  meet([] { fill_short(records[0]); }, [] { touch(&records[0].name[kShort - 1]); });
  meet([] { copy_short(records[1]); }, [] { touch(&records[1].name[0]); });
  meet([] { fill_long(filled, kLong); }, [] { touch(&filled.first[kLong - 1]); });
  meet([] { copy_long(copied, kLong); }, [] { touch(&copied.first[0]); });
  meet([] { copy_from(read_of, kLong); }, [] { touch(&read_of.first[kLong - 1]); });
  meet([] { fill_by_loop(looped, kLong); }, [] { touch(&looped.first[kLong - 1]); });

  auto beside = [](auto& object) { touch_beside(&object.before, &object.behind); };
  meet([] { fill_short(records[0]); }, [&] { beside(records[0]); });
  meet([] { copy_short(records[1]); }, [&] { beside(records[1]); });
  meet([] { fill_long(filled, kLong); }, [&] { beside(filled); });
  meet([] { copy_long(copied, kLong); }, [&] { beside(copied); });
  meet([] { copy_from(read_of, kLong); }, [&] { beside(read_of); });
  meet([] { fill_by_loop(looped, kLong); }, [&] { beside(looped); });
}
