#include "detector/context/slots.h"

#include "detector/context/context.h"
#include "detector/context/horizon.h"
#include "detector/memory/region.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

constexpr int kProbes = 8;
// A slot with fewer epochs left than this is retired: its next owner would have to move at once.
constexpr uint32_t kMinEpochsLeft = 64;

struct SlotState {
  const Context* owner;  // null: free, or retired
  uint32_t final_epoch;  // to be known by whoever takes it
  uint32_t last_epoch;
  bool free;
  bool queued;  // an entry of the queue names it; the entry is stale when it is not free
};

// SlotQueue: a ring of slot indices; each slot is in it at most once.
struct SlotQueue {
  uint32_t* ring = nullptr;
  uint32_t head = 0;
  uint32_t size = 0;
  uint32_t fresh = 0;  // slot numbers handed out
  const uint32_t limit;

  constexpr explicit SlotQueue(uint32_t max_slots) : limit(max_slots) {}
  void push(uint32_t slot) { ring[(head + size++) % limit] = slot; }
  uint32_t pop() {
    const uint32_t slot = ring[head];
    head = (head + 1) % limit;
    --size;
    return slot;
  }
};

struct Slots {
  runtime::SpinLock lock;
  SlotState* states = nullptr;
  SlotQueue short_queue{kShortSlots};
  SlotQueue long_queue{kLongSlotsOfStrands};

  SlotQueue& queue(SlotClass slot_class) { return slot_class == SlotClass::kLong ? long_queue : short_queue; }

  void reserve() {
    if (states != nullptr) return;
    states = static_cast<SlotState*>(reserve_region(VectorClock::kMaxSlots * sizeof(SlotState), "slots"));
    short_queue.ring = static_cast<uint32_t*>(reserve_region(kShortSlots * sizeof(uint32_t), "slots"));
    long_queue.ring = static_cast<uint32_t*>(reserve_region(kLongSlotsOfStrands * sizeof(uint32_t), "slots"));
  }
};
constinit Slots g_slots;

bool knows_end(const Context* creator, uint32_t slot, uint32_t final_epoch) {
  if (creator == nullptr ? final_epoch == 0 : creator->slot == slot || creator->clock.get(slot) >= final_epoch) {
    return true;
  }
  return is_behind_horizon(slot, final_epoch);
}

SlotGrant grant(uint32_t slot, bool early = false) {
  SlotState& state = g_slots.states[slot];
  state.free = false;
  return {slot, state.last_epoch + 1, early};
}

bool take_hinted(const Context* creator, SlotClass slot_class_wanted, SlotGrant* out) {
  if (creator == nullptr) return false;
  for (int i = 0; i < Context::kSlotHints; ++i) {
    const int newest_first = (creator->next_hint + Context::kSlotHints - 1 - i) % Context::kSlotHints;
    const uint32_t slot = creator->slot_hints[newest_first];
    const SlotState& state = g_slots.states[slot];
    if (!state.free || slot_class(slot) != slot_class_wanted || !knows_end(creator, slot, state.final_epoch)) continue;
    *out = grant(slot);
    return true;
  }
  return false;
}

bool take_queued(const Context* creator, SlotQueue& queue, SlotGrant* out) {
  for (int probe = 0; probe < kProbes && queue.size > 0; ++probe) {
    const uint32_t slot = queue.pop();
    SlotState& state = g_slots.states[slot];
    state.queued = false;
    if (!state.free) continue;
    if (knows_end(creator, slot, state.final_epoch)) {
      *out = grant(slot);
      return true;
    }
    state.queued = true;
    queue.push(slot);
  }
  return false;
}

bool take_fresh(SlotQueue& queue, SlotClass slot_class, SlotGrant* out) {
  if (queue.fresh == queue.limit) return false;
  *out = grant(slot_index(slot_class, queue.fresh++));
  return true;
}

bool take_exact(const Context* creator, SlotClass slot_class, SlotGrant* out) {
  SlotQueue& queue = g_slots.queue(slot_class);
  return take_hinted(creator, slot_class, out) || take_queued(creator, queue, out) ||
         take_fresh(queue, slot_class, out);
}

bool take_oldest(SlotQueue& queue, SlotGrant* out) {
  while (queue.size > 0) {
    const uint32_t slot = queue.pop();
    SlotState& state = g_slots.states[slot];
    state.queued = false;
    if (!state.free) continue;
    *out = grant(slot, true);
    return true;
  }
  return false;
}

}  // namespace

SlotGrant take_slot(const Context* creator, SlotClass preferred, const Context* owner) {
  const SlotClass other = preferred == SlotClass::kLong ? SlotClass::kShort : SlotClass::kLong;
  SlotGrant result;
  g_slots.lock.lock();
  g_slots.reserve();
  // Short-lived strands leave the few long slots alone, except before an inexact reuse.
  const bool found = take_exact(creator, preferred, &result) || take_exact(creator, other, &result) ||
                     take_oldest(g_slots.queue(preferred), &result) || take_oldest(g_slots.queue(other), &result);
  if (found) g_slots.states[result.slot].owner = owner;
  g_slots.lock.unlock();
  return found ? result : SlotGrant{};
}

void put_slot(uint32_t slot, uint32_t final_epoch, uint32_t last_epoch) {
  g_slots.lock.lock();
  SlotState& state = g_slots.states[slot];
  state.owner = nullptr;
  state.final_epoch = final_epoch;
  state.last_epoch = last_epoch;
  if (last_epoch + kMinEpochsLeft < max_epoch(slot)) {
    state.free = true;
    if (!state.queued) {
      state.queued = true;
      g_slots.queue(slot_class(slot)).push(slot);
    }
  }
  g_slots.lock.unlock();
}

void visit_last_epochs(void (*visit)(uint32_t slot, uint32_t epoch, void* argument), void* argument) {
  g_slots.lock.lock();
  for (const SlotClass slot_class : {SlotClass::kShort, SlotClass::kLong}) {
    for (uint32_t number = 0; number < g_slots.queue(slot_class).fresh; ++number) {
      const uint32_t slot = slot_index(slot_class, number);
      const SlotState& state = g_slots.states[slot];
      // One word says both: an owner that is about to begin in the slot, or has left it, names another one.
      const uint64_t word = state.owner != nullptr ? __atomic_load_n(&state.owner->current, __ATOMIC_RELAXED) : 0;
      visit(slot, word != 0 && identity_slot(word) == slot ? identity_epoch(word) : state.last_epoch, argument);
    }
  }
  g_slots.lock.unlock();
}

size_t fresh_slots_used(SlotClass slot_class) {
  g_slots.lock.lock();
  const size_t used = g_slots.queue(slot_class).fresh;
  g_slots.lock.unlock();
  return used;
}

}  // namespace gorace::detector
