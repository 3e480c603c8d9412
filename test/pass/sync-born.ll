; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A lock or an atomic that is born orders nothing that its address ordered before.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; Constructors, of the size that the declaration states.
; CHECK-LABEL: define void @constructors(
; CHECK-NEXT:    call void @__mapsan_sync_born(ptr %m, i64 40)
; CHECK-NEXT:    call void @_ZNSt5mutexC2Ev(ptr %m)
; CHECK-NEXT:    call void @__mapsan_sync_born(ptr %a, i64 4)
; CHECK-NEXT:    call void @_ZNSt6atomicIiEC2Ei(ptr %a, i32 1)
; CHECK-NEXT:    ret void
define void @constructors(ptr %m, ptr %a) nounwind {
  call void @_ZNSt5mutexC2Ev(ptr %m)
  call void @_ZNSt6atomicIiEC2Ei(ptr %a, i32 1)
  ret void
}

; C has none: its locals are born with the call of their function.
; CHECK-LABEL: define void @locals(
; CHECK-NEXT:    %atomic = alloca i32
; CHECK-NEXT:    %mutex = alloca [40 x i8]
; CHECK-NEXT:    %plain = alloca i32
; CHECK-NEXT:    call void @__mapsan_sync_born(ptr %atomic, i64 4)
; CHECK-NEXT:    call void @__mapsan_sync_born(ptr %mutex, i64 40)
; CHECK-NEXT:    store i32 0, ptr %plain
; CHECK-NOT:     sync_born
; CHECK:         ret void
define void @locals() nounwind {
  %atomic = alloca i32
  %mutex = alloca [40 x i8]
  %plain = alloca i32
  store i32 0, ptr %plain
  %v = atomicrmw add ptr %atomic, i32 1 monotonic
  %r = call i32 @pthread_mutex_lock(ptr %mutex)
  call void @take(ptr %atomic)
  ret void
}

declare void @_ZNSt5mutexC2Ev(ptr dereferenceable(40))
declare void @_ZNSt6atomicIiEC2Ei(ptr dereferenceable(4), i32)
declare i32 @pthread_mutex_lock(ptr)
declare void @take(ptr)
