#include "detector/context/strands.h"

#include <atomic>
#include <cstring>

#include "detector/context/identity.h"
#include "detector/context/losses.h"
#include "detector/memory/region.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

constexpr uint32_t kMaxStrands = uint32_t{1} << kStrandBits;
constexpr uint32_t kMaxNames = uint32_t{1} << 22;

struct Strand {
  uint64_t id;
  uint64_t creator_id;
  uint32_t created_at : 20;
  uint32_t kind : 2;
  uint32_t finished : 1;
  uint32_t name;  // index of a name kept after the end; 0: none
};
static_assert(sizeof(Strand) == 24);

struct Ownership {
  uint32_t strand;
  uint32_t first_epoch;
  uint32_t previous;  // the slot's owner before; 0: none
};

struct SlotOwner {
  std::atomic<uint32_t> latest;  // index of an Ownership
  std::atomic<const Context*> live;
};

struct Name {
  char text[sizeof(Context::name)];
};

// Table: elements that are added and never removed.
template <class T, uint32_t kMax>
struct Table {
  std::atomic<T*> base{nullptr};
  std::atomic<uint32_t> used{1};

  // add returns 0 when the table is full.
  uint32_t add() {
    uint32_t index = used.load(std::memory_order_relaxed);
    do {
      if (index == kMax) return 0;
    } while (!used.compare_exchange_weak(index, index + 1, std::memory_order_relaxed));
    return index;
  }
  T& at(uint32_t index) const { return base.load(std::memory_order_acquire)[index]; }
};

constinit Table<Strand, kMaxStrands> g_strands;
constinit Table<Ownership, kMaxStrands> g_ownerships;
constinit Table<Name, kMaxNames> g_names;
constinit std::atomic<SlotOwner*> g_owners{nullptr};
constinit runtime::SpinLock g_reserve_lock;

template <class T>
void reserve(std::atomic<T*>& base, size_t count) {
  if (base.load(std::memory_order_acquire) != nullptr) return;
  g_reserve_lock.lock();
  if (base.load(std::memory_order_relaxed) == nullptr) {
    base.store(static_cast<T*>(reserve_region(count * sizeof(T), "the list of goroutines and threads")),
               std::memory_order_release);
  }
  g_reserve_lock.unlock();
}

void drop() { count_loss(Loss::kStrandDropped); }

// owner_at returns the strand that owned the slot in that epoch, 0 when unknown.
uint32_t owner_at(uint32_t slot, uint32_t epoch) {
  SlotOwner* owners = g_owners.load(std::memory_order_acquire);
  if (owners == nullptr) return 0;
  // acquire: pairs with own_slot's release; the chain behind an ownership never changes.
  for (uint32_t i = owners[slot].latest.load(std::memory_order_acquire); i != 0; i = g_ownerships.at(i).previous) {
    if (g_ownerships.at(i).first_epoch <= epoch) return g_ownerships.at(i).strand;
  }
  return 0;
}

uint32_t strand_of(uint32_t slot, uint32_t epoch) {
  if (slot != kFreedSlot) return owner_at(slot, epoch);
  return epoch == kMaxLongEpoch ? 0 : epoch;
}

}  // namespace

uint32_t add_strand(const Context& context) {
  reserve(g_strands.base, kMaxStrands);
  const uint32_t index = g_strands.add();
  if (index == 0) {
    drop();
    return 0;
  }
  Strand& strand = g_strands.at(index);
  strand.id = context.id;
  strand.creator_id = context.creator_id;
  strand.created_at = context.created_at;
  strand.kind = static_cast<uint32_t>(context.kind);
  strand.finished = 0;
  strand.name = 0;
  return index;
}

void own_slot(uint32_t slot, uint32_t first_epoch, uint32_t strand, const Context* live) {
  reserve(g_owners, VectorClock::kMaxSlots);
  reserve(g_ownerships.base, kMaxStrands);
  SlotOwner& owner = g_owners.load(std::memory_order_acquire)[slot];
  owner.live.store(live, std::memory_order_release);
  const uint32_t index = strand != 0 ? g_ownerships.add() : 0;
  if (index == 0) {
    // Words of this owner must not be taken for the one before.
    owner.latest.store(0, std::memory_order_release);
    if (strand != 0) drop();
    return;
  }
  g_ownerships.at(index) = {strand, first_epoch, owner.latest.load(std::memory_order_relaxed)};
  owner.latest.store(index, std::memory_order_release);
}

void finish_strand(const Context& context) {
  if (context.strand == 0) return;
  SlotOwner& owner = g_owners.load(std::memory_order_acquire)[context.slot];
  Strand& strand = g_strands.at(context.strand);
  if (context.name[0] != 0) {
    reserve(g_names.base, kMaxNames);
    if (const uint32_t name = g_names.add(); name != 0) {
      memcpy(g_names.at(name).text, context.name, sizeof(context.name));
      g_names.at(name).text[sizeof(context.name) - 1] = 0;
      strand.name = name;
    } else {
      drop();
    }
  }
  strand.finished = 1;
  owner.live.store(nullptr, std::memory_order_release);
}

uint64_t freeing_identity(const Context& context) {
  const bool fits = context.strand != 0 && context.strand < kMaxLongEpoch;
  return make_identity(kFreedSlot, fits ? context.strand : kMaxLongEpoch);
}

void describe_strand(uint32_t index, Context* out) {
  const Strand& strand = g_strands.at(index);
  out->id = strand.id;
  out->creator_id = strand.creator_id;
  out->created_at = strand.created_at;
  out->kind = static_cast<StrandKind>(strand.kind);
  out->finished = strand.finished != 0;
  out->strand = index;
}

bool describe_identity(uint64_t identity_word, Context* out) {
  const uint32_t slot = identity_slot(identity_word);
  const uint32_t index = slot < VectorClock::kMaxSlots ? strand_of(slot, identity_epoch(identity_word)) : 0;
  if (index == 0) {
    drop();
    return false;
  }
  describe_strand(index, out);
  const Context* live = g_owners.load(std::memory_order_acquire)[slot].live.load(std::memory_order_acquire);
  // Contexts' memory is never unmapped; one that was recycled meanwhile belongs to another strand.
  if (live != nullptr && live->strand == index) {
    memcpy(out->name, live->name, sizeof(out->name));
  } else if (const uint32_t name = g_strands.at(index).name; name != 0) {
    memcpy(out->name, g_names.at(name).text, sizeof(out->name));
  }
  out->name[sizeof(out->name) - 1] = 0;
  return true;
}

}  // namespace gorace::detector
