; Sampling: a check stands behind the test of a byte, marks its function as covered, and no calling context is kept. Checks are calls, whatever
; -gorace-inline says. Those that share a test: watched_copies.ll.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -gorace-sample=10000 -S %s | %check
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %bin/FileCheck %s --check-prefix=ALWAYS

target triple = "x86_64-pc-linux-gnu"

; ALWAYS-NOT: __gorace_sampling

; CHECK: @gorace.covered = internal global [2 x i8] zeroinitializer

; CHECK-LABEL: define void @once(
; CHECK-NOT: returnaddress
; CHECK: %[[OFF:.*]] = load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: br i1 %{{.*}}, label %[[IN:.*]], label %[[OUT:[0-9]+]]
; CHECK: [[IN]]:
; CHECK: store i8 1, ptr @gorace.covered
; CHECK: call preserve_mostcc void @__gorace_check_write8(ptr %p)
; CHECK: [[OUT]]:
; CHECK: store i64 1, ptr %p
; CHECK: call void @something()
define void @once(ptr %p) {
  store i64 1, ptr %p, align 8
  call void @something()
  ret void
}

; Outside of windows an atomic operation is done as it is, and looks whether a window has opened meanwhile.
; CHECK-LABEL: define i64 @add(
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: br i1 %{{.*}}, label %[[CHECKED:.*]], label %[[PLAIN:.*]], !prof
; CHECK: [[CHECKED]]:
; CHECK: %[[RECORDED:.*]] = call i64 @__tsan_atomic64_fetch_add(ptr %p, i64 1, i32 4)
; CHECK: [[PLAIN]]:
; CHECK: %[[DONE:.*]] = atomicrmw add ptr %p, i64 1 acq_rel
; CHECK: fence syncscope("singlethread") acquire
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: call void @__gorace_sampling_catch_up(ptr %p, i32 4)
; CHECK: phi i64 [ %[[RECORDED]], %[[CHECKED]] ], [ %[[DONE]],
define i64 @add(ptr %p) {
  %old = atomicrmw add ptr %p, i64 1 acq_rel
  ret i64 %old
}

; What only writes needs no second look.
; CHECK-LABEL: define void @publish(
; CHECK: call void @__tsan_atomic32_store(
; CHECK: store atomic i32 1, ptr %p release
; CHECK-NOT: catch_up
; CHECK: ret void
define void @publish(ptr %p) {
  store atomic i32 1, ptr %p release, align 4
  ret void
}

; CHECK-LABEL: define i64 @most(
; CHECK: call i64 @__tsan_atomic64_compare_exchange_val(
; CHECK: atomicrmw umax ptr %p, i64 %v monotonic
; CHECK: call void @__gorace_sampling_catch_up(ptr %p, i32 0)
define i64 @most(ptr %p, i64 %v) {
  %old = atomicrmw umax ptr %p, i64 %v monotonic
  ret i64 %old
}

; A copy stays one, behind checks of both ranges.
; CHECK-LABEL: define void @copy(
; CHECK: call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 100, i1 false)
; CHECK: store i8 1, ptr getelementptr
; CHECK: call void @__gorace_read_range(ptr %from, i64 100)
; CHECK: call void @__gorace_write_range(ptr %to, i64 100)
; CHECK: call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 100, i1 false)
define void @copy(ptr %to, ptr %from) {
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 100, i1 false)
  ret void
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @something()

; CHECK-LABEL: define internal void @gorace.sampling_ctor()
; CHECK: call void @__gorace_sampling_start(i32 10000, ptr @gorace.covered, i64 2)
; CHECK-LABEL: define internal void @gorace.sampling_dtor()
; CHECK: call void @__gorace_sampling_stop(ptr @gorace.covered)
