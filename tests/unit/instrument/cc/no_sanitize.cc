// Functions that opt out, each in its own way, are not checked; what calls them is, and they are not inlined into it.
// RUN: %clangxx -O0 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O2 -S -emit-llvm %s -o - | %check

// CHECK-LABEL: define {{.*}} @_Z10attributedPi(
// CHECK-NOT: call {{.*}}__gorace_write
// CHECK: ret void
__attribute__((no_sanitize("thread"))) void attributed(int* p) { *p = 1; }

// CHECK-LABEL: define {{.*}} @_Z8disabledPi(
// CHECK-NOT: call {{.*}}__gorace_write
// CHECK: ret void
__attribute__((disable_sanitizer_instrumentation)) void disabled(int* p) { *p = 2; }

// CHECK-LABEL: define {{.*}} @_Z9annotatedPi(
// CHECK-NOT: call {{.*}}__gorace_write
// CHECK: ret void
[[clang::annotate("gorace.skip")]] void annotated(int* p) { *p = 3; }

// CHECK-LABEL: define {{.*}} @_Z14other_sanitizePi(
// CHECK: call {{.*}}@__gorace_write4
__attribute__((no_sanitize("address"))) void other_sanitize(int* p) { *p = 4; }

namespace n {
struct S {
  int value;
  __attribute__((no_sanitize("thread"))) void method() { value = 5; }
};
template <class T>
__attribute__((no_sanitize("thread"))) void generic(T* p) {
  *p = 6;
}
}  // namespace n

// CHECK-LABEL: define {{.*}} @_Z6callerPiPN1n1SE(
// CHECK: call void @_Z10attributedPi(
// CHECK: call void @_Z8disabledPi(
// CHECK: call void @_Z9annotatedPi(
// CHECK: call void @_ZN1n1S6methodEv(
// CHECK: call void @_ZN1n7genericIiEEvPT_(
void caller(int* p, n::S* s) {
  attributed(p);
  disabled(p);
  annotated(p);
  s->method();
  n::generic(p);
}

// CHECK-LABEL: define {{.*}} @_ZN1n1S6methodEv(
// CHECK-NOT: call {{.*}}__gorace_write
// CHECK: ret void
// CHECK-LABEL: define {{.*}} @_ZN1n7genericIiEEvPT_(
// CHECK-NOT: call {{.*}}__gorace_write
// CHECK: ret void
