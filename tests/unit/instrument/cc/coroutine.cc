// Coroutines: instrumented after they are split, so that their parts keep the calling context as other functions do.
// RUN: %clangxx -O0 -S -emit-llvm %s -o %t.0.ll
// RUN: %opt -passes=verify -disable-output %t.0.ll
// RUN: %check --input-file=%t.0.ll
// RUN: %clangxx -O2 -S -emit-llvm %s -o %t.2.ll
// RUN: %opt -passes=verify -disable-output %t.2.ll
// RUN: %check --input-file=%t.2.ll
#include <coroutine>

struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception();
  };
  std::coroutine_handle<promise_type> handle;
};
void call();

// CHECK-LABEL: define internal {{.*}} @_Z4workPl.resume(
// CHECK: asm sideeffect "callq __gorace_enter@PLT"
// CHECK: @__gorace_write8(
// CHECK: {{call|invoke}} void @_Z4callv()
Task work(long* p) {
  *p = 1;
  co_await std::suspend_always();
  call();
  *p = 2;
}
