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

; A callback's arguments are known where it is defined; so is what is passed by name, and what calls a method through a thunk.
declare ptr @g_thread_pool_new(ptr, ptr, i32, i32, ptr)
declare void @g_thread_pool_free(ptr, i32, i32)
declare void @elsewhere(ptr, ptr)
@text = private unnamed_addr constant [31 x i8] c"gorace.override QRunnable::run\00", section "llvm.metadata"
@file = private unnamed_addr constant [5 x i8] c"a.cc\00", section "llvm.metadata"
@llvm.global.annotations = appending global [1 x { ptr, ptr, ptr, i32, ptr }] [
  { ptr, ptr, ptr, i32, ptr } { ptr @_ZN4Task3runEv, ptr @text, ptr @file, i32 1, ptr null }], section "llvm.metadata"

; CHECK-LABEL: define internal void @worker(ptr %data, ptr %user)
; CHECK: call void @__gorace_model_acquire(ptr %data)
; CHECK: call void @__gorace_model_release(ptr @__gorace_object_GThreadPool)
; CHECK-NEXT: ret void
define internal void @worker(ptr %data, ptr %user) {
  ret void
}
; CHECK-LABEL: define ptr @pool(
; CHECK: call ptr @g_thread_pool_new(ptr @worker,
; CHECK: call ptr @g_thread_pool_new(ptr @elsewhere.gorace_callback,
; CHECK: call void @g_thread_pool_free(ptr %p, i32 0, i32 %wait)
; CHECK: %[[W:.*]] = icmp eq i32 %wait, 1
; CHECK-NEXT: %[[O:.*]] = select i1 %[[W]], ptr @__gorace_object_GThreadPool, ptr null
; CHECK-NEXT: call void @__gorace_model_acquire(ptr %[[O]])
define ptr @pool(i32 %wait) {
  %p = call ptr @g_thread_pool_new(ptr @worker, ptr null, i32 1, i32 0, ptr null)
  %q = call ptr @g_thread_pool_new(ptr @elsewhere, ptr null, i32 1, i32 0, ptr null)
  call void @g_thread_pool_free(ptr %p, i32 0, i32 %wait)
  ret ptr %q
}
; CHECK-LABEL: define void @_ZN4Task3runEv(
; CHECK: call void @__gorace_model_acquire(ptr %this)
; CHECK: call void @__gorace_model_release(ptr @__gorace_object_QThreadPool_end)
define void @_ZN4Task3runEv(ptr %this) {
  ret void
}
; CHECK-LABEL: define void @_ZThn16_N4Task3runEv(
; CHECK: call void @__gorace_model_acquire(ptr %this)
; CHECK: call void @_ZN4Task3runEv(
define void @_ZThn16_N4Task3runEv(ptr %this) {
  %t = getelementptr i8, ptr %this, i64 -16
  tail call void @_ZN4Task3runEv(ptr %t)
  ret void
}
; CHECK-LABEL: define void @_ZN5Other3runEv(
; CHECK-NOT: __gorace_model
; CHECK: ret void
define void @_ZN5Other3runEv(ptr %this) {
  ret void
}

; What the pointer at this+8 points to.
declare void @_ZN20QFutureInterfaceBase15waitForFinishedEv(ptr)
; CHECK-LABEL: define void @shared(
; CHECK: call void @_ZN20QFutureInterfaceBase15waitForFinishedEv(ptr %f)
; CHECK-NEXT: %[[A:.*]] = getelementptr{{.*}} i8, ptr %f, i64 8
; CHECK-NEXT: %[[D:.*]] = load ptr, ptr %[[A]]
; CHECK-NEXT: call void @__gorace_model_acquire(ptr %[[D]])
define void @shared(ptr %f) {
  call void @_ZN20QFutureInterfaceBase15waitForFinishedEv(ptr %f)
  ret void
}

; CHECK-LABEL: define internal void @elsewhere.gorace_callback(
; CHECK: call void @__gorace_model_acquire(ptr %0)
; CHECK: call void @elsewhere(ptr %0, ptr %1)
; CHECK: call void @__gorace_model_release(ptr @__gorace_object_GThreadPool)
