; Checks of a loop's accesses, made once in front of the loop, and their near misses. The rules are in instrument/pass/loop_ranges.h.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

declare void @call()
declare double @llvm.sqrt.f64(double)

; n elements of 8 bytes, n being at least 1 here.
; CHECK-LABEL: define i64 @sum(
; CHECK: entry:
; CHECK: %[[BYTES:.*]] = shl{{.*}} i64 %n, 3
; CHECK: call void @__gorace_read_range(ptr %a, i64 %[[BYTES]])
; CHECK: loop:
; CHECK-NOT: __gorace
; CHECK: ret i64
define i64 @sum(ptr %a, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %sum = phi i64 [ 0, %entry ], [ %more, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %i
  %v = load i64, ptr %p, align 8
  %more = add i64 %sum, %v
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret i64 %more
}

; Downwards from a[99] to a[0].
; CHECK-LABEL: define void @downwards(
; CHECK: entry:
; CHECK: call void @__gorace_write_range(ptr {{.*}}%a, i64 400)
; CHECK: loop:
; CHECK-NOT: __gorace
; CHECK: ret void
define void @downwards(ptr %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 99, %entry ], [ %next, %loop ]
  %p = getelementptr inbounds i32, ptr %a, i64 %i
  store i32 1, ptr %p, align 4
  %next = add nsw i64 %i, -1
  %done = icmp eq i64 %i, 0
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; The accesses of an unrolled loop fill its stride together, in whatever order they stand.
; CHECK-LABEL: define void @side_by_side(
; CHECK: call void @__gorace_write_range(ptr %a, i64 3200)
; CHECK: loop:
; CHECK-NOT: __gorace
; CHECK: ret void
define void @side_by_side(ptr %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr inbounds double, ptr %a, i64 %i
  %q = getelementptr inbounds i8, ptr %p, i64 16
  store <2 x double> zeroinitializer, ptr %q, align 8
  store <2 x double> zeroinitializer, ptr %p, align 8
  %next = add nuw nsw i64 %i, 4
  %done = icmp eq i64 %next, 400
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; CHECK-LABEL: define void @with_gaps(
; CHECK-NOT: _range
; CHECK: loop:
; CHECK: call preserve_mostcc void @__gorace_write8(
; CHECK: ret void
define void @with_gaps(ptr %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %i
  store i64 1, ptr %p, align 8
  %next = add nuw nsw i64 %i, 2
  %done = icmp eq i64 %next, 400
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; A stencil touches each element three times: one range, of two elements more than there are iterations.
; CHECK-LABEL: define void @stencil(
; CHECK: call void @__gorace_read_range(ptr %a, i64 816)
; CHECK: loop:
; CHECK-NOT: __gorace
; CHECK: ret void
define void @stencil(ptr %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %left = getelementptr inbounds double, ptr %a, i64 %i
  %middle = getelementptr inbounds i8, ptr %left, i64 8
  %right = getelementptr inbounds i8, ptr %left, i64 16
  %l = load double, ptr %left, align 8
  %m = load double, ptr %middle, align 8
  %r = load double, ptr %right, align 8
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 100
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; One address: one inline check in front of the loop.
; CHECK-LABEL: define void @one_address(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %a)
; CHECK: loop:
; CHECK-NOT: __gorace
; CHECK: ret void
define void @one_address(ptr %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  store i64 %i, ptr %a, align 8
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 400
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; Mathematics does not stand in the way.
; CHECK-LABEL: define void @arithmetic(
; CHECK: call void @__gorace_write_range(ptr %a, i64 3200)
; CHECK: loop:
; CHECK-NOT: __gorace
; CHECK: ret void
define void @arithmetic(ptr %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr inbounds double, ptr %a, i64 %i
  %v = load double, ptr %p, align 8
  %root = call double @llvm.sqrt.f64(double %v)
  store double %root, ptr %p, align 8
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 400
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; The library's functions of numbers may set errno, no more.
; CHECK-LABEL: define void @library_arithmetic(
; CHECK: call void @__gorace_write_range(ptr %a, i64 3200)
; CHECK: loop:
; CHECK-NOT: __gorace
; CHECK: ret void
define void @library_arithmetic(ptr %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr inbounds double, ptr %a, i64 %i
  %v = load double, ptr %p, align 8
  %root = call double @sqrt(double %v) nounwind willreturn memory(write)
  store double %root, ptr %p, align 8
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 400
  br i1 %done, label %exit, label %loop
exit:
  ret void
}
declare double @sqrt(double)

; A call may synchronise, and may not come back.
; CHECK-LABEL: define void @with_a_call(
; CHECK-NOT: _range
; CHECK: loop:
; CHECK: call preserve_mostcc void @__gorace_write8(
; CHECK: ret void
define void @with_a_call(ptr %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %i
  store i64 1, ptr %p, align 8
  call void @call()
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 400
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; CHECK-LABEL: define void @with_an_atomic(
; CHECK-NOT: _range
; CHECK: loop:
; CHECK: call preserve_mostcc void @__gorace_write8(
; CHECK: ret void
define void @with_an_atomic(ptr %a, ptr %flag) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %i
  store i64 1, ptr %p, align 8
  store atomic i32 1, ptr %flag release, align 4
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 400
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; CHECK-LABEL: define void @with_a_volatile(
; CHECK-NOT: _range
; CHECK: loop:
; CHECK: call preserve_mostcc void @__gorace_write8(
; CHECK: ret void
define void @with_a_volatile(ptr %a, ptr %flag) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %i
  store i64 1, ptr %p, align 8
  %seen = load volatile i64, ptr %flag, align 8
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 400
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; Nobody knows whether the access is made.
; CHECK-LABEL: define void @on_a_condition(
; CHECK: call void @__gorace_read_range(ptr %flags, i64 400)
; CHECK: loop:
; CHECK: call preserve_mostcc void @__gorace_write8(
; CHECK: ret void
define void @on_a_condition(ptr %a, ptr %flags) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %latch ]
  %f = getelementptr inbounds i8, ptr %flags, i64 %i
  %flag = load i8, ptr %f, align 1
  %set = icmp ne i8 %flag, 0
  br i1 %set, label %then, label %latch
then:
  %p = getelementptr inbounds i64, ptr %a, i64 %i
  store i64 1, ptr %p, align 8
  br label %latch
latch:
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 400
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; Nor how often, when the loop may be left in the middle.
; CHECK-LABEL: define void @left_early(
; CHECK-NOT: _range
; CHECK: loop:
; CHECK: call preserve_mostcc void @__gorace_read8(
; CHECK: ret void
define void @left_early(ptr %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %latch ]
  %p = getelementptr inbounds i64, ptr %a, i64 %i
  %v = load i64, ptr %p, align 8
  %found = icmp eq i64 %v, 0
  br i1 %found, label %exit, label %latch
latch:
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 400
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; CHECK-LABEL: define void @following_a_list(
; CHECK-NOT: _range
; CHECK: loop:
; CHECK: call preserve_mostcc void @__gorace_read8(
; CHECK: ret void
define void @following_a_list(ptr %first) {
entry:
  br label %loop
loop:
  %p = phi ptr [ %first, %entry ], [ %next, %loop ]
  %next = load ptr, ptr %p, align 8
  %done = icmp eq ptr %next, null
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; A loop that may not run at all: the check stands where it is sure to.
; CHECK-LABEL: define void @perhaps_not_at_all(
; CHECK: entry:
; CHECK-NOT: call {{.*}}__gorace
; CHECK: before:
; CHECK: call void @__gorace_write_range(ptr %a, i64
; CHECK: loop:
; CHECK-NOT: __gorace
; CHECK: ret void
define void @perhaps_not_at_all(ptr %a, i64 %n) {
entry:
  %any = icmp sgt i64 %n, 0
  br i1 %any, label %before, label %exit
before:
  br label %loop
loop:
  %i = phi i64 [ 0, %before ], [ %next, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %i
  store i64 1, ptr %p, align 8
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; As often as 32 bits allow: the number of bytes is computed with 64.
; CHECK-LABEL: define void @count_of_32_bits(
; CHECK: %[[LAST:.*]] = add i32 %n, -1
; CHECK: %[[WIDE:.*]] = zext i32 %[[LAST]] to i64
; CHECK: %[[BYTES:.*]] = shl nuw nsw i64 %[[WIDE]], 3
; CHECK: %[[ALL:.*]] = add nuw nsw i64 %[[BYTES]], 8
; CHECK: call void @__gorace_write_range(ptr %a, i64 %[[ALL]])
; CHECK: loop:
; CHECK-NOT: __gorace
; CHECK: ret void
define void @count_of_32_bits(ptr %a, i32 %n) {
entry:
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %next, %loop ]
  %wide = zext i32 %i to i64
  %p = getelementptr inbounds i64, ptr %a, i64 %wide
  store i64 1, ptr %p, align 8
  %next = add i32 %i, 1
  %done = icmp eq i32 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; A counter that may pass its largest value: then the loop goes on at the array's start.
; CHECK-LABEL: define void @counter_that_wraps(
; CHECK-NOT: _range
; CHECK: loop:
; CHECK: call preserve_mostcc void @__gorace_write8(
; CHECK: ret void
define void @counter_that_wraps(ptr %a, i32 %start, i32 %n) {
entry:
  br label %loop
loop:
  %i = phi i32 [ %start, %entry ], [ %next, %loop ]
  %wide = zext i32 %i to i64
  %p = getelementptr inbounds i64, ptr %a, i64 %wide
  store i64 1, ptr %p, align 8
  %next = add i32 %i, 1
  %done = icmp eq i32 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}
