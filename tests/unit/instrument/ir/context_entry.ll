; Code of the executable (no flag says that it may be elsewhere) enters the calling context by a call that LLVM takes for one instruction.
; RUN: %opt -passes=gorace,verify -S %s | %check
; RUN: %opt -passes=gorace %s -o %t.bc && %bin/llc -O2 %t.bc -o - | %bin/FileCheck %s --check-prefix=ASM

target triple = "x86_64-pc-linux-gnu"

declare void @call()
declare void @throw() noreturn
declare i32 @__gxx_personality_v0(...)

; CHECK-LABEL: define void @caller(
; CHECK-SAME: #[[ENTERS:[0-9]+]]
; CHECK-NEXT: %[[RA:.*]] = call ptr @llvm.returnaddress(i32 0)
; CHECK-NEXT: %[[R:.*]] = ptrtoint ptr %[[RA]] to i64
; CHECK-NEXT: %[[BOTH:.*]] = call { i64, i64 } asm sideeffect "callq __gorace_enter@PLT", "={r11},={r10},1,{{.*}}"(i64 %[[R]])
; CHECK-NEXT: %[[SAVED:.*]] = extractvalue { i64, i64 } %[[BOTH]], 0
; CHECK: call void @call()
; CHECK-NEXT: call void asm sideeffect "movq $0, %fs:__gorace_tls@tpoff+8", "r"(i64 %[[SAVED]])
; CHECK-NEXT: ret void
; ASM-LABEL: caller:
; ASM: movq 8(%rbp), %r10
; ASM: callq __gorace_enter@PLT
; ASM: callq call
; ASM: %fs:__gorace_tls@{{tpoff|TPOFF}}+8
; ASM: retq
define void @caller() {
  call void @call()
  ret void
}

; CHECK-LABEL: define void @cleans_up(
; CHECK: %[[BOTH:.*]] = call { i64, i64 } asm sideeffect "callq __gorace_enter@PLT"
; CHECK: %[[SAVED:.*]] = extractvalue { i64, i64 } %[[BOTH]], 0
; CHECK: %[[OWN:.*]] = extractvalue { i64, i64 } %[[BOTH]], 1
; CHECK: landingpad
; CHECK-NEXT: cleanup
; CHECK-NEXT: call void asm sideeffect "movq $0, %fs:__gorace_tls@tpoff+8", "r"(i64 %[[OWN]])
; CHECK: call void @call()
; CHECK-NEXT: call void asm sideeffect "movq $0, %fs:__gorace_tls@tpoff+8", "r"(i64 %[[SAVED]])
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

; In front of a call that never comes back.
; CHECK-LABEL: define i64 @bounds_check(
; CHECK: bad:
; CHECK: call { i64, i64 } asm sideeffect "callq __gorace_enter@PLT"
; CHECK: call void @throw()
; CHECK: good:
; CHECK-NOT: asm
; CHECK: ret i64
define i64 @bounds_check(ptr %p, i1 %c) {
  br i1 %c, label %good, label %bad
bad:
  call void @throw() noreturn
  unreachable
good:
  ret i64 1
}

; CHECK: attributes #[[ENTERS]] = { noredzone
