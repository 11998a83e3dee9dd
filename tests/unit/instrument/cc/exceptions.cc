// A function that catches has its own calling context again in the handler, also when the thrower is not instrumented.
// RUN: %clangxx -O0 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O2 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O2 -fno-exceptions -DNO_EXCEPTIONS -S -emit-llvm %s -o /dev/null

void call();
void handle();

// CHECK-LABEL: define {{.*}} @_Z7catchesv(
// CHECK: %[[OWN:.*]] = mul i64
// CHECK: invoke void @_Z4callv()
// CHECK: landingpad
// CHECK-NEXT: catch
// CHECK: store i64 %[[OWN]], ptr addrspace(257)
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
