; Vector accesses with a mask, or with an address a lane: the lanes that are touched are checked, and no others.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

declare <4 x i32> @llvm.masked.load.v4i32.p0(ptr, i32, <4 x i1>, <4 x i32>)
declare void @llvm.masked.store.v4i32.p0(<4 x i32>, ptr, i32, <4 x i1>)
declare <2 x i64> @llvm.masked.gather.v2i64.v2p0(<2 x ptr>, i32, <2 x i1>, <2 x i64>)
declare void @llvm.masked.scatter.v2i64.v2p0(<2 x i64>, <2 x ptr>, i32, <2 x i1>)
declare <4 x i32> @llvm.masked.expandload.v4i32(ptr, <4 x i1>, <4 x i32>)
declare void @llvm.masked.compressstore.v4i32(<4 x i32>, ptr, <4 x i1>)

; CHECK-LABEL: define <4 x i32> @variable_mask(
; CHECK: %[[M0:.*]] = extractelement <4 x i1> %m, i64 0
; CHECK: br i1 %[[M0]], label %[[L0:.*]], label
; CHECK: [[L0]]:
; CHECK: %[[P0:.*]] = getelementptr inbounds i32, ptr %p, i64 0
; CHECK: call preserve_mostcc void @__gorace_read4(ptr %[[P0]])
; CHECK: extractelement <4 x i1> %m, i64 3
; CHECK: %[[P3:.*]] = getelementptr inbounds i32, ptr %p, i64 3
; CHECK: call preserve_mostcc void @__gorace_read4(ptr %[[P3]])
; CHECK: call <4 x i32> @llvm.masked.load
define <4 x i32> @variable_mask(ptr %p, <4 x i1> %m) {
  %v = call <4 x i32> @llvm.masked.load.v4i32.p0(ptr %p, i32 4, <4 x i1> %m, <4 x i32> zeroinitializer)
  ret <4 x i32> %v
}

; CHECK-LABEL: define void @constant_mask(
; CHECK-COUNT-2: call preserve_mostcc void @__gorace_write4(
; CHECK-NOT: __gorace
; CHECK: call void @llvm.masked.store
define void @constant_mask(ptr %p, <4 x i32> %v) {
  call void @llvm.masked.store.v4i32.p0(<4 x i32> %v, ptr %p, i32 4, <4 x i1> <i1 1, i1 0, i1 0, i1 1>)
  ret void
}

; CHECK-LABEL: define void @whole_vector(
; CHECK: call preserve_mostcc void @__gorace_write16(ptr %p)
; CHECK-NOT: __gorace
; CHECK: call void @llvm.masked.store
define void @whole_vector(ptr %p, <4 x i32> %v) {
  call void @llvm.masked.store.v4i32.p0(<4 x i32> %v, ptr %p, i32 16, <4 x i1> <i1 true, i1 true, i1 true, i1 true>)
  ret void
}

; CHECK-LABEL: define <2 x i64> @gather(
; CHECK: %[[P0:.*]] = extractelement <2 x ptr> %p, i64 0
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %[[P0]])
; CHECK: %[[P1:.*]] = extractelement <2 x ptr> %p, i64 1
; CHECK: call preserve_mostcc void @__gorace_read8(ptr %[[P1]])
; CHECK: call <2 x i64> @llvm.masked.gather
define <2 x i64> @gather(<2 x ptr> %p, <2 x i1> %m) {
  %v = call <2 x i64> @llvm.masked.gather.v2i64.v2p0(<2 x ptr> %p, i32 8, <2 x i1> %m, <2 x i64> zeroinitializer)
  ret <2 x i64> %v
}

; CHECK-LABEL: define void @scatter(
; CHECK-COUNT-2: call preserve_mostcc void @__gorace_write8(
; CHECK: call void @llvm.masked.scatter
define void @scatter(<2 x ptr> %p, <2 x i64> %v, <2 x i1> %m) {
  call void @llvm.masked.scatter.v2i64.v2p0(<2 x i64> %v, <2 x ptr> %p, i32 8, <2 x i1> %m)
  ret void
}

; CHECK-LABEL: define void @packed(
; CHECK: %[[Z:.*]] = zext <4 x i1> %m to <4 x i64>
; CHECK: %[[N:.*]] = call i64 @llvm.vector.reduce.add.v4i64(<4 x i64> %[[Z]])
; CHECK: %[[B:.*]] = mul i64 %[[N]], 4
; CHECK: call void @__gorace_read_range(ptr %p, i64 %[[B]])
; CHECK: call void @__gorace_write_range(ptr %p,
define void @packed(ptr %p, <4 x i1> %m) {
  %v = call <4 x i32> @llvm.masked.expandload.v4i32(ptr %p, <4 x i1> %m, <4 x i32> zeroinitializer)
  call void @llvm.masked.compressstore.v4i32(<4 x i32> %v, ptr %p, <4 x i1> %m)
  ret void
}

; CHECK-LABEL: define <4 x i32> @local(
; CHECK-NOT: __gorace
; CHECK: ret
define <4 x i32> @local(<4 x i1> %m) {
  %p = alloca <4 x i32>
  %v = call <4 x i32> @llvm.masked.load.v4i32.p0(ptr %p, i32 4, <4 x i1> %m, <4 x i32> zeroinitializer)
  ret <4 x i32> %v
}
