// blocking-call, thread-local, shared-write, mixed-atomic.
#include <gorace/gorace.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;

void use(int);
void work();

void sleeps() {
  gorace::go([] { std::this_thread::sleep_for(1ms); });  // warn: blocking-call
  gorace::go([] { gorace::sleep(1ms); });
  gorace::go([] { gorace::blocking([] { std::this_thread::sleep_for(1ms); }); });
  gorace::go([] {
    gorace::lock_os_thread();
    std::this_thread::sleep_for(1ms);
  });
  std::thread([] { std::this_thread::sleep_for(1ms); }).detach();
  std::this_thread::sleep_for(1ms);
}

void reader(int fd) {
  char c;
  (void)read(fd, &c, 1);  // warn: blocking-call
}
void not_a_goroutine(int fd) {
  char c;
  (void)read(fd, &c, 1);
}
void reads(int fd) {
  gorace::go(reader, fd);
  not_a_goroutine(fd);
}

void polls(pollfd* fd) {
  gorace::go([fd] {
    poll(fd, 1, 0);
    poll(fd, 1, -1);  // warn: blocking-call
  });
}

void waits(std::mutex& mutex, std::condition_variable& changed, bool& ready) {
  gorace::go([&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ready; });  // warn: blocking-call
  });
}

struct Reader {
  int read() { return 1; }
};
void own_read() {
  gorace::go([] { Reader().read(); });
}

thread_local int counter;
struct Cache {
  int hits;
};
thread_local Cache cache;

void cached(gorace::Chan<int> c) {
  int& mine = counter;
  c.recv();
  ++mine;  // warn: thread-local
}

void cached_pointer() {
  Cache* mine = &cache;
  mine->hits++;
  gorace::yield();
  mine->hits++;  // warn: thread-local
}

void cached_in_loop(gorace::Chan<int> c) {
  int* hits = &cache.hits;
  while (true) {
    ++*hits;  // warn: thread-local
    c.recv();
  }
}

void taken_again(gorace::Chan<int> c) {
  while (true) {
    int& mine = counter;
    ++mine;
    c.recv();
  }
}

void copied_value(gorace::Chan<int> c) {
  const int value = counter;
  c.recv();
  use(value);
}

void used_before(gorace::Chan<int> c) {
  int& mine = counter;
  ++mine;
  c.recv();
}

void bound_to_thread(gorace::Chan<int> c) {
  gorace::lock_os_thread();
  int& mine = counter;
  c.recv();
  ++mine;
}

void of_a_thread(gorace::Chan<int> c) {
  std::thread([c] {
    int& mine = counter;
    c.recv();
    ++mine;
  }).join();
}

int total = 0;
std::atomic<int> atomic_total{0};
gorace::Mutex mutex;

void by_each_of_several() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 10; ++i) {
    wg.go([] { ++total; });  // warn: shared-write
  }
  wg.wait();
}

void captured() {
  int sum = 0;
  gorace::WaitGroup wg;
  for (int i = 0; i < 10; ++i) {
    wg.go([&sum, i] { sum += i; });  // warn: shared-write
  }
  wg.wait();
  use(sum);
}

void add_many(int n) {
  for (int i = 0; i < n; ++i) ++total;  // warn: shared-write
}
void by_function() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 2; ++i) wg.go([] { add_many(10); });
  wg.wait();
}

void by_named_function() {
  for (int i = 0; i < 2; ++i) gorace::go(add_many, 10);
}

void read_meanwhile() {
  bool done = false;
  gorace::WaitGroup wg;
  wg.go([&done] { done = true; });  // warn: shared-write
  if (done) std::puts("done");
  wg.wait();
}

void waits_before_reading() {
  int result = 0;
  gorace::WaitGroup wg;
  wg.go([&result] { result = 42; });
  wg.wait();
  use(result);
}

void waits_in_each_round() {
  auto done = gorace::make_chan<bool>();
  for (int i = 0; i < 10; ++i) {
    gorace::WaitGroup wg;
    wg.go([] { ++total; });
    wg.wait();
  }
}

void locked() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 10; ++i) {
    wg.go([] {
      std::lock_guard lock(mutex);
      ++total;
    });
  }
  wg.wait();
}

void atomically() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 10; ++i) wg.go([] { ++atomic_total; });
  wg.wait();
}

void by_one_of_them() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 10; ++i) {
    wg.go([i] {
      if (i == 3) total = 1;
    });
  }
  wg.wait();
}

void each_its_own(int n) {
  gorace::WaitGroup wg;
  for (int i = 0; i < n; ++i) {
    wg.go([i]() mutable { i += 1; });
  }
  int sums[4] = {};
  for (int i = 0; i < 4; ++i) wg.go([&sums, i] { sums[i] = i; });
  wg.wait();
}

void own_local_of_goroutine() {
  for (int i = 0; i < 10; ++i) {
    gorace::go([] {
      int sum = 0;
      auto add = [&sum] { ++sum; };
      add();
    });
  }
}

struct Stats {
  Stats() { hits = 0; }
  void hit() { __atomic_fetch_add(&hits, 1, __ATOMIC_RELAXED); }
  void reset() { hits = 0; }  // warn: mixed-atomic
  int read() const {
    return hits;  // after the last hit, for all that can be seen
  }
  int read_properly() const { return __atomic_load_n(&hits, __ATOMIC_RELAXED); }
  int read_under_lock() {
    std::lock_guard lock(mutex);
    return hits;
  }
  static Stats copy(const Stats& other) {
    Stats made;
    made.hits = other.read_properly();
    return made;
  }
  int others() const { return plain; }
  int hits;
  int plain = 0;
};

int referenced = 0;
void by_atomic_ref() { std::atomic_ref<int>(referenced).fetch_add(1); }
void write_referenced() {
  referenced = 0;  // warn: mixed-atomic
}

std::atomic_flag spin = ATOMIC_FLAG_INIT;
void count_by_spin_lock() {
  while (spin.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  ++total;
  spin.clear(std::memory_order_release);
}
void by_spin_lock() {
  for (int i = 0; i < 2; ++i) gorace::go(count_by_spin_lock);
}
