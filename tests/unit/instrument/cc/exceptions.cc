// A function that catches has its own calling context again in the handler, also when the thrower is not instrumented.
// RUN: %clangxx -O0 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O2 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O2 -fno-exceptions -DNO_EXCEPTIONS -S -emit-llvm %s -o /dev/null

void call();
void handle();

// CHECK-LABEL: define {{.*}} @_Z7catchesv(
// CHECK: %[[BOTH:.*]] = call { i64, i64 } asm sideeffect "callq __gorace_enter@PLT"
// CHECK: %[[OWN:.*]] = extractvalue { i64, i64 } %[[BOTH]], 1
// CHECK: invoke void @_Z4callv()
// CHECK: landingpad
// CHECK-NEXT: catch
// CHECK: asm sideeffect "movq $0, %fs:__gorace_tls@tpoff+8", "r"(i64 %[[OWN]])
// CHECK: {{call|invoke}} void @_Z6handlev()
void catches() {
#ifndef NO_EXCEPTIONS
  try {
    call();
  } catch (...) {
    handle();
  }
#endif
}
