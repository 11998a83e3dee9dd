// Identity words: who and when, the upper 36 bits of a shadow word (abi.h). Two classes share them:
//
//   0 | slot:20 | epoch:15      very many short-lived strands
//   1 | slot:11 | epoch:24      few long-lived ones
//
// Class-1 slot 2047 is nobody's: its words are the tags of granules whose history is in a record (shadow/record.h).
//
// Elsewhere a slot is its index in clocks, in which the first 2048 slots of both classes take turns by eights, so that
// a program with few strands of either class has clocks of one leaf.
#ifndef GORACE_DETECTOR_CONTEXT_IDENTITY_H_
#define GORACE_DETECTOR_CONTEXT_IDENTITY_H_

#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/clock/vector_clock.h"

namespace gorace::detector {

inline constexpr uint32_t kShortEpochBits = 15;
inline constexpr uint32_t kLongEpochBits = 24;
inline constexpr uint32_t kLongSlots = 2047;
// Long slot 2046 is nobody's either: its words stand for the freeing of a heap block, after which no access is in
// order, by whomever. Its epochs number the strands that freed (strands.h); the last one: not known.
inline constexpr uint32_t kLongSlotsOfStrands = kLongSlots - 1;
inline constexpr uint32_t kInterleavedSlots = 2048;
inline constexpr uint32_t kShortSlots = VectorClock::kMaxSlots - kInterleavedSlots;
inline constexpr int kShortSlotShift = GORACE_IDENTITY_SHIFT + kShortEpochBits;  // 43
inline constexpr int kLongSlotShift = GORACE_IDENTITY_SHIFT + kLongEpochBits;    // 52
inline constexpr uint64_t kLongClass = uint64_t{1} << 63;
inline constexpr uint32_t kMaxShortEpoch = (1u << kShortEpochBits) - 1;
inline constexpr uint32_t kMaxLongEpoch = (1u << kLongEpochBits) - 1;

enum class SlotClass : uint8_t { kShort, kLong };

constexpr uint32_t slot_index(SlotClass slot_class, uint32_t number) {
  const uint32_t spread = number + (number & ~7u);
  if (slot_class == SlotClass::kLong) return spread + 8;
  return number < kInterleavedSlots ? spread : number + kInterleavedSlots;
}

constexpr SlotClass slot_class(uint32_t index) {
  return index < 2 * kInterleavedSlots && (index & 8) != 0 ? SlotClass::kLong : SlotClass::kShort;
}

constexpr uint32_t slot_number(uint32_t index) {
  return index < 2 * kInterleavedSlots ? (index >> 4) * 8 + (index & 7) : index - kInterleavedSlots;
}

constexpr uint32_t max_epoch(uint32_t index) {
  return slot_class(index) == SlotClass::kLong ? kMaxLongEpoch : kMaxShortEpoch;
}

// identity_shift: two identity words name the same slot when they are equal from this bit up.
constexpr int identity_shift(uint32_t index) {
  return slot_class(index) == SlotClass::kLong ? kLongSlotShift : kShortSlotShift;
}

constexpr uint64_t make_identity(uint32_t index, uint32_t epoch) {
  const uint64_t number = slot_number(index);
  const uint64_t who =
      slot_class(index) == SlotClass::kLong ? kLongClass | number << kLongSlotShift : number << kShortSlotShift;
  return who | uint64_t{epoch} << GORACE_IDENTITY_SHIFT;
}

constexpr uint32_t identity_slot(uint64_t word) {
  if ((word & kLongClass) != 0)
    return slot_index(SlotClass::kLong, static_cast<uint32_t>(word >> kLongSlotShift) & 2047u);
  return slot_index(SlotClass::kShort, static_cast<uint32_t>(word >> kShortSlotShift));
}

inline constexpr uint32_t kFreedSlot = slot_index(SlotClass::kLong, kLongSlots - 1);

// kNobody: no word in the shadow has this identity.
inline constexpr uint64_t kNobody = make_identity(kFreedSlot, 0) | GORACE_BYTE_MASK;

constexpr uint32_t identity_epoch(uint64_t word) {
  const auto epoch = static_cast<uint32_t>(word >> GORACE_IDENTITY_SHIFT);
  return epoch & ((word & kLongClass) != 0 ? kMaxLongEpoch : kMaxShortEpoch);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CONTEXT_IDENTITY_H_
