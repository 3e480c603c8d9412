; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Calls of the catalog's sync section: libc++'s shared mutex.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define void @locks(
; CHECK-NEXT:    call void @__mapsan_sync_begin(ptr %m, i32 2)
; CHECK-NEXT:    call void @_ZNSt3__112shared_mutex4lockEv(ptr %m)
; CHECK-NEXT:    call void @__mapsan_sync_end(ptr %m, i32 2, i64 1)
; CHECK-NEXT:    call void @__mapsan_sync_begin(ptr %m, i32 4)
; CHECK-NEXT:    call void @_ZNSt3__112shared_mutex6unlockEv(ptr %m)
; CHECK-NEXT:    call void @__mapsan_sync_end(ptr %m, i32 4, i64 1)
; CHECK-NEXT:    call void @__mapsan_sync_begin(ptr %m, i32 6)
; CHECK-NEXT:    %got = call i1 @_ZNSt3__112shared_mutex15try_lock_sharedEv(ptr %m)
; CHECK-NEXT:    %[[GOT:.*]] = icmp ne i1 %got, false
; CHECK-NEXT:    %[[RESULT:.*]] = zext i1 %[[GOT]] to i64
; CHECK-NEXT:    call void @__mapsan_sync_end(ptr %m, i32 6, i64 %[[RESULT]])
define void @locks(ptr %m) nounwind {
  call void @_ZNSt3__112shared_mutex4lockEv(ptr %m)
  call void @_ZNSt3__112shared_mutex6unlockEv(ptr %m)
  %got = call i1 @_ZNSt3__112shared_mutex15try_lock_sharedEv(ptr %m)
  ret void
}

; Chromium's name of libc++'s namespace. A lock that throws was not taken.
; CHECK-LABEL: define void @throws(
; CHECK:         invoke void @_ZNSt4__Cr12shared_mutex4lockEv(ptr %m)
; CHECK:         call void @__mapsan_sync_end(ptr %m, i32 2, i64 1)
; CHECK:         landingpad
; CHECK-NEXT:            cleanup
; CHECK-NEXT:    call void @__mapsan_sync_end(ptr %m, i32 2, i64 0)
define void @throws(ptr %m) {
  call void @_ZNSt4__Cr12shared_mutex4lockEv(ptr %m)
  ret void
}

; try_lock_for calls try_lock_until: one operation.
; CHECK-LABEL: define linkonce_odr i1 @_ZNSt3__111timed_mutex12try_lock_forIxEEbx(
; CHECK-NOT:     mapsan
; CHECK:         ret i1
define linkonce_odr i1 @_ZNSt3__111timed_mutex12try_lock_forIxEEbx(ptr %m) nounwind {
  %got = call i1 @_ZNSt3__111timed_mutex14try_lock_untilIxEEbx(ptr %m)
  ret i1 %got
}

declare void @_ZNSt3__112shared_mutex4lockEv(ptr)
declare void @_ZNSt3__112shared_mutex6unlockEv(ptr)
declare i1 @_ZNSt3__112shared_mutex15try_lock_sharedEv(ptr)
declare void @_ZNSt4__Cr12shared_mutex4lockEv(ptr)
declare i1 @_ZNSt3__111timed_mutex14try_lock_untilIxEEbx(ptr)
