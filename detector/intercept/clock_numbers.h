// ClockNumbers: which of a fixed number of sync objects stands for a file or a connection.
//
// The lower half is for what has a name, a key of 64 bits, and is found again by it; the upper half for what has none
// (pipes, event descriptors), given out in turn and again when no descriptor uses it any more. Names beyond the table
// share a number, which can add an order and not lose one; each such use is counted (Loss::kFileShared).
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_INTERCEPT_CLOCK_NUMBERS_H_
#define GORACE_DETECTOR_INTERCEPT_CLOCK_NUMBERS_H_

#include <cstdint>

namespace gorace::detector {

// 0 is no number.
using ClockNumber = uint32_t;
inline constexpr ClockNumber kClockNumbers = uint32_t{1} << 20;
inline constexpr ClockNumber kKeyedClocks = kClockNumbers / 2;

// The number for `key`, always the same.
ClockNumber clock_of_key(uint64_t key);

// known_clock_of_key is the number that clock_of_key has given for the key; 0: none.
ClockNumber known_clock_of_key(uint64_t key);

// A number that no descriptor uses, counted as used once.
ClockNumber new_clock_number();

// How many descriptors use a number.
void use_clock_number(ClockNumber number);
void drop_clock_number(ClockNumber number);

// The address that stands for the number where sync objects are named by addresses. Never to be read.
const char* clock_object(ClockNumber number);

// hash_bytes extends a key.
uint64_t hash_bytes(uint64_t key, const void* bytes, uint64_t count);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_CLOCK_NUMBERS_H_
