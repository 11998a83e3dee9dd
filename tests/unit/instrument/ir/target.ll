; Targets: aarch64 reads the thread pointer at each use; what is not supported is refused by name.
; RUN: %opt -passes=gorace,verify -S %s | %check
; RUN: sed s/aarch64-unknown-linux-gnu/i686-pc-linux-gnu/ %s | %not %opt -passes=gorace -S 2>&1 | %bin/FileCheck %s --check-prefix=BAD

; BAD: error: gorace: cannot instrument for target 'i686-pc-linux-gnu': supported are x86_64 and aarch64 on Linux

target triple = "aarch64-unknown-linux-gnu"

; CHECK-LABEL: define void @f(
; CHECK: %[[#OFF:]] = call i64 asm "adrp $0, :gottprel:__gorace_tls
; CHECK: %[[TP1:.*]] = call i64 asm sideeffect "mrs $0, tpidr_el0", "=r"()
; CHECK: %[[A1:.*]] = add i64 %[[TP1]], %[[#OFF]]
; CHECK: %[[TP2:.*]] = call i64 asm sideeffect "mrs $0, tpidr_el0", "=r"()
; CHECK: add i64 %[[TP2]], %[[#OFF]]
define void @f(ptr %p, ptr %q) {
  store i64 1, ptr %p, align 8
  store i64 1, ptr %q, align 8
  ret void
}
