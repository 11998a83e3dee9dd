; Calls of functions that a model names get what it says around them; other calls, and functions that are defined here, do not.
; RUN: %opt -passes=gorace,verify -S %s | %check

target triple = "x86_64-pc-linux-gnu"

declare void @_ZN4absl7debian35Mutex4LockEv(ptr)
declare i1 @_ZN4absl12lts_202308025Mutex7TryLockEv(ptr)
declare void @_ZN4absl5Mutex6UnlockEv(ptr)
declare void @_ZN4absl7debian312Notification6NotifyEv(ptr)
declare void @_ZN5other5Mutex4LockEv(ptr)
declare i32 @__gxx_personality_v0(...)

; CHECK-LABEL: define void @around(
; CHECK: call void @__gorace_model_quiet_begin()
; CHECK-NEXT: call void @_ZN4absl7debian35Mutex4LockEv(ptr %m)
; CHECK-NEXT: call void @__gorace_model_quiet_end()
; CHECK-NEXT: call void @__gorace_model_lock(ptr %m)
; CHECK: call void @_ZN5other5Mutex4LockEv
; CHECK-NOT: __gorace_model
; CHECK: call void @__gorace_model_unlock(ptr %m)
; CHECK-NEXT: call void @__gorace_model_quiet_begin()
; CHECK-NEXT: call void @_ZN4absl5Mutex6UnlockEv(ptr %m)
; CHECK-NEXT: call void @__gorace_model_quiet_end()
define void @around(ptr %m) {
  call void @_ZN4absl7debian35Mutex4LockEv(ptr %m)
  call void @_ZN5other5Mutex4LockEv(ptr %m)
  call void @_ZN4absl5Mutex6UnlockEv(ptr %m)
  ret void
}

; CHECK-LABEL: define i1 @conditional(
; CHECK: %[[R:.*]] = call i1 @_ZN4absl12lts_202308025Mutex7TryLockEv(ptr %m)
; CHECK: %[[T:.*]] = icmp ne i1 %[[R]], false
; CHECK-NEXT: %[[O:.*]] = select i1 %[[T]], ptr %m, ptr null
; CHECK-NEXT: call void @__gorace_model_lock(ptr %[[O]])
define i1 @conditional(ptr %m) {
  %taken = call i1 @_ZN4absl12lts_202308025Mutex7TryLockEv(ptr %m)
  ret i1 %taken
}

; CHECK-LABEL: define void @within(
; CHECK: call void @__gorace_model_release(ptr %n)
; CHECK-NEXT: %[[I:.*]] = getelementptr{{.*}} i8, ptr %n, i64 8
; CHECK-NEXT: call void @__gorace_model_release(ptr %[[I]])
define void @within(ptr %n) {
  call void @_ZN4absl7debian312Notification6NotifyEv(ptr %n)
  ret void
}

; Where an exception leaves the call, nothing was taken.
; CHECK-LABEL: define void @thrown(
; CHECK: invoke void @_ZN4absl7debian35Mutex4LockEv(ptr %m)
; CHECK-NEXT: to label %[[NEXT:.*]] unwind label %bad
; CHECK: [[NEXT]]:
; CHECK-NEXT: call void @__gorace_model_quiet_end()
; CHECK-NEXT: call void @__gorace_model_lock(ptr %m)
; CHECK: bad:
; CHECK-NOT: __gorace_model_lock
define void @thrown(ptr %m, i1 %way) personality ptr @__gxx_personality_v0 {
entry:
  br i1 %way, label %go, label %end
go:
  invoke void @_ZN4absl7debian35Mutex4LockEv(ptr %m) to label %end unwind label %bad
bad:
  %pad = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %pad
end:
  ret void
}

; CHECK-LABEL: define void @g_mutex_lock(
; CHECK-NOT: __gorace_model
; CHECK: ret void
define void @g_mutex_lock(ptr %m) {
  ret void
}
; CHECK-LABEL: define void @calls_own(
; CHECK-NOT: __gorace_model
; CHECK: ret void
define void @calls_own(ptr %m) {
  call void @g_mutex_lock(ptr %m)
  ret void
}
