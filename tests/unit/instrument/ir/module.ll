; The module constructor, the table of functions, and that a module is instrumented once however often the pass is run.
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check
; RUN: %opt -gorace-inline=always -passes=gorace,gorace,verify -S %s | %check
; RUN: %opt -gorace-inline=always -passes=gorace -S %s | %opt -passes=gorace,verify -S | %check

target triple = "x86_64-pc-linux-gnu"

; CHECK: $gorace.module_ctor = comdat any
; CHECK: @llvm.global_ctors = appending global [2 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 101, ptr @own, ptr null }, { i32, ptr, ptr } { i32 0, ptr @gorace.module_ctor, ptr @gorace.module_ctor }]
@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 101, ptr @own, ptr null }]

; CHECK: define void @own() {{.*}}!pcsections ![[TABLE:[0-9]+]]
; CHECK-COUNT-1: call preserve_mostcc void @__gorace_write8(
; CHECK-NOT: call {{.*}}__gorace_write
; CHECK: ret void
define void @own() {
  store i64 1, ptr @variable, align 8
  ret void
}
@variable = global i64 0

; CHECK: define linkonce_odr hidden void @gorace.module_ctor() #{{[0-9]+}} comdat {
; CHECK-NEXT: call void @__gorace_module_init(i32 3, i32 0)
; CHECK-NEXT: notail call void @__gorace_module_code(ptr @__start_gorace_code, ptr @__stop_gorace_code)
; CHECK-NEXT: ret void
; CHECK: !{i32 7, !"gorace.instrumented", i32 1}
; CHECK: ![[TABLE]] = !{!"gorace_code"}
