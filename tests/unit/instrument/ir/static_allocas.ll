; Allocas of the entry block stay in it when a check splits it: elsewhere they would be run-time allocations, in loops without end.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

declare void @use(ptr, ptr)

; CHECK-LABEL: define void @late_alloca(
; CHECK-NEXT: %late = alloca i64
; CHECK-NEXT: %early = alloca i64
; CHECK: call preserve_mostcc void @__gorace_read8(
; CHECK-NOT: alloca
; CHECK: %dynamic = alloca i8, i64 %n
; CHECK: call void @use
define void @late_alloca(ptr %p) {
  %early = alloca i64
  %n = load i64, ptr %p, align 8
  %late = alloca i64
  %dynamic = alloca i8, i64 %n
  call void @use(ptr %early, ptr %late)
  ret void
}
