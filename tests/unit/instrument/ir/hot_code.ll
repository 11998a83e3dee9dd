; Where checks are inline and where they are calls (instrument/pass/hot_code.h): by default inline in nested loops, calls elsewhere.
; RUN: %opt -passes=gorace,verify -S %s | %check --check-prefixes=CHECK,HOT
; RUN: %opt -gorace-inline=hot -passes=gorace,verify -S %s | %check --check-prefixes=CHECK,HOT
; RUN: %opt -gorace-inline=never -passes=gorace,verify -S %s | %check --check-prefixes=CHECK,NEVER
; RUN: %opt -gorace-inline=always -passes=gorace,verify -S %s | %check --check-prefixes=ALWAYS
; RUN: sed s/x86_64/aarch64/ %s | %opt -passes=gorace,verify -S | %check --check-prefixes=ALWAYS
; RUN: %not %opt -gorace-inline=sometimes -passes=gorace -S %s 2>&1 | %check --check-prefix=WRONG
; WRONG: sometimes

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

; Not hot: nothing says that this function is called often. The call names its access, so two are never folded.
; CHECK-LABEL: define i64 @straight(
; CHECK-NOT: load i64, ptr addrspace(257)
; CHECK: call preserve_mostcc void @__gorace_check_read8(ptr %p) #[[CALL:[0-9]+]]
; CHECK-NEXT: load i64, ptr %p
; CHECK: call preserve_mostcc void @__gorace_check_write4(ptr %q) #[[CALL]]
; CHECK-NEXT: store i32 1, ptr %q
; CHECK: ret i64
; ALWAYS-LABEL: define i64 @straight(
; ALWAYS-NOT: __gorace_check
; ALWAYS: call preserve_mostcc void @__gorace_read8(ptr %p)
; ALWAYS: call preserve_mostcc void @__gorace_write4(ptr %q)
; ALWAYS: ret i64
define i64 @straight(ptr %p, ptr %q) {
  %v = load i64, ptr %p, align 8
  store i32 1, ptr %q, align 4
  ret i64 %v
}

; Any alignment; sizes that have no entry point are checked inline.
; CHECK-LABEL: define void @sizes(
; CHECK: call preserve_mostcc void @__gorace_check_write8(ptr %p)
; CHECK: call preserve_mostcc void @__gorace_check_write16(ptr %q)
; CHECK: call preserve_mostcc void @__gorace_check_write24(ptr %r)
; CHECK: load i64, ptr addrspace(257)
; CHECK: call void @__gorace_write_range(ptr %r, i64 12)
; CHECK: ret void
define void @sizes(ptr %p, ptr %q, ptr %r, <2 x i64> %v, i192 %w, i96 %x) {
  store i64 1, ptr %p, align 1
  store <2 x i64> %v, ptr %q, align 4
  store i192 %w, ptr %r, align 8
  call void @quiet()
  store i96 %x, ptr %r, align 4
  ret void
}

; Hot: a loop within a loop. Not hot: the outer one, the path that ends in a cold call, and the code behind the loops.
; CHECK-LABEL: define void @loops(
; CHECK: outer:
; CHECK: call preserve_mostcc void @__gorace_check_read8(ptr %row)
; CHECK: head:
; HOT: load i64, ptr addrspace(257)
; HOT: call preserve_mostcc void @__gorace_read8(ptr %at)
; NEVER: call preserve_mostcc void @__gorace_check_read8(ptr %at)
; CHECK: unlikely:
; CHECK: call preserve_mostcc void @__gorace_check_write8(ptr %at)
; CHECK: end:
; CHECK: call preserve_mostcc void @__gorace_check_write8(ptr %p)
; CHECK: ret void
define void @loops(ptr %p) {
entry:
  br label %outer
outer:
  %row = phi ptr [ %p, %entry ], [ %below, %done ]
  %below = load ptr, ptr %row, align 8
  br label %head
head:
  %at = phi ptr [ %below, %outer ], [ %next, %body ]
  %next = load ptr, ptr %at, align 8
  %strange = icmp eq ptr %next, %p
  br i1 %strange, label %unlikely, label %body
unlikely:
  store ptr null, ptr %at, align 8
  call void @abort() cold noreturn nounwind
  unreachable
body:
  %last = icmp eq ptr %next, null
  br i1 %last, label %done, label %head
done:
  %lowest = icmp eq ptr %below, null
  br i1 %lowest, label %end, label %outer
end:
  store ptr null, ptr %p, align 8
  ret void
}
declare void @abort()
declare void @quiet()

; -Oz.
; CHECK-LABEL: define void @smallest(
; CHECK: call preserve_mostcc void @__gorace_check_read8(ptr %at)
; CHECK: ret void
define void @smallest(ptr %p) minsize optsize {
entry:
  br label %head
head:
  %at = phi ptr [ %p, %entry ], [ %next, %head ]
  %next = load ptr, ptr %at, align 8
  %last = icmp eq ptr %next, null
  br i1 %last, label %end, label %head
end:
  ret void
}

; CHECK: attributes #[[CALL]] = { nomerge }
