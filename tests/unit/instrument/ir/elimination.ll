; Checks that another check makes unnecessary, and their near misses. The rules are in instrument/pass/elimination.h.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

declare void @call()
declare void @llvm.donothing()

; CHECK-LABEL: define void @same_twice(
; CHECK-COUNT-1: call preserve_mostcc void @__gorace_read8
; CHECK-NOT: __gorace
; CHECK: ret void
define void @same_twice(ptr %p) {
  %a = load volatile i64, ptr %p, align 8
  %b = load volatile i64, ptr %p, align 8
  ret void
}

; CHECK-LABEL: define void @narrower_within_wider(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK-NOT: __gorace
; CHECK: ret void
define void @narrower_within_wider(ptr %p) {
  store volatile i64 0, ptr %p, align 8
  %q = getelementptr i8, ptr %p, i64 4
  %b = load volatile i32, ptr %q, align 4
  ret void
}

; (In one block, they would have one check as neighbours do.)
; CHECK-LABEL: define void @wider_after_narrower(
; CHECK: call preserve_mostcc void @__gorace_write4(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
define void @wider_after_narrower(ptr align 8 %p) {
  store volatile i32 0, ptr %p, align 4
  br label %next
next:
  store volatile i64 0, ptr %p, align 8
  ret void
}

; A read's check does not look for other reads: the write's is needed.
; CHECK-LABEL: define void @write_then_read(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK-NOT: __gorace
; CHECK: ret void
define void @write_then_read(ptr %p) {
  store volatile i64 0, ptr %p, align 8
  %a = load volatile i64, ptr %p, align 8
  ret void
}

; The check that stays is the write's, at the write.
; CHECK-LABEL: define void @read_then_write(
; CHECK-NOT: __gorace_read
; CHECK: %a = load volatile
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK-NEXT: br label
; CHECK: store volatile
define void @read_then_write(ptr %p) {
  %a = load volatile i64, ptr %p, align 8
  store volatile i64 %a, ptr %p, align 8
  ret void
}

; CHECK-LABEL: define void @read_then_narrower_write(
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_write4(ptr %p)
define void @read_then_narrower_write(ptr align 8 %p) {
  %a = load volatile i64, ptr %p, align 8
  store volatile i32 0, ptr %p, align 4
  ret void
}

; A call may release, and may not return.
; CHECK-LABEL: define void @call_between(
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %p)
; CHECK: call void @call()
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: call void @call()
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %p)
define void @call_between(ptr %p) {
  %a = load volatile i64, ptr %p, align 8
  call void @call()
  store volatile i64 %a, ptr %p, align 8
  call void @call()
  %b = load volatile i64, ptr %p, align 8
  ret void
}

; CHECK-LABEL: define void @intrinsic_between(
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %p)
; CHECK-NOT: __gorace
; CHECK: ret void
define void @intrinsic_between(ptr %p) {
  %a = load volatile i64, ptr %p, align 8
  call void @llvm.donothing()
  %b = load volatile i64, ptr %p, align 8
  ret void
}

; Another strand may acquire what is released between the writes, and race with the second only.
; CHECK-LABEL: define void @release_between_writes(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: call void @__tsan_atomic32_store
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
define void @release_between_writes(ptr %p, ptr %flag) {
  store volatile i64 0, ptr %p, align 8
  store atomic i32 1, ptr %flag release, align 4
  store volatile i64 1, ptr %p, align 8
  ret void
}

; What is unordered with the later access is unordered with the earlier one.
; CHECK-LABEL: define void @acquire_between_writes(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: call i32 @__tsan_atomic32_load
; CHECK-NOT: __gorace
; CHECK: ret void
define void @acquire_between_writes(ptr %p, ptr %flag) {
  store volatile i64 0, ptr %p, align 8
  %a = load atomic i32, ptr %flag acquire, align 4
  store volatile i64 1, ptr %p, align 8
  ret void
}

; The write may be ordered after another strand's by the acquire; the read is not.
; CHECK-LABEL: define void @acquire_between_read_and_write(
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %p)
; CHECK: call i32 @__tsan_atomic32_load
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
define void @acquire_between_read_and_write(ptr %p, ptr %flag) {
  %v = load volatile i64, ptr %p, align 8
  %a = load atomic i32, ptr %flag acquire, align 4
  store volatile i64 %v, ptr %p, align 8
  ret void
}

; CHECK-LABEL: define void @relaxed_between(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: call void @__tsan_atomic32_store
; CHECK-NOT: __gorace
; CHECK: ret void
define void @relaxed_between(ptr %p, ptr %flag) {
  store volatile i64 0, ptr %p, align 8
  store atomic i32 1, ptr %flag monotonic, align 4
  store volatile i64 1, ptr %p, align 8
  ret void
}

; CHECK-LABEL: define void @fence_between(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: call void @__tsan_atomic_thread_fence
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
define void @fence_between(ptr %p) {
  store volatile i64 0, ptr %p, align 8
  fence release
  store volatile i64 1, ptr %p, align 8
  ret void
}

; Not on every path.
; CHECK-LABEL: define void @other_path(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
define void @other_path(ptr %p, i1 %c) {
  br i1 %c, label %left, label %right
left:
  store volatile i64 0, ptr %p, align 8
  br label %right
right:
  store volatile i64 1, ptr %p, align 8
  ret void
}

; CHECK-LABEL: define void @other_object(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %q)
define void @other_object(ptr %p, ptr %q) {
  store volatile i64 0, ptr %p, align 8
  store volatile i64 1, ptr %q, align 8
  ret void
}

; CHECK-LABEL: define void @short_copy_covers(
; CHECK: call preserve_mostcc void @__gorace_check_read24(ptr %q)
; CHECK: call preserve_mostcc void @__gorace_check_write24(ptr %p)
; CHECK-NOT: call {{.*}}__gorace
; CHECK: ret void
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
define void @short_copy_covers(ptr %p, ptr %q) {
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %p, ptr align 8 %q, i64 24, i1 false)
  %last = getelementptr i8, ptr %p, i64 16
  %a = load volatile i64, ptr %last, align 8
  %b = load volatile i64, ptr %q, align 8
  ret void
}
