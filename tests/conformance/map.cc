// Go's map_test.go. Go's runtime ends a program that changes a map while others use it; here the race is on the memory
// of a hash map.
#include "tests/conformance/map.h"

#include <array>
#include <string_view>
#include <tuple>
#include <vector>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

RACE_CASE(RaceMapRW) {
  Map<int, int> m;
  with_goroutine([&] { use(m.get(1)); }, [&] { m[1] = 1; });
}

RACE_CASE(RaceMapRW2) {
  Map<int, int> m;
  with_goroutine([&] { use(m.find(1) != nullptr); }, [&] { m[1] = 1; });
}

RACE_CASE(RaceMapRWArray) {
  Map<int, std::array<int, 2>> m;
  with_goroutine([&] { use(m.get(1)[1]); }, [&] { m[2] = {1, 2}; });
}

RACE_CASE(NoRaceMapRR) {
  Map<int, int> m;
  with_goroutine([&] { use(m.find(1) != nullptr); }, [&] { use(m.get(1)); });
}

template <class M>
void walk(M& m) {
  m.for_each([](const auto& key, const auto& value) {
    use(&key);
    use(&value);
  });
}

RACE_CASE(RaceMapRange) {
  Map<int, int> m;
  with_goroutine([&] { walk(m); }, [&] { m[1] = 1; });
}

// The loop asks for the size at each step instead.
RACE_CASE(RaceMapRange2) {
  Map<int, int> m;
  with_goroutine(
      [&] {
        for (size_t i = 0; i < m.size(); ++i) use(i);
      },
      [&] { m[1] = 1; });
}

RACE_CASE(NoRaceMapRangeRange) {
  Map<int, int> m{{0, 0}};
  with_goroutine([&] { walk(m); }, [&] { walk(m); });
}

RACE_CASE(RaceMapLen) {
  Map<std::string_view, bool> m;
  with_goroutine([&] { use(m.size()); }, [&] { m[""] = true; });
}

RACE_CASE(RaceMapDelete) {
  Map<std::string_view, bool> m;
  with_goroutine([&] { m.erase(""); }, [&] { m[""] = true; });
}

RACE_CASE(RaceMapLenDelete) {
  Map<std::string_view, bool> m{{"a", true}};
  with_goroutine([&] { m.erase("a"); }, [&] { use(m.size()); });
}

// The variable that says which map it is.
RACE_CASE(RaceMapVariable) {
  Map<int, int> first, second, third;
  auto* m = &first;
  with_goroutine([&] { m = &second; }, [&] { m = &third; });
}

RACE_CASE(RaceMapVariable2) {
  Map<int, int> first, second;
  auto* m = &first;
  with_goroutine([&] { (*m)[1] = 1; }, [&] { m = &second; });
}

RACE_CASE(RaceMapVariable3) {
  Map<int, int> first, second;
  auto* m = &first;
  with_goroutine([&] { use(m->get(1)); }, [&] { m = &second; });
}

// Large keys and values: a part of one is written while the map reads or writes the whole.
struct Big {
  std::array<int, 17> x{};
  friend bool operator==(const Big&, const Big&) = default;
  friend size_t hash_of(const Big& key) {
    size_t hash = 0;
    for (int part : key.x) hash = hash * 31 + static_cast<size_t>(part);
    return hash;
  }
};

RACE_CASE(RaceMapLookupPartKey) {
  Big key;
  Map<Big, bool> m;
  with_goroutine([&] { key.x[8] = 1; }, [&] { use(m.get(key)); });
}

RACE_CASE(RaceMapLookupPartKey2) {
  Big key;
  Map<Big, bool> m;
  with_goroutine([&] { key.x[8] = 1; }, [&] { use(m.find(key) != nullptr); });
}

RACE_CASE(RaceMapDeletePartKey) {
  Big key;
  Map<Big, bool> m{{key, true}};
  with_goroutine([&] { key.x[8] = 1; }, [&] { m.erase(key); });
}

RACE_CASE(RaceMapInsertPartKey) {
  Big key;
  Map<Big, bool> m;
  with_goroutine([&] { key.x[8] = 1; }, [&] { m[key] = true; });
}

RACE_CASE(RaceMapInsertPartVal) {
  Big value;
  Map<int, Big> m;
  with_goroutine([&] { value.x[8] = 1; }, [&] { m[1] = value; });
}

// golang.org/issue/7561: one of two results goes to an element that a map leads to.
RACE_CASE(RaceMapAssignMultipleReturn) {
  auto connect = [] { return std::tuple(42, false); };
  std::vector<int> connection(1);
  Map<int, std::vector<int>*> connections{{1, &connection}};
  bool failed = false;
  with_goroutine([&] { std::tie((*connections.get(1))[0], failed) = connect(); },
                 [&] { use((*connections.get(1))[0]); });
}

struct BigKey {
  std::array<const int*, 1000> parts{};
  friend bool operator==(const BigKey&, const BigKey&) = default;
  friend size_t hash_of(const BigKey& key) {
    size_t hash = 0;
    for (const int* part : key.parts) hash = hash * 31 + reinterpret_cast<size_t>(part);
    return hash;
  }
};

struct BigVal {
  int x = 0;
  std::array<const int*, 1000> y{};
};

const int target = 0;

RACE_CASE(RaceMapBigKeyAccess1) {
  Map<BigKey, int> m;
  BigKey key;
  with_goroutine([&] { use(m.get(key)); }, [&] { key.parts[30] = &target; });
}

RACE_CASE(RaceMapBigKeyAccess2) {
  Map<BigKey, int> m;
  BigKey key;
  with_goroutine([&] { use(m.find(key) != nullptr); }, [&] { key.parts[30] = &target; });
}

RACE_CASE(RaceMapBigKeyInsert) {
  Map<BigKey, int> m;
  BigKey key;
  with_goroutine([&] { m[key] = 1; }, [&] { key.parts[30] = &target; });
}

RACE_CASE(RaceMapBigKeyDelete) {
  Map<BigKey, int> m;
  BigKey key;
  m[key] = 1;
  with_goroutine([&] { m.erase(key); }, [&] { key.parts[30] = &target; });
}

RACE_CASE(RaceMapBigValInsert) {
  Map<int, BigVal> m;
  BigVal value;
  with_goroutine([&] { m[1] = value; }, [&] { value.y[30] = &target; });
}

RACE_CASE(RaceMapBigValAccess1) {
  Map<int, BigVal> m;
  BigVal value;
  with_goroutine([&] { value = m.get(1); }, [&] { value.y[30] = &target; });
}

RACE_CASE(RaceMapBigValAccess2) {
  Map<int, BigVal> m{{1, BigVal{}}};
  BigVal value;
  with_goroutine(
      [&] {
        if (const BigVal* found = m.find(1)) value = *found;
      },
      [&] { value.y[30] = &target; });
}

}  // namespace
}  // namespace gorace::conformance
