// Mappings: the address ranges of this process, read from /proc/self/maps with raw system calls and no allocation.
#ifndef GORACE_DETECTOR_MEMORY_MAPPINGS_H_
#define GORACE_DETECTOR_MEMORY_MAPPINGS_H_

#include <cstdint>

namespace gorace::detector {

struct AddressRange {
  uintptr_t low = 0;
  uintptr_t high = 0;
  bool contains(uintptr_t address) const { return address >= low && address < high; }
};

// for_each_mapping calls visit(range, argument) in ascending order until it returns false. Visits nothing when /proc is
// not there. Preserves errno.
void for_each_mapping(bool (*visit)(AddressRange, void*), void* argument);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_MEMORY_MAPPINGS_H_
