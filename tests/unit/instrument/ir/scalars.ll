; The inline check of naturally aligned accesses of 1, 2, 4 and 8 bytes: detector/abi/abi.h, to the letter.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

; CHECK-LABEL: define i64 @read8(
; CHECK: %[[#OFF:]] = call i64 asm "movq __gorace_tls@GOTTPOFF(%rip), $0", "=r"()
; CHECK-NEXT: %[[A:.*]] = ptrtoint ptr %p to i64
; CHECK-NEXT: %[[L:.*]] = shl i64 %[[A]], 20
; CHECK-NEXT: %[[R:.*]] = lshr i64 %[[L]], 19
; CHECK-NEXT: %[[S:.*]] = add i64 %[[R]], 17592186044424
; CHECK-NEXT: %[[W:.*]] = inttoptr i64 %[[S]] to ptr
; CHECK-NEXT: %[[WORD:.*]] = load i64, ptr %[[W]], align 8, !nosanitize
; CHECK-NEXT: %[[C:.*]] = inttoptr i64 %[[#OFF]] to ptr addrspace(257)
; CHECK-NEXT: %[[CUR:.*]] = load i64, ptr addrspace(257) %[[C]], align 8, !nosanitize
; CHECK-NEXT: %[[X:.*]] = xor i64 %[[WORD]], %[[CUR]]
; CHECK-NEXT: %[[D:.*]] = and i64 %[[X]], -268435201
; CHECK-NEXT: %[[N:.*]] = icmp ne i64 %[[D]], 0
; CHECK-NEXT: br i1 %[[N]], label %[[COLD:.*]], label %[[GO:.*]], !prof ![[PROF:[0-9]+]]
; CHECK: [[COLD]]:
; CHECK-NEXT: call preserve_mostcc void @__gorace_read8(ptr %p) #[[NOMERGE:[0-9]+]]
; CHECK-NEXT: br label %[[GO]]
; CHECK: [[GO]]:
; CHECK-NEXT: load i64, ptr %p
define i64 @read8(ptr %p) {
  %v = load i64, ptr %p, align 8
  ret i64 %v
}

; A write looks at word 0. The mask of a 4-byte access, whose offset in the granule is known at run time, is a word of
; the thread's: 0 or 4 times 8 from GORACE_TLS_ACCESS_MASKS and those of 1 and 2 bytes on.
; CHECK-LABEL: define void @write4(
; CHECK: %[[#OFF:]] = call i64 asm "movq __gorace_tls@GOTTPOFF(%rip), $0", "=r"()
; CHECK: lshr i64 %{{.*}}, 19
; CHECK-NEXT: and i64 %{{.*}}, -16
; CHECK-NEXT: add i64 %{{.*}}, 17592186044416
; CHECK: %[[OFFSET:.*]] = and i64 %{{.*}}, 4
; CHECK-NEXT: %[[INDEX:.*]] = shl i64 %[[OFFSET]], 3
; CHECK-NEXT: %[[A:.*]] = add i64 %[[#OFF]], %[[INDEX]]
; CHECK-NEXT: %[[B:.*]] = add i64 %[[A]], 192
; CHECK-NEXT: %[[P:.*]] = inttoptr i64 %[[B]] to ptr addrspace(257)
; CHECK-NEXT: %[[MASK:.*]] = load i64, ptr addrspace(257) %[[P]], align 8, !nosanitize
; CHECK-NEXT: and i64 %{{.*}}, %[[MASK]]
; CHECK: call preserve_mostcc void @__gorace_write4(ptr %p)
; CHECK: store i32 1, ptr %p
define void @write4(ptr %p) {
  store i32 1, ptr %p, align 4
  ret void
}

; ... and is a constant where the address's low bits are known.
; CHECK-LABEL: define void @write4_known_offset(
; CHECK: %[[Q:.*]] = getelementptr i8, ptr %p, i64 4
; CHECK-NOT: , 192
; CHECK: and i64 %{{.*}}, -268435216
; CHECK: call preserve_mostcc void @__gorace_write4(ptr %[[Q]])
define void @write4_known_offset(ptr align 8 %p) {
  %q = getelementptr i8, ptr %p, i64 4
  store i32 1, ptr %q, align 4
  ret void
}

; CHECK-LABEL: define i16 @read2(
; CHECK: and i64 %{{.*}}, 6
; CHECK: add i64 %{{.*}}, 128
; CHECK: call preserve_mostcc void @__gorace_read2(
define i16 @read2(ptr %p) {
  %v = load i16, ptr %p, align 2
  ret i16 %v
}

; CHECK-LABEL: define void @write1(
; CHECK: and i64 %{{.*}}, 7
; CHECK: add i64 %{{.*}}, 64
; CHECK: call preserve_mostcc void @__gorace_write1(
define void @write1(ptr %p, i8 %v) {
  store i8 %v, ptr %p, align 1
  ret void
}

; CHECK-LABEL: define i1 @read_bool(
; CHECK: call preserve_mostcc void @__gorace_read1(
define i1 @read_bool(ptr %p) {
  %v = load i1, ptr %p, align 1
  ret i1 %v
}

; CHECK-LABEL: define double @floating(
; CHECK: call preserve_mostcc void @__gorace_read8(
define double @floating(ptr %p) {
  %v = load double, ptr %p, align 8
  ret double %v
}

; CHECK-LABEL: define void @volatile_is_checked(
; CHECK: call preserve_mostcc void @__gorace_write8(
define void @volatile_is_checked(ptr %p, ptr %v) {
  store volatile ptr %v, ptr %p, align 8
  ret void
}

; Two accesses are two calls, whose return addresses tell them apart.
; CHECK: attributes #[[NOMERGE]] = { cold nomerge }
; CHECK: ![[PROF]] = !{!"branch_weights", i32 1, i32 1048575}
