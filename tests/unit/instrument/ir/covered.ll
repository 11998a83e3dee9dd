; Checks that those on every path before make unnecessary, and their near misses. The rules are in instrument/pass/elimination.h.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

declare void @call()
declare ptr @malloc(i64)
declare i64 @strlen(ptr)
declare void @__tsan_release(ptr)

; CHECK-LABEL: define void @checked_before_the_branch(
; CHECK-COUNT-1: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK-NOT: __gorace
; CHECK: ret void
define void @checked_before_the_branch(ptr %p, i1 %c) {
  store volatile i64 0, ptr %p, align 8
  br i1 %c, label %left, label %right
left:
  store volatile i64 1, ptr %p, align 8
  br label %end
right:
  %a = load volatile i64, ptr %p, align 8
  br label %end
end:
  store volatile i64 2, ptr %p, align 8
  ret void
}

; CHECK-LABEL: define void @checked_on_both_paths(
; CHECK-COUNT-2: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK-NOT: __gorace
; CHECK: ret void
define void @checked_on_both_paths(ptr %p, i1 %c) {
  br i1 %c, label %left, label %right
left:
  store volatile i64 1, ptr %p, align 8
  br label %end
right:
  store volatile i64 2, ptr %p, align 8
  br label %end
end:
  store volatile i64 3, ptr %p, align 8
  ret void
}

; On one path only a read was checked.
; CHECK-LABEL: define void @read_on_one_path(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: ret void
define void @read_on_one_path(ptr %p, i1 %c) {
  br i1 %c, label %left, label %right
left:
  store volatile i64 1, ptr %p, align 8
  br label %end
right:
  %a = load volatile i64, ptr %p, align 8
  br label %end
end:
  store volatile i64 3, ptr %p, align 8
  ret void
}

; CHECK-LABEL: define void @release_on_one_path(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: ret void
define void @release_on_one_path(ptr %p, i1 %c) {
  store volatile i64 0, ptr %p, align 8
  br i1 %c, label %left, label %end
left:
  call void @call()
  br label %end
end:
  store volatile i64 1, ptr %p, align 8
  ret void
}

; Checked in the first iteration, and again in each, since the next one's place is another.
; CHECK-LABEL: define void @next_of_a_list(
; CHECK: walk:
; CHECK: call preserve_mostcc void @__gorace_read8(
; CHECK: ret void
define void @next_of_a_list(ptr %first) {
entry:
  %a = load volatile ptr, ptr %first, align 8
  br label %walk
walk:
  %node = phi ptr [ %first, %entry ], [ %next, %walk ]
  %next = load volatile ptr, ptr %node, align 8
  %done = icmp eq ptr %next, null
  br i1 %done, label %end, label %walk
end:
  ret void
}

; CHECK-LABEL: define void @quiet_calls_between(
; CHECK-COUNT-1: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK-NOT: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: ret void
define void @quiet_calls_between(ptr %p, ptr %s) {
  store volatile i64 0, ptr %p, align 8
  %m = call ptr @malloc(i64 8)
  store volatile i64 1, ptr %p, align 8
  %l = call i64 @strlen(ptr %s)
  store volatile i64 2, ptr %p, align 8
  call void @quiet(i64 3)
  store volatile i64 3, ptr %p, align 8
  ret void
}

; CHECK-LABEL: define void @quiet(
define void @quiet(i64 %n) noinline {
  %done = icmp eq i64 %n, 0
  br i1 %done, label %end, label %again
again:
  %less = sub i64 %n, 1
  call void @quiet_too(i64 %less)
  br label %end
end:
  ret void
}
define void @quiet_too(i64 %n) noinline {
  call void @quiet(i64 %n)
  ret void
}

; CHECK-LABEL: define void @other_calls_between(
; CHECK-COUNT-5: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: ret void
define void @other_calls_between(ptr %p, ptr %f) {
  store volatile i64 0, ptr %p, align 8
  call void @unlocks_somewhere(ptr %f)
  store volatile i64 1, ptr %p, align 8
  call void %f()
  store volatile i64 2, ptr %p, align 8
  call void @may_be_replaced()
  store volatile i64 3, ptr %p, align 8
  call void @__tsan_release(ptr %p)
  store volatile i64 4, ptr %p, align 8
  ret void
}

define void @unlocks_somewhere(ptr %f) noinline {
  call void @unlocks(ptr %f)
  ret void
}
define void @unlocks(ptr %f) noinline {
  store atomic i32 0, ptr %f release, align 4
  ret void
}
define weak void @may_be_replaced() noinline {
  ret void
}
