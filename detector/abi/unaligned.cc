// Unaligned accesses that programs make by hand (sanitizer/common_interface_defs.h): checked, then done.
#include <cstdint>
#include <cstring>

#include "detector/abi/access_check.h"

using namespace gorace::detector;

namespace {

template <class T>
[[gnu::always_inline]] inline T load(const void* address) {
  check_range(address, sizeof(T), Direction::kRead, CallSite::here());
  T value;
  memcpy(&value, address, sizeof value);
  return value;
}

template <class T>
[[gnu::always_inline]] inline void store(void* address, T value) {
  check_range(address, sizeof(T), Direction::kWrite, CallSite::here());
  memcpy(address, &value, sizeof value);
}

}  // namespace

extern "C" {

uint16_t __sanitizer_unaligned_load16(const void* address) { return load<uint16_t>(address); }
uint32_t __sanitizer_unaligned_load32(const void* address) { return load<uint32_t>(address); }
uint64_t __sanitizer_unaligned_load64(const void* address) { return load<uint64_t>(address); }
void __sanitizer_unaligned_store16(void* address, uint16_t value) { store(address, value); }
void __sanitizer_unaligned_store32(void* address, uint32_t value) { store(address, value); }
void __sanitizer_unaligned_store64(void* address, uint64_t value) { store(address, value); }

}  // extern "C"
