#include "detector/intercept/clock_numbers.h"

#include <atomic>
#include <cstddef>

#include "detector/context/losses.h"

namespace gorace::detector {
namespace {

// Pages of numbers in use only; g_objects not at all, its addresses are names.
// Plain words, by std::atomic_ref: an array of atomics this long is more than the compiler will initialise.
constinit uint64_t g_keys[kKeyedClocks] = {};
constinit uint32_t g_users[kClockNumbers + 1] = {};
constinit char g_objects[size_t{kClockNumbers} * 8] = {};
constinit std::atomic<uint32_t> g_next{0};

constexpr uint32_t kProbes = 256;  // occupied runs get so long only in a table that is nearly full

// mix spreads a key over all bits (the finaliser of MurmurHash3, which is in the public domain).
uint64_t mix(uint64_t key) {
  key = (key ^ (key >> 33)) * 0xff51afd7ed558ccdu;
  key = (key ^ (key >> 33)) * 0xc4ceb9fe1a85ec53u;
  key ^= key >> 33;
  return key == 0 ? 1 : key;  // 0 marks an empty entry
}

std::atomic_ref<uint32_t> users_of(ClockNumber number) { return std::atomic_ref(g_users[number]); }

}  // namespace

uint64_t hash_bytes(uint64_t key, const void* bytes, uint64_t count) {
  const auto* text = static_cast<const unsigned char*>(bytes);
  for (uint64_t i = 0; i < count; ++i) key = (key ^ text[i]) * 0x100000001b3u;  // FNV-1a
  return key;
}

ClockNumber clock_of_key(uint64_t key) {
  const uint64_t wanted = mix(key);
  for (uint32_t probe = 0; probe < kProbes; ++probe) {
    const auto index = static_cast<uint32_t>((wanted + probe) % kKeyedClocks);
    const std::atomic_ref entry(g_keys[index]);
    // relaxed: the entry is its own only content.
    uint64_t found = entry.load(std::memory_order_relaxed);
    if (found == 0 && entry.compare_exchange_strong(found, wanted, std::memory_order_relaxed)) found = wanted;
    if (found == wanted) return index + 1;
  }
  count_loss(Loss::kFileShared);
  return static_cast<ClockNumber>(wanted % kKeyedClocks) + 1;
}

ClockNumber known_clock_of_key(uint64_t key) {
  const uint64_t wanted = mix(key);
  for (uint32_t probe = 0; probe < kProbes; ++probe) {
    const auto index = static_cast<uint32_t>((wanted + probe) % kKeyedClocks);
    const uint64_t found = std::atomic_ref(g_keys[index]).load(std::memory_order_relaxed);
    if (found == wanted) return index + 1;
    if (found == 0) return 0;
  }
  return static_cast<ClockNumber>(wanted % kKeyedClocks) + 1;
}

ClockNumber new_clock_number() {
  for (;;) {
    const uint32_t turn = g_next.fetch_add(1, std::memory_order_relaxed) % (kClockNumbers - kKeyedClocks);
    const ClockNumber number = kKeyedClocks + turn + 1;
    uint32_t nobody = 0;
    if (users_of(number).compare_exchange_strong(nobody, 1, std::memory_order_relaxed)) return number;
  }
}

void use_clock_number(ClockNumber number) { users_of(number).fetch_add(1, std::memory_order_relaxed); }
void drop_clock_number(ClockNumber number) { users_of(number).fetch_sub(1, std::memory_order_relaxed); }

const char* clock_object(ClockNumber number) { return &g_objects[size_t{number - 1} * 8]; }

}  // namespace gorace::detector
