// Go's pool_test.go, with a pool of buffers as C++ programs have them: a list under a mutex. (Go's own drops objects at
// random.)
#include <gorace/mutex.h>

#include <memory>
#include <mutex>
#include <vector>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

using Buffer = std::vector<char>;

class Pool {
 public:
  Buffer* get() {
    std::lock_guard lock(mutex_);
    if (free_.empty()) return owned_.emplace_back(std::make_unique<Buffer>(10)).get();
    Buffer* buffer = free_.back();
    free_.pop_back();
    return buffer;
  }
  void put(Buffer* buffer) {
    std::lock_guard lock(mutex_);
    free_.push_back(buffer);
  }

 private:
  Mutex mutex_;
  std::vector<std::unique_ptr<Buffer>> owned_;
  std::vector<Buffer*> free_;
};

// A buffer that is still used after it was given back.
RACE_CASE(RacePool) {
  Pool pool;
  Buffer* x = pool.get();
  (*x)[0] = 1;
  pool.put(x);
  with_goroutine([&] { (*pool.get())[0] = 2; }, [&] { (*x)[0] = 3; });
}

RACE_CASE(NoRacePool) {
  for (int i = 0; i < 10; ++i) {
    Pool pool;
    Buffer* x = pool.get();
    (*x)[0] = 1;
    pool.put(x);
    Goroutines goroutines;
    goroutines.go([&] {
      Buffer* y = pool.get();
      (*y)[0] = 2;
      pool.put(y);
    });
    let_others_run();
    (*pool.get())[0] = 3;
  }
}

}  // namespace
}  // namespace gorace::conformance
