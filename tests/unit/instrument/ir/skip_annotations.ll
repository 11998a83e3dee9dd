; "gorace.skip" annotations become an attribute, and functions that are not instrumented stay apart from those that are.
; RUN: %opt -gorace-inline=always -passes=gorace-skip-annotations,verify -S %s | %check
; RUN: %opt -gorace-inline=always -passes=gorace-skip-annotations,always-inline,inline,gorace,verify -S %s | %bin/FileCheck %s --check-prefix=INLINED

target triple = "x86_64-pc-linux-gnu"

@skip = private unnamed_addr constant [12 x i8] c"gorace.skip\00", section "llvm.metadata"
@other = private unnamed_addr constant [6 x i8] c"other\00", section "llvm.metadata"
@file = private unnamed_addr constant [5 x i8] c"f.cc\00", section "llvm.metadata"
@llvm.global.annotations = appending global [2 x { ptr, ptr, ptr, i32, ptr }] [
  { ptr, ptr, ptr, i32, ptr } { ptr @annotated, ptr @skip, ptr @file, i32 1, ptr null },
  { ptr, ptr, ptr, i32, ptr } { ptr @annotated_otherwise, ptr @other, ptr @file, i32 1, ptr null }], section "llvm.metadata"

; CHECK: define internal void @annotated(ptr %p) #[[SKIPPED:[0-9]+]]
; CHECK: call void @helper(ptr %p) #[[NOINLINE:[0-9]+]]
define internal void @annotated(ptr %p) alwaysinline {
  store i64 1, ptr %p, align 8
  call void @helper(ptr %p)
  ret void
}

; CHECK: define internal void @annotated_otherwise(ptr %p) {
define internal void @annotated_otherwise(ptr %p) {
  store i64 2, ptr %p, align 8
  ret void
}

; CHECK: define internal void @disabled(ptr %p) #[[DISABLED:[0-9]+]]
define internal void @disabled(ptr %p) disable_sanitizer_instrumentation {
  store i64 3, ptr %p, align 8
  ret void
}

define internal void @helper(ptr %p) {
  store i64 4, ptr %p, align 8
  ret void
}

define void @caller(ptr %p) {
  call void @annotated(ptr %p)
  call void @annotated_otherwise(ptr %p)
  call void @disabled(ptr %p)
  ret void
}

; CHECK-DAG: attributes #[[SKIPPED]] = { noinline "gorace-skip" }
; CHECK-DAG: attributes #[[NOINLINE]] = { noinline }
; CHECK-DAG: attributes #[[DISABLED]] = { disable_sanitizer_instrumentation noinline }

; INLINED-LABEL: define internal void @annotated(
; INLINED-NOT: __gorace_write
; INLINED: store i64 1
; INLINED: call void @helper
; INLINED-LABEL: define internal void @disabled(
; INLINED-NOT: __gorace_write
; INLINED: store i64 3
; INLINED-LABEL: define internal void @helper(
; INLINED: call preserve_mostcc void @__gorace_write8
; INLINED: store i64 4
; INLINED-LABEL: define void @caller(
; INLINED: call void @annotated(
; INLINED: call preserve_mostcc void @__gorace_write8
; INLINED: store i64 2
; INLINED: call void @disabled(
