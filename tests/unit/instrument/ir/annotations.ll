; What the program says by hand orders accesses: the one behind it is not covered by the one in front. A variable with the attribute is not checked.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

@skipped = global i64 0, align 8 #0

declare void @__tsan_release(ptr)
declare void @__gorace_annotate_happens_before(ptr)

; CHECK-LABEL: define void @released(
; CHECK-COUNT-3: call preserve_mostcc void @__gorace_write8(ptr %p)
define void @released(ptr %p) {
  store i64 1, ptr %p, align 8
  call void @__tsan_release(ptr %p)
  store i64 2, ptr %p, align 8
  call void @__gorace_annotate_happens_before(ptr %p)
  store i64 3, ptr %p, align 8
  ret void
}

; CHECK-LABEL: define void @skipped_variable(
; CHECK-NOT: __gorace_write8(ptr @skipped)
; CHECK: ret void
define void @skipped_variable() {
  store i64 1, ptr @skipped, align 8
  ret void
}

attributes #0 = { "gorace-skip" }
