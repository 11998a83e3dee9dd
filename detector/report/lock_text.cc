// The part of a race report that says which locks were held.
#include "detector/report/race_text.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::detector {
namespace {

using runtime::Hex;
using runtime::RawWriter;

// Numbering gives equal addresses equal numbers; a lock whose address is not known has one of its own.
class Numbering {
 public:
  int number_of(uintptr_t address) {
    for (int i = 0; i < count_ && address != 0; ++i) {
      if (addresses_[i] == address) return i + 1;
    }
    addresses_[count_++] = address;
    return count_;
  }

 private:
  uintptr_t addresses_[2 * SideLocks::kMost] = {};
  int count_ = 0;
};

static_assert(HeldLocks::kMost <= SideLocks::kMost);

void add_lock(SideLocks& side, const HeldLock& lock, Numbering& numbering) {
  side.locks[side.count++] = {lock.address, lock.place, lock.shared != 0, numbering.number_of(lock.address)};
}

void print_holder(RawWriter& out, const RaceSide& side, const RaceWording& wording) {
  if (side.context == nullptr) {
    out << "unknown goroutine";
  } else {
    print_strand(out, side.context->kind, side.context->id, side.context->name, wording);
  }
}

void print_side(RawWriter& out, const SideLocks& locks, const RaceSide& side, const RaceWording& wording) {
  if (!locks.is_known) {
    out << "\nThe locks held by ";
    print_holder(out, side, wording);
    out << " are not known: the program has too many sets of locks to keep them all.\n";
  }
  for (int i = 0; i < locks.count; ++i) {
    const SideLocks::Lock& lock = locks.locks[i];
    out << "\nMutex M" << lock.number;
    if (lock.address != 0) {
      out << " (" << Hex{lock.address, 12};
      runtime::DataSymbol global;
      if (runtime::symbolize_data(lock.address, &global)) out << ", " << global.name;
      out << ")";
    } else {
      out << " (one of many)";
    }
    out << (lock.shared ? " held for reading by " : " held by ");
    print_holder(out, side, wording);
    out << ", locked at:\n";
    print_origin(out, lock.place);
    if (i + 1 == locks.count && locks.uncounted > 0) out << "  and " << locks.uncounted << " more locks\n";
  }
}

}  // namespace

RaceLocks locks_of(const Race& race) {
  RaceLocks result;
  Numbering numbering;
  // The present side's strand is in the middle of its access; an earlier one's locks are in its origin.
  if (const Context* context = race.present.context; context != nullptr) {
    for (int i = 0; i < context->held.count(); ++i) add_lock(result.present, context->held[i], numbering);
    result.present.uncounted = context->held.uncounted();
  }
  const LockSet previous = stored_lock_set(origin_info(race.previous.origin).lock_set);
  for (int i = 0; i < previous.count; ++i) add_lock(result.previous, previous.locks[i], numbering);
  result.previous.uncounted = previous.uncounted;
  result.previous.is_known = previous.is_known;
  return result;
}

void print_locks(RawWriter& out, const Race& race, const RaceLocks& locks, const RaceWording& wording) {
  print_side(out, locks.present, race.present, wording);
  print_side(out, locks.previous, race.previous, wording);
}

}  // namespace gorace::detector
