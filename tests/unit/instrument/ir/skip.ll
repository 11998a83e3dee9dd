; What is not checked, and what looks like it but is.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

@constant = constant i64 1
@variable = global i64 1
@__profc_f = private global [1 x i64] zeroinitializer

declare void @use(ptr)
declare void @use_nocapture(ptr nocapture)

; CHECK-LABEL: define i64 @constants(
; CHECK-NOT: __gorace
; CHECK: ret i64
define i64 @constants() {
  %v = load i64, ptr @constant, align 8
  ret i64 %v
}

; CHECK-LABEL: define i64 @globals(
; CHECK: call preserve_mostcc void @__gorace_read8(ptr @variable)
define i64 @globals() {
  %v = load i64, ptr @variable, align 8
  ret i64 %v
}

; CHECK-LABEL: define void @other_address_spaces(
; CHECK-NOT: __gorace
; CHECK: ret void
define void @other_address_spaces(ptr addrspace(256) %p) {
  store i64 1, ptr addrspace(256) %p, align 8
  ret void
}

; CHECK-LABEL: define i64 @no_escape(
; CHECK-NOT: __gorace_{{read|write}}
; CHECK: ret i64
define i64 @no_escape() {
  %object = alloca [2 x i64], align 8
  %field = getelementptr [2 x i64], ptr %object, i64 0, i64 1
  store i64 1, ptr %field, align 8
  call void @use_nocapture(ptr %object)
  %v = load i64, ptr %field, align 8
  ret i64 %v
}

; The object escapes, though no pointer to the field does: clang's ThreadSanitizer misses this up to LLVM 20.
; CHECK-LABEL: define i64 @base_escapes(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %field)
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %field)
define i64 @base_escapes() {
  %object = alloca [2 x i64], align 8
  %field = getelementptr [2 x i64], ptr %object, i64 0, i64 1
  store i64 1, ptr %field, align 8
  call void @use(ptr %object)
  %v = load i64, ptr %field, align 8
  ret i64 %v
}

; Before the escape, too: where the address is published by a relaxed store, these are what others race with.
; CHECK-LABEL: define void @before_the_escape(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write8(ptr %fresh)
; CHECK: call void @__tsan_atomic64_store(
; CHECK: ret void
define void @before_the_escape(ptr %box) {
  %fresh = call noalias ptr @malloc(i64 8)
  store i64 7, ptr %fresh, align 8
  store atomic ptr %fresh, ptr %box monotonic, align 8
  ret void
}
declare noalias ptr @malloc(i64)

; CHECK-LABEL: define i64 @by_value_argument(
; CHECK-NOT: __gorace_read
; CHECK: ret i64
define i64 @by_value_argument(ptr byval(i64) align 8 %p) {
  %v = load i64, ptr %p, align 8
  ret i64 %v
}

; The caller reads what it passes by value.
; CHECK-LABEL: define void @passes_by_value(
; CHECK: call preserve_mostcc void @__gorace_check_read40(ptr %p)
; CHECK: call void @use_by_value(
declare void @use_by_value(ptr byval([5 x i64]) align 8)
define void @passes_by_value(ptr %p) {
  call void @use_by_value(ptr byval([5 x i64]) align 8 %p)
  ret void
}

; CHECK-LABEL: define i64 @marked(
; CHECK-NOT: __gorace
; CHECK: ret i64
define i64 @marked(ptr %p) {
  %v = load i64, ptr %p, align 8, !nosanitize !0
  %w = load i64, ptr %p, align 8, !invariant.load !0
  ret i64 %v
}

; CHECK-LABEL: define void @profile_counter(
; CHECK-NOT: __gorace
; CHECK: ret void
define void @profile_counter() {
  %v = load i64, ptr @__profc_f, align 8
  store i64 %v, ptr @__profc_f, align 8
  ret void
}

; CHECK-LABEL: define void @disabled(
; CHECK-NOT: __gorace
; CHECK-NOT: __tsan
; CHECK: ret void
define void @disabled(ptr %p) disable_sanitizer_instrumentation {
  store i64 1, ptr %p, align 8
  store atomic i64 1, ptr %p release, align 8
  call void @use(ptr %p)
  ret void
}

; CHECK-LABEL: define void @naked(
; CHECK-NOT: __gorace
; CHECK: unreachable
define void @naked(ptr %p) naked {
  call void asm sideeffect "ret", ""()
  unreachable
}

; "gorace.skip": accesses are not checked, but synchronisation is seen and the calling context kept.
; CHECK-LABEL: define void @skipped(
; CHECK: asm sideeffect "callq __gorace_enter@PLT"
; CHECK-NOT: __gorace_write
; CHECK: call void @__tsan_atomic64_store(
; CHECK: ret void
define void @skipped(ptr %p) "gorace-skip" {
  store i64 1, ptr %p, align 8
  store atomic i64 1, ptr %p release, align 8
  call void @use(ptr %p)
  ret void
}

; Vtable pointers: updates have their own entry point (an unchanged value is no access), reads are checked, reads through them are not.
; CHECK-LABEL: define void @vptr(
; CHECK: call void @__tsan_vptr_update(ptr %p, ptr %vtable)
; CHECK-NEXT: store ptr %vtable, ptr %p
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %q)
; CHECK-NOT: __gorace
; CHECK: ret void
define void @vptr(ptr %p, ptr %q, ptr %vtable) {
  store ptr %vtable, ptr %p, align 8, !tbaa !1
  %v = load ptr, ptr %q, align 8, !tbaa !1
  %slot = getelementptr inbounds ptr, ptr %v, i64 2
  %f = load ptr, ptr %slot, align 8
  ret void
}

; At -O0 there is no TBAA: the stored value tells.
; CHECK-LABEL: define void @vptr_without_tbaa(
; CHECK: call void @__tsan_vptr_update(
@_ZTV1A = external constant { [3 x ptr] }
define void @vptr_without_tbaa(ptr %p) {
  store ptr getelementptr inbounds ({ [3 x ptr] }, ptr @_ZTV1A, i32 0, i32 0, i32 2), ptr %p, align 8
  ret void
}

!0 = !{}
!1 = !{!2, !2, i64 0}
!2 = !{!"vtable pointer", !3, i64 0}
!3 = !{!"Simple C++ TBAA"}
