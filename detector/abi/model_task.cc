// Work that is handed to a library as a std::function<void()>: where it runs, nobody could acquire for it but itself.
#include <functional>
#include <memory>
#include <utility>

#include "detector/abi/abi.h"

namespace {

// What the program handed over, and the order around it. Shared by all copies of one std::function; its address is the
// object that orders its runs after the hand-over.
struct HandedOver {
  std::function<void()> work;
  void* acquired;
  void* released;
};

void run(HandedOver& task) {
  __gorace_model_acquire(&task);
  __gorace_model_acquire(task.acquired);
  task.work();
  __gorace_model_release(task.released);
}

}  // namespace

extern "C" void __gorace_model_task(void* function, void* acquired, void* released) {
  auto& work = *static_cast<std::function<void()>*>(function);
  if (__gorace_tls.context == nullptr || !work) return;
  auto task = std::make_shared<HandedOver>(HandedOver{std::move(work), acquired, released});
  __gorace_model_release(task.get());
  work = [task = std::move(task)] { run(*task); };
}
