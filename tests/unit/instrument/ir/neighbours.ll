; Checks of bytes side by side that are one, and near misses. The rules are in instrument/pass/neighbours.h.
; RUN: %opt -passes=gorace,verify -S %s | %check --check-prefixes=CHECK,CALL
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check --check-prefixes=CHECK,HOT

target triple = "x86_64-pc-linux-gnu"

declare void @call()

; CHECK-LABEL: define void @halves_of_a_granule(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write8(ptr %p)
; CHECK: store
; CHECK-NOT: call {{.*}}__gorace
; CHECK: ret void
define void @halves_of_a_granule(ptr %p) {
  store volatile i32 0, ptr %p, align 8
  %q = getelementptr i8, ptr %p, i64 4
  store volatile i32 0, ptr %q, align 4
  ret void
}

; The check stands before the first access, where the lower one's address is not computed yet.
; CHECK-LABEL: define void @higher_first(
; CHECK: %[[PLACE:[0-9]+]] = getelementptr i8, ptr %p, i64 8
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write8(ptr %[[PLACE]])
; CHECK: store volatile i32 0, ptr %high
; CHECK-NOT: call {{.*}}__gorace
; CHECK: ret void
define void @higher_first(ptr %p) {
  %high = getelementptr i8, ptr %p, i64 12
  store volatile i32 0, ptr %high, align 4
  %low = getelementptr i8, ptr %p, i64 8
  store volatile i32 0, ptr %low, align 8
  ret void
}

; Where each is inline, each has its own.
; CHECK-LABEL: define void @three_granules(
; CALL: call preserve_mostcc void @__gorace_check_read24(ptr %p)
; CALL-NOT: call {{.*}}__gorace
; HOT-COUNT-3: call preserve_mostcc void @__gorace_read8
; CHECK: ret void
define void @three_granules(ptr %p) {
  %a = load volatile i64, ptr %p, align 8
  %q = getelementptr i8, ptr %p, i64 8
  %b = load volatile i64, ptr %q, align 8
  %r = getelementptr i8, ptr %p, i64 16
  %c = load volatile i64, ptr %r, align 8
  ret void
}

; Two bytes of four; the third would make a size that no check has.
; CHECK-LABEL: define void @three_bytes(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write2(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write1(ptr %r)
; CHECK: ret void
define void @three_bytes(ptr %p) {
  store volatile i8 0, ptr %p, align 4
  %q = getelementptr i8, ptr %p, i64 1
  store volatile i8 0, ptr %q, align 1
  %r = getelementptr i8, ptr %p, i64 2
  store volatile i8 0, ptr %r, align 2
  ret void
}

; As much as one check has: eight granules of nine.
; CHECK-LABEL: define void @nine_granules(
; CALL: call preserve_mostcc void @__gorace_check_write64(ptr %p)
; CALL: call preserve_mostcc void @__gorace_check_write8(ptr %p8)
; CALL-NOT: call {{.*}}__gorace
; CHECK: ret void
define void @nine_granules(ptr %p) {
  store volatile <2 x i64> zeroinitializer, ptr %p, align 8
  %p2 = getelementptr i8, ptr %p, i64 16
  store volatile <2 x i64> zeroinitializer, ptr %p2, align 8
  %p4 = getelementptr i8, ptr %p, i64 32
  store volatile <2 x i64> zeroinitializer, ptr %p4, align 8
  %p6 = getelementptr i8, ptr %p, i64 48
  store volatile <2 x i64> zeroinitializer, ptr %p6, align 8
  %p8 = getelementptr i8, ptr %p, i64 64
  store volatile i64 0, ptr %p8, align 8
  ret void
}

; Not aligned for all that is known: the base may lie in the middle of a granule.
; CHECK-LABEL: define void @alignment_unknown(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write4(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write4(ptr %q)
; CHECK: ret void
define void @alignment_unknown(ptr %p) {
  store volatile i32 0, ptr %p, align 4
  %q = getelementptr i8, ptr %p, i64 4
  store volatile i32 0, ptr %q, align 4
  ret void
}

; Here another access tells.
; CHECK-LABEL: define void @alignment_of_another_field(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write8(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}read8(ptr %r)
; CHECK-NOT: call {{.*}}__gorace
; CHECK: ret void
define void @alignment_of_another_field(ptr %p) {
  store volatile i32 0, ptr %p, align 4
  %q = getelementptr i8, ptr %p, i64 4
  store volatile i32 0, ptr %q, align 4
  %r = getelementptr i8, ptr %p, i64 24
  %a = load volatile ptr, ptr %r, align 8
  ret void
}

; CHECK-LABEL: define void @gap(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write2(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write4(ptr %q)
; CHECK: ret void
define void @gap(ptr %p) {
  store volatile i16 0, ptr %p, align 8
  %q = getelementptr i8, ptr %p, i64 4
  store volatile i32 0, ptr %q, align 4
  ret void
}

; CHECK-LABEL: define void @other_direction(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}read4(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write4(ptr %q)
; CHECK: ret void
define void @other_direction(ptr %p) {
  %a = load volatile i32, ptr %p, align 8
  %q = getelementptr i8, ptr %p, i64 4
  store volatile i32 0, ptr %q, align 4
  ret void
}

; What orders comes in between: the second half may be what it allows, or what it does not tell of.
; CHECK-LABEL: define void @call_between(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write4(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write4(ptr %q)
; CHECK: ret void
define void @call_between(ptr %p) {
  store volatile i32 0, ptr %p, align 8
  call void @call()
  %q = getelementptr i8, ptr %p, i64 4
  store volatile i32 0, ptr %q, align 4
  ret void
}

; CHECK-LABEL: define void @acquire_between(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write4(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write4(ptr %q)
; CHECK: ret void
define void @acquire_between(ptr %p, ptr %flag) {
  store volatile i32 0, ptr %p, align 8
  %a = load atomic i32, ptr %flag acquire, align 4
  %q = getelementptr i8, ptr %p, i64 4
  store volatile i32 0, ptr %q, align 4
  ret void
}

; CHECK-LABEL: define void @release_between(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write4(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write4(ptr %q)
; CHECK: ret void
define void @release_between(ptr %p, ptr %flag) {
  store volatile i32 0, ptr %p, align 8
  store atomic i32 1, ptr %flag release, align 4
  %q = getelementptr i8, ptr %p, i64 4
  store volatile i32 0, ptr %q, align 4
  ret void
}

; Of one line, though of two blocks in it; a report of the third would name this one.
; CHECK-LABEL: define void @lines(
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write8(ptr %p) #{{[0-9]+}}, !dbg ![[FIRST:[0-9]+]]
; CHECK: call preserve_mostcc void @__gorace_{{(check_)?}}write8(ptr %r) #{{[0-9]+}}, !dbg ![[SECOND:[0-9]+]]
; CHECK-NOT: call {{.*}}__gorace_{{(check_)?}}write
; CHECK: ret void
; CHECK-DAG: ![[FIRST]] = !DILocation(line: 2,
; CHECK-DAG: ![[SECOND]] = !DILocation(line: 3,
define void @lines(ptr %p) !dbg !4 {
  store volatile i32 0, ptr %p, align 8, !dbg !7
  %q = getelementptr i8, ptr %p, i64 4
  store volatile i32 0, ptr %q, align 4, !dbg !8
  %r = getelementptr i8, ptr %p, i64 8
  store volatile i64 0, ptr %r, align 8, !dbg !9
  ret void, !dbg !9
}

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C_plus_plus_14, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "a.cc", directory: "/src")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !{i32 7, !"Dwarf Version", i32 5}
!4 = distinct !DISubprogram(name: "lines", file: !1, line: 1, type: !5, unit: !0, spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !6)
!6 = !{null}
!7 = !DILocation(line: 2, column: 3, scope: !4)
!8 = !DILocation(line: 2, column: 9, scope: !10)
!9 = !DILocation(line: 3, column: 3, scope: !4)
!10 = distinct !DILexicalBlock(scope: !4, file: !1, line: 2)
