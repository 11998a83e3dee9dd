// A field of a stack object whose address was given away is checked, at its own offset and at every level of optimisation.
// RUN: %clangxx -O0 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O1 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O2 -S -emit-llvm %s -o - | %check

struct S {
  long a, b;
};
void give_away(S* s);

// CHECK-LABEL: define {{.*}} @_Z1fv(
// CHECK: call void @_Z9give_awayP1S(
// CHECK: call {{.*}}@__gorace_write8(
// CHECK: call void @_Z9give_awayP1S(
void f() {
  S s;
  give_away(&s);
  s.b = 1;
  give_away(&s);
}
