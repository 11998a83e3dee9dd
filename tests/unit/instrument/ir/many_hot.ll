; Of a function with more hot accesses than are worth inline checks, those that run most often have them (instrument/pass/hot_code.h).
; The line that says so is here as often as RUN says, with its number as N.
; RUN: awk '/; many$/ { for (i = 1; i <= 46; i++) { l = $0; gsub("N", i, l); print l }; next } 1' %s | %opt -passes=gorace,verify -S | %check --check-prefixes=CHECK,FEW
; RUN: awk '/; many$/ { for (i = 1; i <= 50; i++) { l = $0; gsub("N", i, l); print l }; next } 1' %s | %opt -passes=gorace,verify -S | %check --check-prefixes=CHECK,MANY
; RUN: awk '/; many$/ { for (i = 1; i <= 50; i++) { l = $0; gsub("N", i, l); print l }; next } 1' %s | %opt -gorace-inline=always -passes=gorace,verify -S | %check --check-prefixes=CHECK,FEW

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

; CHECK-LABEL: define void @loops(
; CHECK: row:
; FEW: call preserve_mostcc void @__gorace_write8(ptr %p{{[0-9]+}})
; FEW-NOT: __gorace_check
; MANY-COUNT-50: call preserve_mostcc void @__gorace_check_write8(ptr %p{{[0-9]+}})
; CHECK: call preserve_mostcc void @__gorace_write8(ptr %last)
; CHECK: ret void
define void @loops(ptr %a, i64 %n) {
entry:
  br label %page
page:
  %k = phi i64 [ 0, %entry ], [ %next_k, %page_end ]
  br label %row
row:
  %i = phi i64 [ 0, %page ], [ %next_i, %row_end ]
  %row_start = getelementptr inbounds [64 x [2 x i64]], ptr %a, i64 %i
  %pN = getelementptr inbounds [2 x i64], ptr %row_start, i64 N store volatile i64 0, ptr %pN, align 8 ; many
  br label %element
element:
  %j = phi i64 [ 0, %row ], [ %next_j, %element ]
  %last = getelementptr inbounds i64, ptr %row_start, i64 %j
  store volatile i64 0, ptr %last, align 8
  %next_j = add nuw nsw i64 %j, 1
  %done_j = icmp eq i64 %next_j, %n
  br i1 %done_j, label %row_end, label %element
row_end:
  %next_i = add nuw nsw i64 %i, 1
  %done_i = icmp eq i64 %next_i, %n
  br i1 %done_i, label %page_end, label %row
page_end:
  %next_k = add nuw nsw i64 %k, 1
  %done_k = icmp eq i64 %next_k, %n
  br i1 %done_k, label %exit, label %page
exit:
  ret void
}
