// The last line of a race report: which edge is missing. Said only where it follows from what the two sides did; a
// guess would send the reader the wrong way.
#include "detector/report/race_text.h"

namespace gorace::detector {
namespace {

using runtime::RawWriter;

AccessKind kind_of(OriginId origin) {
  if (is_atomic_origin(origin)) return AccessKind::kAtomic;
  return origin == kUnknownOrigin ? AccessKind::kPlain : origin_info(origin).kind;
}

// How the line names a side: "the write", "the previous read".
struct Name {
  const RaceSide& side;
  bool is_previous;
};

RawWriter& operator<<(RawWriter& out, const Name& name) {
  return out << (name.is_previous ? "the previous " : "the ") << (name.side.is_write ? "write" : "read");
}

void print_lock_names(RawWriter& out, const SideLocks& locks) {
  for (int i = 0; i < locks.count; ++i) out << (i == 0 ? "M" : ", M") << locks.locks[i].number;
}

// The number of a lock that both hold, 0: none.
int common_lock(const RaceLocks& locks) {
  for (int i = 0; i < locks.present.count; ++i) {
    for (int j = 0; j < locks.previous.count; ++j) {
      if (locks.present.locks[i].number == locks.previous.locks[j].number) return locks.present.locks[i].number;
    }
  }
  return 0;
}

bool is_shared(const SideLocks& locks, int number) {
  for (int i = 0; i < locks.count; ++i) {
    if (locks.locks[i].number == number) return locks.locks[i].shared;
  }
  return false;
}

void print_lock_hint(RawWriter& out, const Race& race, const RaceLocks& locks) {
  const Name present{race.present, false};
  const Name previous{race.previous, true};
  if (const int common = common_lock(locks); common != 0) {
    // Both for writing: they would be ordered, had one not been unlocked by somebody else.
    if (!is_shared(locks.present, common) && !is_shared(locks.previous, common)) return;
    const bool present_shared = is_shared(locks.present, common);
    const Name& writer = race.present.is_write && present_shared ? present : previous;
    out << "\nHint: " << writer << " holds M" << common << " for reading only; lock it for writing there.\n";
    return;
  }
  if (locks.present.count != 0 && locks.previous.count != 0) {
    out << "\nHint: both sides hold locks, but none in common: " << present << " ";
    print_lock_names(out, locks.present);
    out << ", " << previous << " ";
    print_lock_names(out, locks.previous);
    out << ".\n";
    return;
  }
  const bool present_holds = locks.present.count != 0;
  out << "\nHint: " << (present_holds ? present : previous) << " is made under ";
  print_lock_names(out, present_holds ? locks.present : locks.previous);
  out << ", " << (present_holds ? previous : present) << " under no lock.\n";
}

// One side is atomic, or frees, or changes a vtable pointer: that says more than the locks. False: neither.
bool print_kind_hint(RawWriter& out, const Race& race) {
  const AccessKind present = kind_of(race.present.origin);
  const AccessKind previous = kind_of(race.previous.origin);
  if (present == AccessKind::kFree || previous == AccessKind::kFree) {
    out << (present == AccessKind::kFree
                ? "\nHint: the memory is freed while another thread may still be using it.\n"
                : "\nHint: the memory had been freed by another thread, or was being freed.\n");
    return true;
  }
  if (present == AccessKind::kVptr || previous == AccessKind::kVptr) {
    out << "\nHint: the object is being made or destroyed while another thread calls a virtual function of it.\n";
    return true;
  }
  const bool present_atomic = present == AccessKind::kAtomic;
  if (present_atomic == (previous == AccessKind::kAtomic)) return false;
  if ((present_atomic ? previous : present) == AccessKind::kRuntime) {
    out << "\nHint: nothing orders the first add() of a WaitGroup before wait(): call it before the goroutine "
           "starts.\n";
    return true;
  }
  const Name atomic{present_atomic ? race.present : race.previous, !present_atomic};
  const Name plain{present_atomic ? race.previous : race.present, present_atomic};
  out << "\nHint: " << atomic << " is atomic, " << plain << " is not; make it atomic too.\n";
  return true;
}

}  // namespace

void print_hint(RawWriter& out, const Race& race, const RaceLocks& locks) {
  if (print_kind_hint(out, race)) return;
  if (!locks.present.is_known || !locks.previous.is_known) return;
  if (locks.present.count != 0 || locks.previous.count != 0) print_lock_hint(out, race, locks);
}

}  // namespace gorace::detector
