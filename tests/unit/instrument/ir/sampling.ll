; Sampling: a check stands behind the test of a byte, marks its function as covered, and no calling context is kept. In an innermost loop without
; calls the byte is read in front of the loop, which LLVM then makes two of.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -gorace-sample=10000 -S %s | %check
; RUN: %opt -gorace-inline=always -passes='gorace,function(loop-mssa(simple-loop-unswitch<nontrivial>)),verify' -gorace-sample=10000 -S %s | %bin/FileCheck %s --check-prefix=TWO
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
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: [[OUT]]:
; CHECK: store i64 1, ptr %p
; CHECK: call void @something()
define void @once(ptr %p) {
  store i64 1, ptr %p, align 8
  call void @something()
  ret void
}

; CHECK-LABEL: define void @chase(
; CHECK: entry:
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: loop:
; CHECK-NOT: @__gorace_sampling_off
; CHECK: ret void
; TWO-LABEL: define void @chase(
; TWO: loop.us:
; TWO: @__gorace_read8
; TWO: load ptr, ptr %node.us
; TWO: loop:
; TWO-NOT: @__gorace
; TWO: load ptr, ptr %node,
; TWO: ret void
define void @chase(ptr %list) {
entry:
  br label %loop
loop:
  %node = phi ptr [ %list, %entry ], [ %next, %loop ]
  %next = load ptr, ptr %node, align 8
  %end = icmp eq ptr %next, null
  br i1 %end, label %done, label %loop
done:
  ret void
}

declare void @something()

; CHECK-LABEL: define internal void @gorace.sampling_ctor()
; CHECK: call void @__gorace_sampling_start(i32 10000, ptr @gorace.covered, i64 2)
; CHECK-LABEL: define internal void @gorace.sampling_dtor()
; CHECK: call void @__gorace_sampling_stop(ptr @gorace.covered)
