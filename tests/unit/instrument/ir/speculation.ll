; The optimiser must not make loads that the source does not make: x is read only when y is 1.
; RUN: %opt -passes=gorace-skip-annotations,gorace-suppress-speculation,simplifycfg,verify -S %s | %check
; Without the pass it does, which shows that the input is one that needs it:
; RUN: %opt -passes=simplifycfg,verify -S %s | %bin/FileCheck %s --check-prefix=SPECULATED

target triple = "x86_64-pc-linux-gnu"

; CHECK-LABEL: define i1 @both_are_one(
; CHECK: br i1
; SPECULATED-LABEL: define i1 @both_are_one(
; SPECULATED-NOT: br i1
define i1 @both_are_one(ptr dereferenceable(4) align 4 %x, ptr dereferenceable(4) align 4 %y) nofree nosync {
entry:
  %left = load i32, ptr %y, align 4
  %left_is_one = icmp eq i32 %left, 1
  br i1 %left_is_one, label %right, label %done

right:
  %right_value = load i32, ptr %x, align 4
  %right_is_one = icmp eq i32 %right_value, 1
  br label %done

done:
  %result = phi i1 [ false, %entry ], [ %right_is_one, %right ]
  ret i1 %result
}
