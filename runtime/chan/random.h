// Randomness of the runtime's choices: which of several ready select cases goes first. One place, so that a schedule
// explorer can take it over.
#ifndef GORACE_RUNTIME_CHAN_RANDOM_H_
#define GORACE_RUNTIME_CHAN_RANDOM_H_

#include <cstdint>

namespace gorace::runtime {

// random_u64 returns a pseudo-random number of the calling OS thread's generator. Statistically good, not
// cryptographic. Not inlined into callers, so that no thread_local address is kept over a switch.
uint64_t random_u64();

// random_below returns a number in [0, bound), bound > 0, from the upper bits of `bits`: Lemire's multiplication
// instead of a division (doi:10.1145/3230636); its bias of at most bound / 2^32 is far below what a select could show.
inline uint32_t random_below(uint32_t bits, uint32_t bound) {
  return static_cast<uint32_t>((static_cast<uint64_t>(bits) * bound) >> 32);
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_CHAN_RANDOM_H_
