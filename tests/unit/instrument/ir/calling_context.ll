; The hash of the calls that led here: set at entry, given back at every exit, set again where unwinding and longjmp come back.
; RUN: %opt -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

declare void @call()
declare i32 @value(ptr)
declare void @throw() noreturn
declare i32 @setjmp(ptr) returns_twice
declare double @sin(double) nounwind willreturn memory(write)
declare i32 @__gxx_personality_v0(...)

; CHECK-LABEL: define void @caller(
; CHECK-NEXT: %[[#OFF:]] = call i64 asm
; CHECK-NEXT: %[[A:.*]] = add i64 %[[#OFF]], 8
; CHECK-NEXT: %[[P:.*]] = inttoptr i64 %[[A]] to ptr addrspace(257)
; CHECK-NEXT: %[[SAVED:.*]] = load i64, ptr addrspace(257) %[[P]], align 8, !nosanitize
; CHECK-NEXT: %[[RA:.*]] = call ptr @llvm.returnaddress(i32 0)
; CHECK-NEXT: %[[R:.*]] = ptrtoint ptr %[[RA]] to i64
; CHECK-NEXT: %[[SUM:.*]] = add i64 %[[SAVED]], %[[R]]
; CHECK-NEXT: %[[OWN:.*]] = mul i64 %[[SUM]], 4354685564936845354
; CHECK: store i64 %[[OWN]], ptr addrspace(257) %{{.*}}, align 8, !nosanitize
; CHECK-NEXT: call void @call()
; CHECK: store i64 %[[SAVED]], ptr addrspace(257)
; CHECK-NEXT: ret void
define void @caller() {
  call void @call()
  ret void
}

; CHECK-LABEL: define i64 @leaf(
; CHECK-NOT: returnaddress
; CHECK: ret i64
define i64 @leaf(ptr %p) {
  %v = load i64, ptr %p
  ret i64 %v
}

; CHECK-LABEL: define double @calls_mathematics(
; CHECK-NOT: returnaddress
; CHECK: ret double
define double @calls_mathematics(double %x) {
  %v = call double @sin(double %x) nounwind willreturn memory(write)
  ret double %v
}

; Each ret.
; CHECK-LABEL: define i32 @two_exits(
; CHECK: %[[SAVED:.*]] = load i64, ptr addrspace(257)
; CHECK: store i64 %[[SAVED]], ptr addrspace(257)
; CHECK-NEXT: ret i32 1
; CHECK: store i64 %[[SAVED]], ptr addrspace(257)
; CHECK-NEXT: ret i32 2
define i32 @two_exits(i1 %c) {
  call void @call()
  br i1 %c, label %a, label %b
a:
  ret i32 1
b:
  ret i32 2
}

; A musttail call leaves the function.
; CHECK-LABEL: define i32 @tail(
; CHECK: %[[SAVED:.*]] = load i64, ptr addrspace(257)
; CHECK: call void @call()
; CHECK: store i64 %[[SAVED]], ptr addrspace(257)
; CHECK-NEXT: %r = musttail call i32 @value(ptr %p)
; CHECK-NEXT: ret i32 %r
define i32 @tail(ptr %p) {
  call void @call()
  %r = musttail call i32 @value(ptr %p)
  ret i32 %r
}

; CHECK-LABEL: define void @cleans_up(
; CHECK: %[[SAVED:.*]] = load i64, ptr addrspace(257)
; CHECK: %[[OWN:.*]] = mul i64
; CHECK: landingpad
; CHECK-NEXT: cleanup
; CHECK: store i64 %[[OWN]], ptr addrspace(257)
; CHECK-NEXT: call void @call()
; CHECK: store i64 %[[SAVED]], ptr addrspace(257)
; CHECK-NEXT: resume
define void @cleans_up() personality ptr @__gxx_personality_v0 {
  invoke void @call() to label %done unwind label %pad
done:
  ret void
pad:
  %e = landingpad { ptr, i32 } cleanup
  call void @call()
  resume { ptr, i32 } %e
}

; Only calls that never come back: nothing on the way that matters.
; CHECK-LABEL: define i64 @bounds_check(
; CHECK-NOT: returnaddress
; CHECK: bad:
; CHECK: %[[SAVED:.*]] = load i64, ptr addrspace(257)
; CHECK: call ptr @llvm.returnaddress(i32 0)
; CHECK: store i64 %{{.*}}, ptr addrspace(257)
; CHECK-NEXT: call void @throw()
; CHECK-NEXT: unreachable
; CHECK: good:
; CHECK-NOT: store
; CHECK: ret i64
define i64 @bounds_check(ptr %p, i1 %c) {
  br i1 %c, label %good, label %bad
bad:
  call void @throw() noreturn
  unreachable
good:
  %v = load i64, ptr %p
  ret i64 %v
}

; ... unless what they throw comes back to this function.
; CHECK-LABEL: define void @throws_to_itself(
; CHECK: call ptr @llvm.returnaddress(i32 0)
; CHECK: invoke void @throw()
; CHECK: landingpad
; CHECK: store i64 %{{.*}}, ptr addrspace(257)
define void @throws_to_itself() personality ptr @__gxx_personality_v0 {
  invoke void @throw() noreturn to label %never unwind label %pad
never:
  unreachable
pad:
  %e = landingpad { ptr, i32 } catch ptr null
  ret void
}

; CHECK-LABEL: define void @returns_twice(
; CHECK: %[[OWN:.*]] = mul i64
; CHECK: call i32 @setjmp(ptr %p)
; CHECK: store i64 %[[OWN]], ptr addrspace(257)
; CHECK: call void @call()
define void @returns_twice(ptr %p) {
  %r = call i32 @setjmp(ptr %p) returns_twice
  call void @call()
  ret void
}

; Coroutines before they are split have frames of another kind.
; CHECK-LABEL: define void @coroutine(
; CHECK-NOT: returnaddress
; CHECK: ret void
define void @coroutine() presplitcoroutine {
  call void @call()
  ret void
}

; A call of itself finds the context that the first call of itself found, made odd; afterwards the own one is set again.
; CHECK-LABEL: define i64 @recursive(
; CHECK: %[[SAVED:.*]] = load i64
; CHECK: %[[SUM:.*]] = add i64 %[[SAVED]],
; CHECK: %[[OWN:.*]] = mul i64 %[[SUM]],
; CHECK: store i64 %[[OWN]]
; CHECK-NEXT: %[[PATH:.*]] = add i64 %[[SAVED]],
; CHECK-NEXT: %[[FIRST:.*]] = or i64 %[[PATH]], 1
; CHECK: %[[BIT:.*]] = trunc i64 %[[SAVED]] to i1
; CHECK: %[[PASSED:.*]] = select i1 %[[BIT]], i64 %[[SAVED]], i64 %[[FIRST]]
; CHECK: store i64 %[[PASSED]]
; CHECK-NEXT: %a = call i64 @recursive(
; CHECK: store i64 %[[OWN]]
; CHECK: store i64 %[[PASSED]]
; CHECK-NEXT: %b = call i64 @recursive(
; CHECK: store i64 %[[OWN]]
; CHECK: store i64 %[[SAVED]]
; CHECK-NEXT: ret i64
define i64 @recursive(i64 %n) {
entry:
  %done = icmp eq i64 %n, 0
  br i1 %done, label %end, label %more
more:
  %less = sub i64 %n, 1
  %a = call i64 @recursive(i64 %less)
  %b = call i64 @recursive(i64 %less)
  br label %end
end:
  ret i64 %n
}

; May be in a shared library: __gorace_enter is for the executable (context_entry.ll).
!llvm.module.flags = !{!0}
!0 = !{i32 8, !"PIC Level", i32 2}
