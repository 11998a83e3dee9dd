// A report names the locks that each side held, with the place where each was taken, and what is missing.
// expect: race
// needs: symbols
// expect-report: ^Mutex M1 \(0x[0-9a-f]+, table_lock\) held for reading by thread 3, locked at:$
// expect-report: ^  take_for_reading\(\)$
// expect-report: ^Hint: the write holds M1 for reading only; lock it for writing there\.$
// expect-report: ^Mutex M1 \(0x[0-9a-f]+, inner\) held by thread 5, locked at:$
// expect-report: ^Hint: the write is made under M1, the previous write under no lock\.$
// expect-report: ^Hint: the previous write is made under M1, the write under no lock\.$
// expect-no-report: outer
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex table_lock;
int table;
std::mutex inner;
std::mutex outer;
int first_value;
int second_value;

void take_for_reading() { table_lock.lock_shared(); }

// One after the other in time, without any edge that the detector could see: relaxed counters order nothing.
std::atomic<int> turn{0};
void wait_for(int wanted) {
  while (turn.load(std::memory_order_relaxed) != wanted) std::this_thread::yield();
}

int main() {
  std::thread reader([] {
    take_for_reading();
    (void)*const_cast<volatile int*>(&table);
    table_lock.unlock_shared();
    turn.store(1, std::memory_order_relaxed);
  });
  std::thread writer([] {
    wait_for(1);
    take_for_reading();
    table = 1;
    table_lock.unlock_shared();
    turn.store(2, std::memory_order_relaxed);
  });
  std::thread careless([] {
    wait_for(2);
    // Given back before the access: not held.
    outer.lock();
    outer.unlock();
    first_value = 1;
    turn.store(3, std::memory_order_relaxed);
  });
  std::thread careful([] {
    wait_for(3);
    const std::lock_guard guard(inner);
    first_value = 2;
    second_value = 1;
    turn.store(4, std::memory_order_relaxed);
  });
  wait_for(4);
  second_value = 2;
  reader.join();
  writer.join();
  careless.join();
  careful.join();
  return 0;
}
