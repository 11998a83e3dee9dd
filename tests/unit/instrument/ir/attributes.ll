; Attributes that checks make untrue go, on definitions, calls and the functions called; frame pointers come.
; RUN: %opt -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

; CHECK: define i64 @pure(ptr readonly %p) #[[PLAIN:[0-9]+]]
define i64 @pure(ptr readonly %p) memory(argmem: read) nosync nofree willreturn nounwind speculatable {
  %v = load i64, ptr %p
  ret i64 %v
}

; CHECK: define i64 @caller(ptr %p) #[[CALLER:[0-9]+]]
; CHECK: call i64 @elsewhere(ptr %p) #[[CALL:[0-9]+]]
define i64 @caller(ptr %p) willreturn {
  %v = call i64 @elsewhere(ptr %p) memory(read) nounwind
  ret i64 %v
}

; CHECK: declare i64 @elsewhere(ptr) #[[ELSEWHERE:[0-9]+]]
declare i64 @elsewhere(ptr) memory(read) nosync willreturn nounwind

; Nothing is added to this one, and so nothing taken.
; CHECK: define i64 @untouched(i64 %a) #[[UNTOUCHED:[0-9]+]]
define i64 @untouched(i64 %a) memory(none) willreturn {
  ret i64 %a
}

; CHECK-DAG: attributes #[[PLAIN]] = { nounwind "disable-tail-calls"="true" "frame-pointer"="all" }
; CHECK-DAG: attributes #[[CALLER]] = { noredzone "disable-tail-calls"="true" "frame-pointer"="all" }
; CHECK-DAG: attributes #[[ELSEWHERE]] = { nounwind }
; CHECK-DAG: attributes #[[UNTOUCHED]] = { willreturn memory(none) }
