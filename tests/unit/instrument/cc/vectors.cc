// What the vectoriser makes of loops is checked in full, also where it is wider than 16 bytes. (clang's ThreadSanitizer skips such accesses.)
// RUN: %clangxx -O2 -mavx2 -mprefer-vector-width=256 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O2 -mavx512f -mprefer-vector-width=512 -S -emit-llvm %s -o - | %bin/FileCheck %s --check-prefix=WIDEST

// A vectorised loop of known length is checked in front of it, and stays vectorised.
// CHECK-LABEL: define {{.*}} @_Z5scalePfi(
// CHECK: call void @__gorace_write_range(
// CHECK: store <8 x float>
// WIDEST: call void @__gorace_write_range(
// WIDEST: store <16 x float>
void scale(float* p, int n) {
  for (int i = 0; i < n; ++i) p[i] *= 3;
}

typedef float Eight __attribute__((vector_size(32), aligned(4)));
typedef float Sixteen __attribute__((vector_size(64), aligned(4)));

// CHECK-LABEL: define {{.*}} @_Z11store_eightPDv8_f(
// CHECK: call preserve_mostcc void @__gorace_check_write32(ptr
// CHECK: store <8 x float>
void store_eight(Eight* p) { *p = Eight{}; }

// WIDEST-LABEL: define {{.*}} @_Z13store_sixteenPDv16_f(
// WIDEST: call preserve_mostcc void @__gorace_check_write64(ptr
// WIDEST: store <16 x float>
void store_sixteen(Sixteen* p) { *p = Sixteen{}; }

// CHECK-LABEL: define {{.*}} @_Z9if_loadedPfPKfi(
// CHECK: extractelement <8 x i1>
// CHECK: @__gorace_read
// CHECK: call <8 x float> @llvm.masked.load
void if_loaded(float* __restrict p, const float* __restrict q, int n) {
  for (int i = 0; i < n; ++i) {
    if (p[i] > 0) p[i] += q[i];
  }
}

// CHECK-LABEL: define {{.*}} @_Z6add_upPei(
// CHECK: call void @__gorace_read_range(ptr {{.*}}, i64 10)
// CHECK: load x86_fp80
long double add_up(long double* p, int n) {
  long double sum = 0;
  for (int i = 0; i < n; ++i) sum += p[i];
  return sum;
}
