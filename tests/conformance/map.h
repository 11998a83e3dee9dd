// Map: a hash map for races on maps. Unlike std::unordered_map it stays in one piece when two goroutines change it at
// once: the slots never move, and keys and values are plain data. So a case that is a race ends with the report, not
// with a crash.
//
// Every operation reads the key, then the size; what changes the map writes the size.
#ifndef GORACE_TESTS_CONFORMANCE_MAP_H_
#define GORACE_TESTS_CONFORMANCE_MAP_H_

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace gorace::conformance {

inline size_t hash_of(int key) { return static_cast<size_t>(key); }
inline size_t hash_of(std::string_view key) { return key.empty() ? 0 : key.size() * 31 + static_cast<size_t>(key[0]); }

template <class K, class V>
class Map {
  static_assert(std::is_trivially_destructible_v<K> && std::is_trivially_destructible_v<V>);

 public:
  Map() : slots_(kSlots) {}
  Map(std::initializer_list<std::pair<K, V>> entries) : Map() {
    for (const auto& [key, value] : entries) (*this)[key] = value;
  }

  size_t size() const { return size_; }

  // find returns the key's value, null when there is none.
  V* find(const K& key) {
    const size_t start = hash_of(key);
    if (size_ == 0) return nullptr;
    for (size_t i = 0; i < kSlots; ++i) {
      Slot& slot = slots_[(start + i) % kSlots];
      if (slot.state == State::kFree) return nullptr;
      if (slot.state == State::kUsed && slot.key == key) return &slot.value;
    }
    return nullptr;
  }

  // get returns a copy of the key's value, V() when there is none.
  V get(const K& key) {
    const V* value = find(key);
    return value != nullptr ? *value : V();
  }

  V& operator[](const K& key) {
    if (V* value = find(key)) return *value;
    const size_t start = hash_of(key);
    for (size_t i = 0; i < kSlots; ++i) {
      Slot& slot = slots_[(start + i) % kSlots];
      if (slot.state == State::kUsed) continue;
      slot.key = key;
      slot.value = V();
      slot.state = State::kUsed;
      ++size_;
      return slot.value;
    }
    __builtin_trap();  // a case with more keys than slots
  }

  void erase(const K& key) {
    const size_t start = hash_of(key);
    if (size_ == 0) return;
    for (size_t i = 0; i < kSlots; ++i) {
      Slot& slot = slots_[(start + i) % kSlots];
      if (slot.state != State::kUsed || !(slot.key == key)) continue;
      slot.state = State::kErased;
      --size_;
      return;
    }
  }

  template <class F>
  void for_each(F f) {
    if (size_ == 0) return;
    for (Slot& slot : slots_) {
      if (slot.state == State::kUsed) f(slot.key, slot.value);
    }
  }

 private:
  static constexpr size_t kSlots = 64;
  enum class State : unsigned char { kFree, kUsed, kErased };
  struct Slot {
    State state = State::kFree;
    K key{};
    V value{};
  };

  size_t size_ = 0;
  std::vector<Slot> slots_;
};

}  // namespace gorace::conformance

#endif  // GORACE_TESTS_CONFORMANCE_MAP_H_
