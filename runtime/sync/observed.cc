#include "runtime/sync/observed.h"

#include <gorace/internal/sema.h>

namespace gorace::internal {

using runtime::G;
using runtime::Hooks;
using runtime::observe;

void tell_acquire(G* g, const void* object) { observe<&Hooks::acquire>(g, object); }
void tell_release(G* g, const void* object) { observe<&Hooks::release>(g, object); }
void tell_release_merge(G* g, const void* object) { observe<&Hooks::release_merge>(g, object); }
void tell_release_acquire(G* g, const void* object) { observe<&Hooks::release_acquire>(g, object); }
void tell_exchange(G* g, G* parked) { observe<&Hooks::exchange>(g, parked); }
void tell_access(G* g, const void* address, size_t bytes, bool is_write, runtime::CallPlace place) {
  observe<&Hooks::access>(g, address, bytes, is_write, place);
}
void tell_concurrent_write(G* g, const void* address, size_t bytes) {
  observe<&Hooks::concurrent_write>(g, address, bytes);
}
void tell_dead(const void* address, size_t bytes) { observe<&Hooks::object_dead>(address, bytes); }

void note_acquire_observed(const void* object) { tell_acquire(runtime::current_g(), object); }
void note_release_observed(const void* object) { tell_release(runtime::current_g(), object); }
void note_release_merge_observed(const void* object) { tell_release_merge(runtime::current_g(), object); }

void note_locked_observed(const void* lock, const void* object, bool shared) {
  G* g = runtime::current_g();
  tell_acquire(g, object);
  observe<&Hooks::lock_taken>(g, lock, shared);
}
void note_unlocking_observed(const void* lock) { observe<&Hooks::lock_dropped>(runtime::current_g(), lock); }

void note_lock_wanted_observed(const void* lock, runtime::CallPlace place) {
  observe<&Hooks::lock_wanted>(runtime::current_g(), lock, place);
}

void forget_object(const void* address, size_t bytes) noexcept {
  if (observed()) tell_dead(address, bytes);
}

void lock_born(const void* address, size_t bytes) noexcept {
  if (!observed()) return;
  // Not attached: a static initialiser runs alone.
  G* g = runtime::current_g_or_null();
  if (g != nullptr) tell_access(g, address, 1, true);
  forget_object(address, bytes);
  if (g != nullptr) tell_access(g, address, 1, true);
}

}  // namespace gorace::internal
