// Crew: OS threads that do work one at a time, as they are told, for tests of what the detector keeps for each thread.
#ifndef GORACE_TESTS_UNIT_DETECTOR_CREW_H_
#define GORACE_TESTS_UNIT_DETECTOR_CREW_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

namespace gorace::detector::testing {

class Crew {
 public:
  explicit Crew(size_t members) {
    for (size_t i = 0; i < members; ++i) {
      members_.push_back(std::make_unique<Member>());
      Member& member = *members_.back();
      member.thread = std::thread([&member] { member.serve(); });
    }
  }
  ~Crew() {
    for (size_t i = 0; i < members_.size(); ++i) {
      run(i, nullptr);
      members_[i]->thread.join();
    }
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  size_t size() const { return members_.size(); }

  // run has the member do the work, and returns when it is done.
  void run(size_t who, std::function<void()> work) {
    Member& member = *members_[who];
    member.work = std::move(work);
    member.begin.release();
    member.end.acquire();
  }

 private:
  struct Member {
    void serve() {
      for (;;) {
        begin.acquire();
        const bool is_last = work == nullptr;
        if (!is_last) work();
        end.release();
        if (is_last) return;
      }
    }

    std::function<void()> work;
    std::binary_semaphore begin{0};
    std::binary_semaphore end{0};
    std::thread thread;
  };

  std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace gorace::detector::testing

#endif  // GORACE_TESTS_UNIT_DETECTOR_CREW_H_
