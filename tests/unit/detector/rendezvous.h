// Rendezvous: lets all threads go at the same moment, again and again. Spins: what they do must meet.
#ifndef GORACE_TESTS_UNIT_DETECTOR_RENDEZVOUS_H_
#define GORACE_TESTS_UNIT_DETECTOR_RENDEZVOUS_H_

#include <atomic>
#include <thread>

namespace gorace::detector::testing {

class Rendezvous {
 public:
  explicit Rendezvous(int threads) : threads_(threads) {}
  void wait() {
    const int round = round_.load();
    if (arrived_.fetch_add(1) + 1 == threads_) {
      arrived_.store(0);
      round_.fetch_add(1);
      return;
    }
    for (int spins = 0; round_.load() == round; ++spins) {
      if (spins > 1000) std::this_thread::yield();
    }
  }

 private:
  const int threads_;
  std::atomic<int> arrived_{0};
  std::atomic<int> round_{0};
};

}  // namespace gorace::detector::testing

#endif  // GORACE_TESTS_UNIT_DETECTOR_RENDEZVOUS_H_
