; What a loop does at its entry, checked once in front of it, and near misses. The rules are in instrument/pass/loop_entry.h.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

declare void @call()
declare ptr @malloc(i64)

; The size may change in the loop, but nobody is told so in between.
; CHECK-LABEL: define void @while_below_size(
; CHECK: entry:
; CHECK: %[[SIZE:.*]] = getelementptr i8, ptr %vector, i64 8
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %[[SIZE]])
; CHECK: head:
; CHECK-NOT: @__gorace_read8
; CHECK: call ptr @malloc
; CHECK: ret void
define void @while_below_size(ptr %vector) {
entry:
  br label %head
head:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %place = getelementptr i8, ptr %vector, i64 8
  %size = load i64, ptr %place, align 8
  %more = icmp ult i64 %i, %size
  br i1 %more, label %body, label %end
body:
  %m = call ptr @malloc(i64 8)
  %next = add i64 %i, 1
  br label %head
end:
  ret void
}

; After the call of the first iteration others may have been told.
; CHECK-LABEL: define void @call_in_the_loop(
; CHECK: head:
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %place)
; CHECK: ret void
define void @call_in_the_loop(ptr %place) {
entry:
  br label %head
head:
  %size = load i64, ptr %place, align 8
  %more = icmp ne i64 %size, 0
  br i1 %more, label %body, label %end
body:
  call void @call()
  br label %head
end:
  ret void
}

; Not at the entry: it may never be made.
; CHECK-LABEL: define void @under_a_condition(
; CHECK: body:
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %place)
; CHECK: ret void
define void @under_a_condition(ptr %place, i64 %n) {
entry:
  br label %head
head:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %body, label %end
body:
  %size = load volatile i64, ptr %place, align 8
  %next = add i64 %i, 1
  br label %head
end:
  ret void
}

; The acquire may be what allows the read.
; CHECK-LABEL: define void @after_an_acquire(
; CHECK: head:
; CHECK: call i64 @__tsan_atomic64_load
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %place)
; CHECK: ret void
define void @after_an_acquire(ptr %flag, ptr %place) {
entry:
  br label %head
head:
  %ready = load atomic i64, ptr %flag acquire, align 8
  %size = load volatile i64, ptr %place, align 8
  %more = icmp eq i64 %ready, 0
  br i1 %more, label %head, label %end
end:
  ret void
}
