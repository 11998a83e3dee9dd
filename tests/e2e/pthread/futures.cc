// std::async, std::promise, std::packaged_task, an exception through a future, shared_future.
// expect: clean
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

int main() {
  int result = 0;
  auto computed = std::async(std::launch::async, [&result] {
    result = 5;
    return std::string("done");
  });
  if (computed.get() != "done" || result != 5) return 1;

  std::promise<std::vector<int>> promise;
  std::shared_future<std::vector<int>> shared = promise.get_future().share();
  std::thread one([shared] {
    if (shared.get().size() != 3) std::abort();
  });
  std::thread other([shared] {
    if (shared.get()[2] != 3) std::abort();
  });
  promise.set_value({1, 2, 3});
  one.join();
  other.join();

  std::packaged_task<int()> task([]() -> int { throw std::runtime_error("as expected"); });
  auto failing = task.get_future();
  std::thread runner(std::move(task));
  try {
    failing.get();
    return 2;
  } catch (const std::runtime_error& error) {
    if (std::string(error.what()) != "as expected") return 3;
  }
  runner.join();
}
