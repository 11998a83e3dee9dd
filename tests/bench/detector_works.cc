// The works of tests/bench/compare.sh detector that need no goroutines: one program, compiled with gorace and with
// ThreadSanitizer. usage: detector_works WORK     prints one number, nanoseconds an operation or what the work's
// comment says
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "tests/bench/measure.h"

namespace {

// What the calling thread has used of a processor: on a shared machine steadier than the time of day.
constexpr clockid_t kThreadTime = CLOCK_THREAD_CPUTIME_ID;

template <class T>
void keep(T&& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

double thread_spawn_join() {
  const auto body = [](long n) {
    for (long i = 0; i < n / 100; ++i) std::thread([] {}).join();
  };
  return ns_each(CLOCK_MONOTONIC, body) * 100;
}

double mutex_pair() {
  std::mutex mutex;
  return ns_each(kThreadTime, [&](long n) {
    for (long i = 0; i < n; ++i) {
      mutex.lock();
      mutex.unlock();
    }
  });
}

std::atomic<uint64_t> word{0};

double atomic_add() {
  return ns_each(kThreadTime, [](long n) {
    for (long i = 0; i < n; ++i) word.fetch_add(1);
  });
}

// The word was released by another thread, as a flag would be.
void release_word() {
  std::thread([] { word.store(1, std::memory_order_release); }).join();
}

double acquire_load() {
  release_word();
  return ns_each(kThreadTime, [](long n) {
    for (long i = 0; i < n; ++i) (void)word.load(std::memory_order_acquire);
  });
}

double relaxed_load() {
  release_word();
  return ns_each(kThreadTime, [](long n) {
    for (long i = 0; i < n; ++i) (void)word.load(std::memory_order_relaxed);
  });
}

// 2048 words a round; each round begins with a release, so every access is the first of its epoch.
template <class Access>
double first_in_epoch(Access access) {
  static uint64_t words[2048];
  std::mutex mutex;
  return ns_each(kThreadTime, [&](long n) {
    for (long round = 0; round < n / 2048; ++round) {
      mutex.lock();
      mutex.unlock();
      for (uint64_t& each : words) access(each);
    }
  });
}

double first_write() {
  return first_in_epoch([](uint64_t& each) { *const_cast<volatile uint64_t*>(&each) = 1; });
}

double first_read() {
  return first_in_epoch([](uint64_t& each) { (void)*const_cast<volatile uint64_t*>(&each); });
}

double malloc_free(size_t bytes) {
  return ns_each(kThreadTime, [=](long n) {
    for (long i = 0; i < n; ++i) {
      void* block = malloc(bytes);
      keep(block);
      free(block);
    }
  });
}

// --- Memory ---

// Resident bytes for each byte that a program touches: all of a large block.
double memory_of_block() {
  constexpr size_t kWords = size_t{8} << 20;
  const long before = resident_bytes();
  auto* words = static_cast<uint64_t*>(malloc(kWords * 8));
  for (size_t i = 0; i < kWords; ++i) words[i] = i;
  keep(words);
  const double ratio = static_cast<double>(resident_bytes() - before) / static_cast<double>(kWords * 8);
  free(words);
  return ratio;
}

// The same for a million small blocks of 48 bytes, linked: 64 MB with malloc's own.
double memory_of_nodes() {
  struct Node {
    Node* next;
    uint64_t values[5];
  };
  constexpr long kNodes = 1'000'000;
  const long before = resident_bytes();
  Node* head = nullptr;
  for (long i = 0; i < kNodes; ++i) {
    auto* node = new Node;
    node->next = head;
    for (uint64_t& value : node->values) value = 1;
    head = node;
  }
  const double ratio = static_cast<double>(resident_bytes() - before) / static_cast<double>(kNodes * 64);
  while (head != nullptr) delete std::exchange(head, head->next);
  return ratio;
}

// Bytes for each of a million mutexes, each locked once; their own 40 bytes and the shadow of these not counted.
double memory_of_mutexes() {
  constexpr size_t kMutexes = 1'000'000;
  auto mutexes = std::make_unique<std::mutex[]>(kMutexes);
  const long before = resident_bytes();
  for (size_t i = 0; i < kMutexes; ++i) const std::lock_guard guard(mutexes[i]);
  return static_cast<double>(resident_bytes() - before) / static_cast<double>(kMutexes);
}

struct Work {
  const char* name;
  double (*run)();
};
constexpr Work kWorks[] = {
    {"ThreadSpawnJoin", thread_spawn_join},
    {"MutexPair", mutex_pair},
    {"AtomicAdd", atomic_add},
    {"AcquireLoad", acquire_load},
    {"RelaxedLoad", relaxed_load},
    {"FirstWriteInEpoch", first_write},
    {"FirstReadInEpoch", first_read},
    {"Malloc32", [] { return malloc_free(32); }},
    {"Malloc1000", [] { return malloc_free(1000); }},
    {"Malloc100000", [] { return malloc_free(100'000); }},
    {"MemoryOfBlock", memory_of_block},
    {"MemoryOfNodes", memory_of_nodes},
    {"MemoryOfMutexes", memory_of_mutexes},
};

}  // namespace

int main(int argc, char** argv) {
  std::thread([] {}).join();  // what has only one thread costs gorace next to nothing (detector/context/private_phase.h)
  for (const Work& work : kWorks) {
    if (argc != 2 || strcmp(argv[1], work.name) != 0) continue;
    printf("%.2f\n", work.run());
    return 0;
  }
  fprintf(stderr, "usage: %s WORK, one of", argv[0]);
  for (const Work& work : kWorks) fprintf(stderr, " %s", work.name);
  fprintf(stderr, "\n");
  return 2;
}
