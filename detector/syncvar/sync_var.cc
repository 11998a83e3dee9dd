#include "detector/syncvar/sync_var.h"

#include "detector/context/private_phase.h"
#include "detector/syncvar/chain.h"
#include "detector/syncvar/meta.h"
#include "runtime/base/check.h"

namespace gorace::detector {

constinit IndexSlab<SyncVar> g_sync_vars(uint32_t{1} << 28, "synchronisation objects");

namespace {

// A search without the chain's lock that meets more links than a chain can have was led astray by elements being
// recycled.
constexpr int kMaxChain = 2 * kMetaGranule + 2;

// lock_if_at locks the object when it is the one at `address`. Objects are never unmapped, so that one which was
// dropped, or belongs elsewhere by now, can be looked at safely; only under its lock its address is sure.
[[gnu::always_inline]] inline SyncVar* lock_if_at(SyncVar& sync_var, uintptr_t address) {
  if (sync_var.address.load(std::memory_order_relaxed) != address) return nullptr;
  sync_var.lock.lock();
  if (sync_var.address.load(std::memory_order_relaxed) == address) return &sync_var;
  sync_var.lock.unlock();
  return nullptr;
}

// walk_unlocked walks the chain without its lock and returns what try_element(sync_var) gives for the first element
// that may be the one at `address`. Null means not found, for certain or disturbed by others.
template <class TryElement>
[[gnu::always_inline]] inline SyncVar* walk_unlocked(uintptr_t address, bool* certain, TryElement&& try_element) {
  // acquire: pairs with the release of whoever linked the element.
  uint32_t link = __atomic_load_n(meta_word(address), __ATOMIC_ACQUIRE);
  *certain = link == 0;
  for (int steps = 0; (link & ~kMetaLock) != 0 && steps < kMaxChain; ++steps) {
    link &= ~kMetaLock;
    if (!is_heap_link(link)) {
      if (SyncVar* found = try_element(sync_var_of(link))) return found;
    }
    link = __atomic_load_n(&next_of(link), __ATOMIC_ACQUIRE);
  }
  return nullptr;
}

[[gnu::always_inline]] inline SyncVar* find_unlocked(uintptr_t address, bool* certain) {
  return walk_unlocked(address, certain, [=](SyncVar& sync_var) { return lock_if_at(sync_var, address); });
}

SyncVar* find_in_chain(const ChainLock& chain, uintptr_t address) {
  for (uint32_t link = chain.head(); link != 0; link = next_of(link)) {
    if (is_heap_link(link)) continue;
    if (SyncVar* found = lock_if_at(sync_var_of(link), address)) return found;
  }
  return nullptr;
}

[[gnu::noinline]] SyncVar* lock_or_create(uintptr_t address) {
  ChainLock chain(address);
  if (SyncVar* found = find_in_chain(chain, address)) return found;
  const uint32_t index = g_sync_vars.allocate(thread_state().sync_vars);
  // 2^28 objects are 8 GiB. Without one, a release would be lost and a false race reported.
  GORACE_CHECK(index != 0);
  SyncVar& created = g_sync_vars.at(index);
  created.lock.lock();
  created.address.store(address, std::memory_order_relaxed);
  set_page_flag(address, kPageHasMeta);
  chain.push(sync_link(index));
  return &created;
}

}  // namespace

void prefetch_sync_var(uintptr_t address) {
  const uint32_t link = __atomic_load_n(meta_word(address), __ATOMIC_RELAXED) & ~kMetaLock;
  if (link != 0 && !is_heap_link(link)) __builtin_prefetch(&sync_var_of(link));
}

SyncVar* lock_sync_var(uintptr_t address) {
  bool certain;
  if (SyncVar* found = find_unlocked(address, &certain)) return found;
  return lock_or_create(address);
}

SyncVar* lock_sync_var_if_present(uintptr_t address) {
  bool certain;
  SyncVar* found = find_unlocked(address, &certain);
  if (found != nullptr || certain) return found;
  ChainLock chain(address);
  return find_in_chain(chain, address);
}

void acquire_locked(Context* context, SyncVar& sync_var) { sync_var.released.acquire_into(*context); }

void release_locked(Context* context, SyncVar& sync_var) {
  sync_var.released.store(*context);
  context_advance_epoch(context);
}

void release_merge_locked(Context* context, SyncVar& sync_var) {
  sync_var.released.merge(*context);
  context_advance_epoch(context);
}

namespace {

// is_known: the strand knows all that was released at `address`, as far as can be seen without a lock. It cannot change
// meanwhile when the caller holds what the object stands for; otherwise the acquire counts as done before the change.
[[gnu::always_inline]] inline bool is_known(const Context& context, uintptr_t address) {
  bool certain;
  const SyncVar* found = walk_unlocked(address, &certain, [&](SyncVar& sync_var) {
    const bool here = sync_var.address.load(std::memory_order_relaxed) == address;
    return here && sync_var.released.is_known_to(context) ? &sync_var : nullptr;
  });
  // Still the same object: what was looked at belongs to this address.
  return certain || (found != nullptr && found->address.load(std::memory_order_acquire) == address);
}

}  // namespace

bool knows_released(const Context& context, uintptr_t address) { return is_known(context, address); }

bool knows_released_value(const Context& context, uintptr_t address) {
  bool certain;
  const SyncVar* found = walk_unlocked(address, &certain, [&](SyncVar& sync_var) {
    const bool here = sync_var.address.load(std::memory_order_relaxed) == address;
    return here && !sync_var.lock.is_held() && sync_var.released.is_known_to(context) ? &sync_var : nullptr;
  });
  return certain || (found != nullptr && found->address.load(std::memory_order_acquire) == address);
}

void acquire(Context* context, uintptr_t address) {
  if (in_private_phase()) return;
  if (is_known(*context, address)) return;
  SyncVar* sync_var = lock_sync_var_if_present(address);
  if (sync_var == nullptr) return;
  acquire_locked(context, *sync_var);
  sync_var->lock.unlock();
}

void release(Context* context, uintptr_t address) {
  if (in_private_phase()) return;
  bool certain;
  SyncVar* sync_var = find_unlocked(address, &certain);
  if (__builtin_expect(sync_var == nullptr, 0)) sync_var = lock_or_create(address);
  sync_var->released.store(*context);
  context_advance_epoch(context);
  sync_var->lock.unlock();
}

void release_merge(Context* context, uintptr_t address) {
  if (in_private_phase()) return;
  with_sync_var(address, [&](SyncVar& sync_var) { release_merge_locked(context, sync_var); });
}

void release_acquire(Context* context, uintptr_t address) {
  if (in_private_phase()) return;
  with_sync_var(address, [&](SyncVar& sync_var) {
    // After the acquire half, the context's clock contains the object's.
    sync_var.released.acquire_and_store(*context);
    context_advance_epoch(context);
  });
}

void acquire_shared(Context* context, uintptr_t address) { acquire(context, address); }

void release_shared(Context* context, uintptr_t address) {
  if (in_private_phase()) return;
  SyncVar* readers = lock_sync_var_if_present(address | kReadersHalf);
  if (readers == nullptr) {
    with_sync_var(address, [](SyncVar& sync_var) { sync_var.has_readers_half = true; });
    readers = lock_sync_var(address | kReadersHalf);
  }
  release_merge_locked(context, *readers);
  readers->lock.unlock();
}

void acquire_exclusive(Context* context, uintptr_t address) {
  if (in_private_phase()) return;
  SyncVar* sync_var = lock_sync_var_if_present(address);
  if (sync_var == nullptr) return;
  acquire_locked(context, *sync_var);
  const bool has_readers_half = sync_var->has_readers_half;
  sync_var->lock.unlock();
  if (!has_readers_half) return;
  SyncVar* readers = lock_sync_var_if_present(address | kReadersHalf);
  if (readers == nullptr) return;
  acquire_locked(context, *readers);
  // The writer's release will contain it, and nobody takes the lock before that.
  readers->released.clear();
  readers->lock.unlock();
}

void drop_sync_var(uint32_t link) {
  SyncVar& sync_var = sync_var_of(link);
  sync_var.lock.lock();
  sync_var.address.store(0, std::memory_order_relaxed);
  sync_var.released.clear();
  sync_var.has_readers_half = false;
  sync_var.lock.unlock();
  g_sync_vars.free(thread_state().sync_vars, link_index(link));
}

void forget_sync_vars(uintptr_t address, size_t bytes) {
  visit_chains(address, bytes, [=](uintptr_t granule) {
    if (has_heap_cell_only(granule)) return;
    ChainLock chain(granule);
    chain.remove_if([=](uint32_t link) { return !is_heap_link(link) && address_of(link, granule) - address < bytes; },
                    drop_sync_var);
  });
}

size_t sync_vars_in_use() {
  size_t cached = 0;
  for_each_thread_state([](ThreadState& state, void* sum) { *static_cast<size_t*>(sum) += state.sync_vars.count; },
                        &cached);
  return g_sync_vars.outside_pool() - cached;
}

}  // namespace gorace::detector
