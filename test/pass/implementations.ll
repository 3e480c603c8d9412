; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; What of a library's inlined implementation counts: calls that observe, calls
; from within a class, bodies, atomics that count for less, locked accesses.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; The result tells whether it succeeded; where it always does, an exception is a
; result, too.
; CHECK-LABEL: define i1 @tries(
; CHECK-NEXT:    call void @__mapsan_sync_begin(ptr %s, i32 17)
; CHECK-NEXT:    %got = call i1 @_ZNSt18counting_semaphoreILl1EE11try_acquireEv(ptr %s)
; CHECK-NEXT:    %[[GOT:.*]] = icmp ne i1 %got, false
; CHECK-NEXT:    %[[RESULT:.*]] = zext i1 %[[GOT]] to i64
; CHECK-NEXT:    call void @__mapsan_sync_end(ptr %s, i32 17, i64 %[[RESULT]])
define i1 @tries(ptr %s) nounwind {
  %got = call i1 @_ZNSt18counting_semaphoreILl1EE11try_acquireEv(ptr %s)
  ret i1 %got
}
; CHECK-LABEL: define i32 @gets(
; CHECK-NEXT:    call void @__mapsan_sync_begin(ptr %f, i32 17)
; CHECK-NEXT:    invoke i32 @_ZNSt3__16futureIiE3getEv(ptr %f)
; CHECK:         call void @__mapsan_sync_end(ptr %f, i32 17, i64 1)
; CHECK-NEXT:    ret i32
; CHECK:         cleanup
; CHECK-NEXT:    call void @__mapsan_sync_end(ptr %f, i32 17, i64 1)
define i32 @gets(ptr %f) {
  %value = call i32 @_ZNSt3__16futureIiE3getEv(ptr %f)
  ret i32 %value
}

; condition_variable_any's own lock orders nothing, anybody else's does.
; CHECK-LABEL: define linkonce_odr void @_ZNSt3_V222condition_variable_any4waitEv(
; CHECK-NEXT:    call void @__mapsan_sync_begin(ptr %l, i32 16)
; CHECK-NEXT:    call void @_ZNSt11unique_lockISt5mutexEC1ERS0_(ptr %l, ptr %m)
; CHECK-NEXT:    call void @__mapsan_sync_end(ptr %l, i32 16, i64 1)
define linkonce_odr void @_ZNSt3_V222condition_variable_any4waitEv(ptr %l, ptr %m) nounwind {
  call void @_ZNSt11unique_lockISt5mutexEC1ERS0_(ptr %l, ptr %m)
  ret void
}
; CHECK-LABEL: define void @locks(
; CHECK-NEXT:    call void @_ZNSt11unique_lockISt5mutexEC1ERS0_(ptr %l, ptr %m)
define void @locks(ptr %l, ptr %m) nounwind {
  call void @_ZNSt11unique_lockISt5mutexEC1ERS0_(ptr %l, ptr %m)
  ret void
}

; A barrier's phase is an argument, or a token that one refers to.
; CHECK-LABEL: define i1 @arrives(
; CHECK-NEXT:    %[[PHASE:.*]] = zext i8 %phase to i32
; CHECK-NEXT:    %[[SHIFTED:.*]] = shl i32 %[[PHASE]], 8
; CHECK-NEXT:    %[[WHAT:.*]] = or i32 24, %[[SHIFTED]]
; CHECK-NEXT:    call void @__mapsan_sync_begin(ptr %b, i32 %[[WHAT]])
define i1 @arrives(ptr %b, i8 %phase) nounwind {
  %last = call i1 @_ZNSt3__131__arrive_barrier_algorithm_baseEPNS_24__barrier_algorithm_baseEh(ptr %b, i8 %phase)
  ret i1 %last
}
; CHECK-LABEL: define void @waits(
; CHECK-NEXT:    %[[TOKEN:.*]] = load i8, ptr %token
; CHECK-NEXT:    %[[PHASE:.*]] = zext i8 %[[TOKEN]] to i32
; CHECK:         call void @__mapsan_sync_begin(ptr %b, i32 %{{.*}})
define void @waits(ptr %b, ptr %token) nounwind {
  call void @_ZNKSt3__114__barrier_baseINS_18__empty_completionEE4waitEOh(ptr %b, ptr %token)
  ret void
}

; The object's end follows the owners' last words.
; CHECK-LABEL: define linkonce_odr void @_ZNSt15_Sp_counted_ptrIPiLN9__gnu_cxx12_Lock_policyE2EE10_M_disposeEv(
; CHECK-NEXT:    %[[COUNT:.*]] = getelementptr i8, ptr %this, i64 8
; CHECK-NEXT:    call void @__mapsan_sync_event(ptr %[[COUNT]], i32 8)
; CHECK-NEXT:    ret void
define linkonce_odr void @_ZNSt15_Sp_counted_ptrIPiLN9__gnu_cxx12_Lock_policyE2EE10_M_disposeEv(ptr %this) nounwind {
  ret void
}

; A decrement only releases (order 3), an increment does nothing.
; CHECK-LABEL: define i32 @_ZN9__gnu_cxx18__exchange_and_addEPVii(
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %count, i32 50)
define i32 @_ZN9__gnu_cxx18__exchange_and_addEPVii(ptr %count, i32 %n) nounwind {
  %old = atomicrmw add ptr %count, i32 %n acq_rel
  ret i32 %old
}
; CHECK-LABEL: define void @_ZN9__gnu_cxx12__atomic_addEPVii(
; CHECK-NEXT:    %old = atomicrmw
define void @_ZN9__gnu_cxx12__atomic_addEPVii(ptr %count, i32 %n) nounwind {
  %old = atomicrmw add ptr %count, i32 %n acq_rel
  ret void
}

; The access is made while the lock is held, with the order that was asked for.
; CHECK-LABEL: define linkonce_odr void @_ZNSt10_Sp_atomicISt10shared_ptrIiEE4swapERS1_St12memory_order(
; CHECK:         %[[ORDER:.*]] = shl i32 %order, 4
; CHECK-NEXT:    %[[WHAT:.*]] = or i32 2, %[[ORDER]]
; CHECK-NEXT:    call void @__mapsan_locked_access(ptr %this, i32 %[[WHAT]], i32 1)
; CHECK:         call void @_ZNSt10_Sp_atomicISt10shared_ptrIiEE13_Atomic_count14_M_swap_unlockERSt14__shared_countILN9__gnu_cxx12_Lock_policyE2EESt12memory_order(
define linkonce_odr void @_ZNSt10_Sp_atomicISt10shared_ptrIiEE4swapERS1_St12memory_order(ptr %this, ptr %other, i32 %order) nounwind {
  call void @_ZNSt10_Sp_atomicISt10shared_ptrIiEE13_Atomic_count14_M_swap_unlockERSt14__shared_countILN9__gnu_cxx12_Lock_policyE2EESt12memory_order(ptr %this, ptr %other, i32 %order)
  ret void
}
; A compare-exchange has succeeded if that is what the function returns.
; CHECK-LABEL: define linkonce_odr i1 @_ZSt39atomic_compare_exchange_strong_explicitIiEbPSt10shared_ptrIT_ES3_S2_St12memory_orderS4_(
; CHECK:         %[[LOADED:.*]] = load i1, ptr %returned
; CHECK-NEXT:    %[[STORED:.*]] = icmp ne i1 %[[LOADED]], false
; CHECK:         call void @__mapsan_locked_access(ptr %p, i32 %{{.*}}, i32 %{{.*}})
; CHECK:         call void @_ZNSt10_Sp_lockerD1Ev(
define linkonce_odr i1 @_ZSt39atomic_compare_exchange_strong_explicitIiEbPSt10shared_ptrIT_ES3_S2_St12memory_orderS4_(ptr %p, ptr %v, ptr %w, i32 %success, i32 %failure) nounwind {
  %returned = alloca i1
  store i1 true, ptr %returned
  call void @_ZNSt10_Sp_lockerD1Ev(ptr %v)
  %result = load i1, ptr %returned
  ret i1 %result
}

declare i1 @_ZNSt18counting_semaphoreILl1EE11try_acquireEv(ptr)
declare i32 @_ZNSt3__16futureIiE3getEv(ptr)
declare void @_ZNSt11unique_lockISt5mutexEC1ERS0_(ptr, ptr)
declare i1 @_ZNSt3__131__arrive_barrier_algorithm_baseEPNS_24__barrier_algorithm_baseEh(ptr, i8)
declare void @_ZNKSt3__114__barrier_baseINS_18__empty_completionEE4waitEOh(ptr, ptr)
declare void @_ZNSt10_Sp_atomicISt10shared_ptrIiEE13_Atomic_count14_M_swap_unlockERSt14__shared_countILN9__gnu_cxx12_Lock_policyE2EESt12memory_order(ptr, ptr, i32)
declare void @_ZNSt10_Sp_lockerD1Ev(ptr)
