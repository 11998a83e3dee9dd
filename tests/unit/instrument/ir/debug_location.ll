; The cold call has the access's line: its return address is what a report shows. An access without a line has its function's line 0.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

; CHECK-LABEL: define void @f(
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %p) #{{[0-9]+}}, !dbg ![[LINE:[0-9]+]]
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %q) #{{[0-9]+}}, !dbg ![[NONE:[0-9]+]]
; CHECK: ![[LINE]] = !DILocation(line: 42, column: 7
; CHECK: ![[NONE]] = !DILocation(line: 0
define void @f(ptr %p, ptr %q) !dbg !4 {
  store i64 1, ptr %p, align 8, !dbg !6
  store i64 1, ptr %q, align 8
  ret void, !dbg !6
}

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C_plus_plus_14, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "f.cc", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !DISubroutineType(types: !5)
!4 = distinct !DISubprogram(name: "f", file: !1, line: 40, type: !3, unit: !0, spFlags: DISPFlagDefinition)
!5 = !{}
!6 = !DILocation(line: 42, column: 7, scope: !4)
