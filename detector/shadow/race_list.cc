#include "detector/shadow/race_list.h"

#include "detector/report/report.h"
#include "detector/shadow/granule.h"

namespace gorace::detector {

[[gnu::noinline]] void RaceList::add(uintptr_t granule, uint64_t previous, bool previous_is_write, uint8_t overlap) {
  ++noted_;
  for (size_t i = 0; i < count_; ++i) {
    if (word_origin(at(i).previous) == word_origin(previous) && at(i).is_write == previous_is_write) return;
  }
  const Found found{granule, previous, overlap, previous_is_write};
  if (count_ < kInline) {
    inline_[count_] = found;
  } else {
    overflow_.push_back(found);
  }
  ++count_;
}

[[gnu::noinline]] void RaceList::report(const Context& context, OriginId origin, bool is_write, size_t bytes) {
  for (size_t i = 0; i < count_; ++i) {
    const Found& found = at(i);
    Context previous;
    const bool known = describe_identity(found.previous, &previous);
    for (uint32_t left = found.overlap; left != 0;) {
      const int byte = __builtin_ctz(left);
      const OriginId previous_origin = component(word_origin(found.previous), static_cast<uint8_t>(1u << byte));
      for (uint32_t rest = left; rest != 0; rest &= rest - 1) {
        const auto bit = static_cast<uint8_t>(rest & -rest);
        if (component(word_origin(found.previous), bit) == previous_origin) left &= ~uint32_t{bit};
      }
      report_race({.address = found.granule + static_cast<uintptr_t>(byte),
                   .bytes = bytes,
                   .present = {&context, origin, is_write},
                   .previous = {known ? &previous : nullptr, previous_origin, found.is_write}});
    }
  }
}

}  // namespace gorace::detector
