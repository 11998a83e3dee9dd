#include "detector/report/benign.h"

#include <mutex>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

struct Range {
  uintptr_t begin;
  uintptr_t end;
  const char* why;
  uint64_t hits;
};

// Few: they are written by hand, one by one. Never destroyed; zero is an empty one.
struct Ranges {
  runtime::SpinLock lock;
  runtime::InternalVector<Range> all;
};

Ranges& ranges() {
  alignas(Ranges) static char storage[sizeof(Ranges)];
  return *reinterpret_cast<Ranges*>(storage);
}

}  // namespace

void add_benign_race(uintptr_t address, size_t bytes, const char* why) {
  Ranges& known = ranges();
  const std::lock_guard guard(known.lock);
  for (size_t i = 0; i < known.all.size(); ++i) {
    if (known.all[i].begin == address && known.all[i].end == address + bytes) return;
  }
  known.all.push_back({address, address + bytes, why == nullptr ? "" : why, 0});
}

bool is_benign_race(uintptr_t address) {
  Ranges& known = ranges();
  const std::lock_guard guard(known.lock);
  for (size_t i = 0; i < known.all.size(); ++i) {
    Range& range = known.all[i];
    if (address < range.begin || address >= range.end) continue;
    ++range.hits;
    return true;
  }
  return false;
}

void print_benign_races(runtime::RawWriter& out) {
  Ranges& known = ranges();
  const std::lock_guard guard(known.lock);
  bool first = true;
  for (size_t i = 0; i < known.all.size(); ++i) {
    const Range& range = known.all[i];
    if (range.hits == 0) continue;
    if (first) out << "gorace: races called benign:\n";
    first = false;
    out << "  " << range.hits << ' ' << range.why << '\n';
  }
}

}  // namespace gorace::detector
