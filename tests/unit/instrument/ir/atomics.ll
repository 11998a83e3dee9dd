; Atomic operations become calls of compiler-rt's ABI: orders 0 relaxed, 2 acquire, 3 release, 4 acq_rel, 5 seq_cst.
; RUN: %opt -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

; CHECK-LABEL: define void @loads(
; CHECK-NEXT: call i8 @__tsan_atomic8_load(ptr %p, i32 0)
; CHECK-NEXT: call i16 @__tsan_atomic16_load(ptr %p, i32 2)
; CHECK-NEXT: call i32 @__tsan_atomic32_load(ptr %p, i32 5)
; CHECK-NEXT: call i64 @__tsan_atomic64_load(ptr %p, i32 0)
; CHECK-NEXT: call i128 @__tsan_atomic128_load(ptr %p, i32 2)
; CHECK-NEXT: ret void
define void @loads(ptr %p) {
  %a = load atomic i8, ptr %p monotonic, align 1
  %b = load atomic i16, ptr %p acquire, align 2
  %c = load atomic i32, ptr %p seq_cst, align 4
  %d = load atomic i64, ptr %p unordered, align 8
  %e = load atomic i128, ptr %p acquire, align 16
  ret void
}

; Small integers are widened by the caller.
; CHECK-LABEL: define void @stores(
; CHECK-NEXT: call void @__tsan_atomic8_store(ptr %p, i8 zeroext 1, i32 0)
; CHECK-NEXT: call void @__tsan_atomic16_store(ptr %p, i16 zeroext 1, i32 3)
; CHECK-NEXT: call void @__tsan_atomic32_store(ptr %p, i32 1, i32 5)
define void @stores(ptr %p) {
  store atomic i8 1, ptr %p monotonic, align 1
  store atomic i16 1, ptr %p release, align 2
  store atomic i32 1, ptr %p seq_cst, align 4
  ret void
}

; CHECK-LABEL: define ptr @converted(
; CHECK: %[[V:.*]] = call i64 @__tsan_atomic64_load(ptr %p, i32 2)
; CHECK: inttoptr i64 %[[V]] to ptr
; CHECK: %[[F:.*]] = bitcast float %f to i32
; CHECK: call void @__tsan_atomic32_store(ptr %p, i32 %[[F]], i32 3)
; CHECK: %[[D:.*]] = ptrtoint ptr %p to i64
; CHECK: call i64 @__tsan_atomic64_exchange(ptr %p, i64 %[[D]], i32 4)
define ptr @converted(ptr %p, float %f) {
  %v = load atomic ptr, ptr %p acquire, align 8
  store atomic float %f, ptr %p release, align 4
  %x = atomicrmw xchg ptr %p, ptr %p acq_rel
  ret ptr %v
}

; CHECK-LABEL: define i32 @read_modify_write(
; CHECK: %[[OLD:.*]] = call i32 @__tsan_atomic32_fetch_add(ptr %p, i32 1, i32 0)
; CHECK: call i32 @__tsan_atomic32_fetch_sub(ptr %p, i32 1, i32 2)
; CHECK: call i32 @__tsan_atomic32_fetch_and(ptr %p, i32 1, i32 3)
; CHECK: call i32 @__tsan_atomic32_fetch_or(ptr %p, i32 1, i32 4)
; CHECK: call i32 @__tsan_atomic32_fetch_xor(ptr %p, i32 1, i32 5)
; CHECK: call i32 @__tsan_atomic32_fetch_nand(ptr %p, i32 1, i32 5)
; CHECK: ret i32 %[[OLD]]
define i32 @read_modify_write(ptr %p) {
  %1 = atomicrmw add ptr %p, i32 1 monotonic
  %2 = atomicrmw sub ptr %p, i32 1 acquire
  %3 = atomicrmw and ptr %p, i32 1 release
  %4 = atomicrmw or ptr %p, i32 1 acq_rel
  %5 = atomicrmw xor ptr %p, i32 1 seq_cst
  %6 = atomicrmw nand ptr %p, i32 1 seq_cst
  ret i32 %1
}

; CHECK-LABEL: define { i32, i1 } @compare_exchange(
; CHECK: %[[OLD:.*]] = call i32 @__tsan_atomic32_compare_exchange_val(ptr %p, i32 %e, i32 %d, i32 4, i32 2)
; CHECK: %[[OK:.*]] = icmp eq i32 %[[OLD]], %e
; CHECK: %[[R:.*]] = insertvalue { i32, i1 } poison, i32 %[[OLD]], 0
; CHECK: insertvalue { i32, i1 } %[[R]], i1 %[[OK]], 1
define { i32, i1 } @compare_exchange(ptr %p, i32 %e, i32 %d) {
  %r = cmpxchg ptr %p, i32 %e, i32 %d acq_rel acquire
  ret { i32, i1 } %r
}

; Operations that the ABI has no function for: a loop of compare-exchanges.
; CHECK-LABEL: define float @floating_add(
; CHECK: %[[FIRST:.*]] = call i32 @__tsan_atomic32_load(ptr %p, i32 0)
; CHECK: br label %[[LOOP:.*]]
; CHECK: [[LOOP]]:
; CHECK: %[[O:.*]] = phi i32 [ %[[FIRST]], %{{.*}} ], [ %[[SEEN:.*]], %[[LOOP]] ]
; CHECK: %[[OF:.*]] = bitcast i32 %[[O]] to float
; CHECK: %[[NEW:.*]] = fadd float %[[OF]], %f
; CHECK: %[[NI:.*]] = bitcast float %[[NEW]] to i32
; CHECK: %[[SEEN]] = call i32 @__tsan_atomic32_compare_exchange_val(ptr %p, i32 %[[O]], i32 %[[NI]], i32 5, i32 5)
; CHECK: %[[DONE:.*]] = icmp eq i32 %[[SEEN]], %[[O]]
; CHECK: br i1 %[[DONE]], label %{{.*}}, label %[[LOOP]]
; CHECK: %[[RESULT:.*]] = bitcast i32 %[[SEEN]] to float
; CHECK: ret float %[[RESULT]]
define float @floating_add(ptr %p, float %f) {
  %old = atomicrmw fadd ptr %p, float %f seq_cst
  ret float %old
}

; CHECK-LABEL: define i64 @maximum(
; CHECK: call i64 @__tsan_atomic64_compare_exchange_val(ptr %p, i64 %{{.*}}, i64 %{{.*}}, i32 3, i32 0)
define i64 @maximum(ptr %p, i64 %v) {
  %old = atomicrmw umax ptr %p, i64 %v release
  ret i64 %old
}

; CHECK-LABEL: define void @fences(
; CHECK-NEXT: call void @__tsan_atomic_thread_fence(i32 2)
; CHECK-NEXT: call void @__tsan_atomic_thread_fence(i32 3)
; CHECK-NEXT: call void @__tsan_atomic_thread_fence(i32 4)
; CHECK-NEXT: call void @__tsan_atomic_thread_fence(i32 5)
; CHECK-NEXT: fence syncscope("singlethread") seq_cst
; CHECK-NEXT: ret void
define void @fences() {
  fence acquire
  fence release
  fence acq_rel
  fence seq_cst
  fence syncscope("singlethread") seq_cst
  ret void
}

; Not between threads, or nothing that LLVM does inline.
; CHECK-LABEL: define void @left_alone(
; CHECK-NEXT: load atomic i32, ptr %p syncscope("singlethread") seq_cst
; CHECK-NEXT: load atomic i32, ptr %p seq_cst, align 1
; CHECK-NEXT: ret void
define void @left_alone(ptr %p) {
  %a = load atomic i32, ptr %p syncscope("singlethread") seq_cst, align 4
  %b = load atomic i32, ptr %p seq_cst, align 1
  ret void
}

; The module has fences: the detector is told.
; CHECK-LABEL: define linkonce_odr hidden void @gorace.module_ctor.fences() {{.*}}comdat
; CHECK: call void @__gorace_module_init(i32 3, i32 1)
