; llvm.mem*: short constant lengths are accesses like others, everything else calls the detector's functions.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memcpy.p0.p0.i32(ptr, ptr, i32, i1)
declare void @llvm.memcpy.inline.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @llvm.memset.inline.p0.i64(ptr, i8, i64, i1)

; CHECK-LABEL: define void @any_length(
; CHECK-NEXT: call ptr @__tsan_memcpy(ptr %p, ptr %q, i64 %n)
; CHECK-NEXT: call ptr @__tsan_memmove(ptr %p, ptr %q, i64 %n)
; CHECK-NEXT: %[[V:.*]] = zext i8 %v to i32
; CHECK-NEXT: call ptr @__tsan_memset(ptr %p, i32 %[[V]], i64 %n)
; CHECK-NEXT: ret void
define void @any_length(ptr %p, ptr %q, i64 %n, i8 %v) {
  call void @llvm.memcpy.p0.p0.i64(ptr %p, ptr %q, i64 %n, i1 false)
  call void @llvm.memmove.p0.p0.i64(ptr %p, ptr %q, i64 %n, i1 false)
  call void @llvm.memset.p0.i64(ptr %p, i8 %v, i64 %n, i1 false)
  ret void
}

; CHECK-LABEL: define void @length_of_32_bits(
; CHECK: %[[N:.*]] = zext i32 %n to i64
; CHECK: call ptr @__tsan_memcpy(ptr %p, ptr %q, i64 %[[N]])
define void @length_of_32_bits(ptr %p, ptr %q, i32 %n) {
  call void @llvm.memcpy.p0.p0.i32(ptr %p, ptr %q, i32 %n, i1 false)
  ret void
}

; CHECK-LABEL: define void @short(
; CHECK: call preserve_mostcc void @__gorace_check_read40(ptr %q)
; CHECK: call preserve_mostcc void @__gorace_check_write40(ptr %p)
; CHECK: call void @llvm.memcpy.p0.p0.i64(
; CHECK: call preserve_mostcc void @__gorace_write16(ptr %p)
; CHECK: call void @llvm.memset.p0.i64(
define void @short(ptr %p, ptr %q) {
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %p, ptr align 8 %q, i64 40, i1 false)
  call void @f()
  call void @llvm.memset.p0.i64(ptr align 16 %p, i8 0, i64 16, i1 false)
  ret void
}
declare void @f()

; The .inline versions promise not to become calls.
; CHECK-LABEL: define void @inline(
; CHECK: call void @__gorace_read_range(ptr %q, i64 1000)
; CHECK-NEXT: call void @__gorace_write_range(ptr %p, i64 1000)
; CHECK-NEXT: call void @llvm.memcpy.inline.p0.p0.i64(
; CHECK-NEXT: call void @llvm.memset.inline.p0.i64(
; CHECK-NEXT: ret void
define void @inline(ptr %p, ptr %q) {
  call void @llvm.memcpy.inline.p0.p0.i64(ptr %p, ptr %q, i64 1000, i1 false)
  call void @llvm.memset.inline.p0.i64(ptr %p, i8 0, i64 1000, i1 false)
  ret void
}

; Nothing shared is touched.
; CHECK-LABEL: define void @local(
; CHECK-NOT: __tsan
; CHECK-NOT: __gorace
; CHECK: ret void
define void @local(i64 %n) {
  %a = alloca [1000 x i8]
  %b = alloca [1000 x i8]
  call void @llvm.memcpy.p0.p0.i64(ptr %a, ptr %b, i64 %n, i1 false)
  call void @llvm.memset.p0.i64(ptr %a, i8 1, i64 1000, i1 false)
  ret void
}

; Zero bytes are no access.
; CHECK-LABEL: define void @nothing(
; CHECK-NOT: __gorace
; CHECK: ret void
define void @nothing(ptr %p, ptr %q) {
  call void @llvm.memcpy.p0.p0.i64(ptr %p, ptr %q, i64 0, i1 false)
  ret void
}
