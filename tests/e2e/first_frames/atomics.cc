// Atomic against plain accesses, by std::atomic and std::atomic_ref: 12 sides.
#include <atomic>
#include <thread>

struct Word {
  alignas(std::atomic<int>) char bytes[sizeof(std::atomic<int>)];
  std::atomic<int>& atomic() { return reinterpret_cast<std::atomic<int>&>(bytes); }
  int& plain() { return reinterpret_cast<int&>(bytes); }
};
Word g_words[6];
std::atomic<bool> g_done{false};

[[gnu::noinline]] void user_store(Word& word) { word.atomic().store(1, std::memory_order_relaxed); }
[[gnu::noinline]] void user_load(Word& word) {
  volatile int copy = word.atomic().load(std::memory_order_relaxed);
  (void)copy;
}
[[gnu::noinline]] void user_add(Word& word) { word.atomic().fetch_add(1, std::memory_order_relaxed); }
[[gnu::noinline]] void user_assign(Word& word) { word.atomic() = 3; }
[[gnu::noinline]] void user_exchange(Word& word) {
  int expected = 0;
  word.atomic().compare_exchange_strong(expected, 7);
}
[[gnu::noinline]] void user_ref(Word& word) { std::atomic_ref<int>(word.plain()).store(1); }
[[gnu::noinline]] void user_write(Word& word) { word.plain() = 2; }

int main() {
  void (*const uses[])(Word&) = {user_store, user_load, user_add, user_assign, user_exchange, user_ref};
  for (int i = 0; i < 6; ++i) {
    g_done.store(false, std::memory_order_relaxed);
    std::thread one([&, i] {
      uses[i](g_words[i]);
      g_done.store(true, std::memory_order_relaxed);
    });
    std::thread other([&, i] {
      while (!g_done.load(std::memory_order_relaxed)) std::this_thread::yield();
      user_write(g_words[i]);
    });
    one.join();
    other.join();
  }
}
