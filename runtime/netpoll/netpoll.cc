#include "runtime/netpoll/netpoll.h"

#include "runtime/sched/scheduler.h"

namespace gorace::runtime {

constinit NetPoll g_netpoll;

void ready_goroutines(ReadyGoroutines* found) {
  for (int i = 0; i < found->count; ++i) ready(found->list[i]);
  g_netpoll.waiters.fetch_sub(found->count, std::memory_order_relaxed);
  found->count = 0;
}

bool look_at_network() {
  ReadyGoroutines found;
  netpoll(0, &found);
  if (found.count == 0) return false;
  ready_goroutines(&found);
  return true;
}

bool become_poller(M* m) {
  // seq_cst: pairs with count_waiter's (poll_desc.cc). Either this M sees the waiter, or the waiter sees an idle P.
  if (g_netpoll.waiters.load(std::memory_order_seq_cst) == 0) return false;
  M* nobody = nullptr;
  return g_netpoll.poller.compare_exchange_strong(nobody, m, std::memory_order_seq_cst);
}

void stop_polling() { g_netpoll.poller.store(nullptr, std::memory_order_seq_cst); }

}  // namespace gorace::runtime
