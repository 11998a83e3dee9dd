; Sampled code: regions with more than one check exist twice, plain and with checks, and one test of the window's byte chooses.
; RUN: %opt -passes=gorace,verify -gorace-sample=10000 -S %s | %check

target triple = "x86_64-pc-linux-gnu"

; A test at the entry, and one behind the call, where the copies meet.
; CHECK-LABEL: define i64 @two(
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: br i1 %{{.*}}, label %[[WATCHED:.*]], label %[[PLAIN:[^,]*]], !prof
; CHECK: [[PLAIN]]:
; CHECK-NEXT: %a = load i64, ptr %p
; CHECK-NEXT: %b = load i64, ptr %q
; CHECK-NEXT: %sum = add i64 %a, %b
; CHECK-NEXT: call void @something()
; CHECK-NEXT: br label %[[TEST:.*]]
; CHECK: [[TEST]]:
; CHECK-NEXT: %[[SUM:.*]] = phi i64 [ %sum.watched, %[[WATCHED]] ], [ %sum, %[[PLAIN]] ]
; CHECK-NEXT: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: br i1 %{{.*}}, label %[[WATCHED2:.*]], label %[[PLAIN2:[^,]*]], !prof
; CHECK: [[PLAIN2]]:
; CHECK-NEXT: load i64, ptr %p
; CHECK-NEXT: store i64 %[[SUM]], ptr %q
; CHECK: ret i64
; CHECK: [[WATCHED]]:
; CHECK-NEXT: store i8 1, ptr @gorace.covered
; CHECK-NEXT: call preserve_mostcc void @__gorace_check_read8(ptr %p)
; CHECK-NEXT: load i64, ptr %p
; CHECK-NEXT: call preserve_mostcc void @__gorace_check_read8(ptr %q)
; CHECK-NEXT: load i64, ptr %q
; CHECK: call void @something()
; CHECK-NEXT: br label %[[TEST]]
; CHECK: [[WATCHED2]]:
; CHECK-NEXT: store i8 1, ptr @gorace.covered
; CHECK-NEXT: call preserve_mostcc void @__gorace_check_read8(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_check_write8(ptr %q)
; CHECK-NEXT: store i64 %[[SUM]], ptr %q
define i64 @two(ptr %p, ptr %q) {
  %a = load i64, ptr %p, align 8
  %b = load i64, ptr %q, align 8
  %sum = add i64 %a, %b
  call void @something()
  %c = load i64, ptr %p, align 8
  store i64 %sum, ptr %q, align 8
  %r = add i64 %sum, %c
  ret i64 %r
}

; What is in a loop that only calculates gets a copy for one check, too: the loop has no test.
; CHECK-LABEL: define void @chase(
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: loop:
; CHECK-NOT: @__gorace
; CHECK: ret void
; CHECK: loop.watched:
; CHECK: call preserve_mostcc void @__gorace_check_read8(ptr %node.watched)
; CHECK-NOT: @__gorace_sampling_off
; CHECK: label %loop.watched
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

; A loop around another one looks each time, and none of its inner loop's turns does.
; CHECK-LABEL: define i64 @nest(
; CHECK-NOT: @__gorace_sampling_off
; CHECK: outer:
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: inner:
; CHECK-NOT: @__gorace
; CHECK: ret i64
; CHECK: inner.watched:
; CHECK-NOT: @__gorace_sampling_off
; CHECK: call preserve_mostcc void @__gorace_check_read8(ptr %node.watched)
define i64 @nest(ptr %rows, i64 %n) {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %outer.latch ]
  %sum = phi i64 [ 0, %entry ], [ %sum.inner, %outer.latch ]
  %row = getelementptr ptr, ptr %rows, i64 %i
  %list = load ptr, ptr %row, align 8
  br label %inner
inner:
  %node = phi ptr [ %list, %outer ], [ %next, %inner ]
  %sum.in = phi i64 [ %sum, %outer ], [ %sum.inner, %inner ]
  %next = load ptr, ptr %node, align 8
  %sum.inner = add i64 %sum.in, 1
  %end = icmp eq ptr %next, null
  br i1 %end, label %outer.latch, label %inner
outer.latch:
  %i.next = add i64 %i, 1
  %more = icmp ult i64 %i.next, %n
  br i1 %more, label %outer, label %done
done:
  ret i64 %sum.inner
}

; Who waits for a volatile variable looks at the byte each time, or would not see what comes after it for as long as it waits.
; CHECK-LABEL: define i64 @waits(
; CHECK: loop:
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: load volatile i64, ptr %flag
; CHECK: ret i64
define i64 @waits(ptr %flag, ptr %p, ptr %q) {
entry:
  br label %loop
loop:
  %seen = load volatile i64, ptr %flag, align 8
  %again = icmp eq i64 %seen, 0
  br i1 %again, label %loop, label %done
done:
  %a = load i64, ptr %p, align 8
  %b = load i64, ptr %q, align 8
  %sum = add i64 %a, %b
  ret i64 %sum
}

; Both ends of a call that throws have a test, and both copies meet in front of it.
; CHECK-LABEL: define i64 @throws(
; CHECK: ok:
; CHECK-DAG: phi i64 [ %r.watched, %{{.*}} ], [ %r, %{{.*}} ]
; CHECK-DAG: phi i64 [ %a.watched, %{{.*}} ], [ %a, %{{.*}} ]
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: bad:
; CHECK: phi i64 [ %a.watched, %{{.*}} ], [ %a, %{{.*}} ]
; CHECK: landingpad
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: %r.watched = invoke i64 @may_throw(i64 %a.watched)
; CHECK-NEXT: to label %ok unwind label %bad
define i64 @throws(ptr %p, ptr %q) personality ptr @__gxx_personality_v0 {
  %a = load i64, ptr %p, align 8
  store i64 %a, ptr %q, align 8
  %r = invoke i64 @may_throw(i64 %a) to label %ok unwind label %bad
ok:
  %b = load i64, ptr %p, align 8
  store i64 %b, ptr %q, align 8
  %s = add i64 %a, %r
  ret i64 %s
bad:
  %pad = landingpad { ptr, i32 } cleanup
  store i64 %a, ptr %p, align 8
  store i64 1, ptr %q, align 8
  resume { ptr, i32 } %pad
}

; The C library does its work as ever outside of windows; such calls do not end a region.
; CHECK-LABEL: define i64 @length(
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: %n = call i64 @strlen(ptr %text)
; CHECK-NEXT: load i64, ptr %p
; CHECK: ret i64
; CHECK: %n.watched = notail call i64 @__gorace_strlen(ptr %text)
; CHECK: call preserve_mostcc void @__gorace_check_read8(ptr %p)
define i64 @length(ptr %text, ptr %p) {
  %n = call i64 @strlen(ptr %text)
  %value = load i64, ptr %p, align 8
  %sum = add i64 %n, %value
  ret i64 %sum
}

; What may come back twice is not copied: each check has its own test.
; CHECK-LABEL: define void @jumps(
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: call preserve_mostcc void @__gorace_check_read8(ptr %p)
; CHECK: load atomic i8, ptr @__gorace_sampling_off monotonic
; CHECK: call preserve_mostcc void @__gorace_check_write8(ptr %q)
; CHECK: call i32 @setjmp(
; CHECK-NOT: call i32 @setjmp(
; CHECK: ret void
define void @jumps(ptr %p, ptr %q, ptr %buffer) {
  %a = load i64, ptr %p, align 8
  store i64 %a, ptr %q, align 8
  %again = call i32 @setjmp(ptr %buffer) returns_twice
  ret void
}

declare void @something()
declare i64 @may_throw(i64)
declare i64 @strlen(ptr)
declare i32 @setjmp(ptr) returns_twice
declare i32 @__gxx_personality_v0(...)
