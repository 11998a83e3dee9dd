; Accesses of more than a granule, of odd sizes, and of doubtful alignment.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

; CHECK-LABEL: define void @write16(
; CHECK: load i64, ptr %[[W:.*]], align 8
; CHECK: %[[W1:.*]] = getelementptr inbounds i8, ptr %[[W]], i64 16
; CHECK: load i64, ptr %[[W1]], align 8
; CHECK: or i64
; CHECK: and i64 %{{.*}}, -268435201
; CHECK: call preserve_mostcc void @__gorace_write16(ptr %p)
define void @write16(ptr %p, <4 x i32> %v) {
  store <4 x i32> %v, ptr %p, align 16
  ret void
}

; Two granules all the same; the entry point takes any alignment.
; CHECK-LABEL: define <2 x double> @read16_align8(
; CHECK: getelementptr inbounds i8, ptr %{{.*}}, i64 16
; CHECK: call preserve_mostcc void @__gorace_read16(ptr %p)
define <2 x double> @read16_align8(ptr %p) {
  %v = load <2 x double>, ptr %p, align 8
  ret <2 x double> %v
}

; CHECK-LABEL: define void @write32(
; CHECK: getelementptr inbounds i8, ptr %{{.*}}, i64 48
; CHECK: call preserve_mostcc void @__gorace_check_write32(ptr %p)
define void @write32(ptr %p, <4 x i64> %v) {
  store <4 x i64> %v, ptr %p, align 32
  ret void
}

; CHECK-LABEL: define <8 x i64> @read64(
; CHECK: getelementptr inbounds i8, ptr %{{.*}}, i64 112
; CHECK: call preserve_mostcc void @__gorace_check_read64(ptr %p)
define <8 x i64> @read64(ptr %p) {
  %v = load <8 x i64>, ptr %p, align 64
  ret <8 x i64> %v
}

; Wider than is worth checking inline.
; CHECK-LABEL: define <16 x i64> @read128(
; CHECK-NEXT: call void @__gorace_read_range(ptr %p, i64 128)
; CHECK-NEXT: load <16 x i64>
define <16 x i64> @read128(ptr %p) {
  %v = load <16 x i64>, ptr %p, align 128
  ret <16 x i64> %v
}

; Ten bytes: one granule and two bytes of the next.
; CHECK-LABEL: define x86_fp80 @read_long_double(
; CHECK: and i64 %{{.*}}, -268435201
; CHECK: and i64 %{{.*}}, -268435453
; CHECK: call void @__gorace_read_range(ptr %p, i64 10)
define x86_fp80 @read_long_double(ptr %p) {
  %v = load x86_fp80, ptr %p, align 16
  ret x86_fp80 %v
}

; CHECK-LABEL: define void @write_i24(
; CHECK: %[[LOW:.*]] = and i64 %{{.*}}, 7
; CHECK: or i64 %{{.*}}, %[[LOW]]
; CHECK: call void @__gorace_write_range(ptr %p, i64 3)
define void @write_i24(ptr %p, i24 %v) {
  store i24 %v, ptr %p, align 1
  ret void
}

; Alignment below the size: tested at run time. Aligned, it cannot cross granules; otherwise a
; check that takes any alignment looks closer.
; CHECK-LABEL: define i64 @read8_align4(
; CHECK: %[[LOW:.*]] = and i64 %{{.*}}, 4
; CHECK: or i64 %{{.*}}, %[[LOW]]
; CHECK-NOT: __gorace_read8
; CHECK: call preserve_mostcc void @__gorace_check_read8(ptr %p)
define i64 @read8_align4(ptr %p) {
  %v = load i64, ptr %p, align 4
  ret i64 %v
}

; CHECK-LABEL: define i32 @read4_align1(
; CHECK: and i64 %{{.*}}, 3
; CHECK: call preserve_mostcc void @__gorace_check_read4(ptr %p)
define i32 @read4_align1(ptr %p) {
  %v = load i32, ptr %p, align 1
  ret i32 %v
}

; A packed structure's field: its place in the granule is known.
; CHECK-LABEL: define i32 @read4_at_offset1(
; CHECK: and i64 %{{.*}}, -268435426
; CHECK: call preserve_mostcc void @__gorace_read4(
define i32 @read4_at_offset1(ptr align 8 %p) {
  %q = getelementptr i8, ptr %p, i64 1
  %v = load i32, ptr %q, align 1
  ret i32 %v
}

; CHECK-LABEL: define i32 @read4_at_offset6(
; CHECK: call void @__gorace_read_range(ptr %q, i64 4)
; CHECK-NEXT: load i32
define i32 @read4_at_offset6(ptr align 8 %p) {
  %q = getelementptr i8, ptr %p, i64 6
  %v = load i32, ptr %q, align 1
  ret i32 %v
}

; CHECK-LABEL: define void @scalable(
; CHECK: %[[V:.*]] = call i64 @llvm.vscale.i64()
; CHECK: %[[BYTES:.*]] = {{mul|shl}}{{.*}} i64 %[[V]], {{16|4}}
; CHECK: call void @__gorace_write_range(ptr %p, i64 %[[BYTES]])
define void @scalable(ptr %p, <vscale x 4 x i32> %v) {
  store <vscale x 4 x i32> %v, ptr %p, align 16
  ret void
}
