; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Where an exception object is given up is said before; its destructor says so
; itself.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define void @throws(
; CHECK:         call void @__cxa_throw(ptr %e, ptr @typeinfo, ptr @mapsan.exception_ends.destructor)
define void @throws(ptr %e) {
  call void @__cxa_throw(ptr %e, ptr @typeinfo, ptr @destructor)
  unreachable
}

; One for all who throw it; what needs no destructor stays as it is.
; CHECK-LABEL: define void @makes(
; CHECK:         @__cxa_init_primary_exception(ptr %e, ptr @typeinfo, ptr @mapsan.exception_ends.destructor)
; CHECK:         @__cxa_init_primary_exception(ptr %e, ptr @typeinfo, ptr null)
; CHECK:         @__cxa_init_primary_exception(ptr %e, ptr @typeinfo, ptr %unknown)
define void @makes(ptr %e, ptr %unknown) {
  %c = call ptr @converts(ptr %e)
  %1 = call ptr @__cxa_init_primary_exception(ptr %e, ptr @typeinfo, ptr %c)
  %2 = call ptr @__cxa_init_primary_exception(ptr %e, ptr @typeinfo, ptr null)
  %3 = call ptr @__cxa_init_primary_exception(ptr %e, ptr @typeinfo, ptr %unknown)
  ret void
}
define ptr @converts(ptr %lambda) {
  ret ptr @destructor
}

; CHECK-LABEL: define void @handles(
; CHECK-NEXT:    %[[GLOBALS:.*]] = call ptr @__cxa_get_globals()
; CHECK-NEXT:    call void @__mapsan_exception_handled(ptr %[[GLOBALS]])
; CHECK-NEXT:    call void @__cxa_end_catch()
define void @handles() {
  call void @__cxa_end_catch()
  ret void
}

; Not where it is thrown on.
; CHECK-LABEL: define void @rethrows(
; CHECK:       landingpad
; CHECK-NEXT:    cleanup
; CHECK-NEXT:    call void @__cxa_end_catch()
; CHECK:       landingpad
; CHECK-NEXT:    cleanup
; CHECK-NEXT:    {{.*}} = call ptr @__cxa_get_globals()
; CHECK-NEXT:    call void @__mapsan_exception_handled(
; CHECK-NEXT:    call void @__cxa_end_catch()
define void @rethrows(i1 %really) personality ptr @personality {
  br i1 %really, label %rethrow, label %another
rethrow:
  invoke void @__cxa_rethrow() to label %nowhere unwind label %ends
ends:
  %1 = landingpad { ptr, i32 } cleanup
  call void @__cxa_end_catch()
  resume { ptr, i32 } %1
another:
  invoke void @__cxa_throw(ptr null, ptr null, ptr null) to label %nowhere unwind label %left
left:
  %2 = landingpad { ptr, i32 } cleanup
  call void @__cxa_end_catch()
  resume { ptr, i32 } %2
nowhere:
  unreachable
}

; CHECK-LABEL: define void @drops(
; CHECK-NEXT:    %[[ONE:.*]] = load ptr, ptr %p
; CHECK-NEXT:    call void @__mapsan_exception_dropped(ptr %[[ONE]])
; CHECK-NEXT:    call void @_ZNSt13exception_ptrD1Ev(ptr %p)
; CHECK-NEXT:    %[[OTHER:.*]] = load ptr, ptr %p
; CHECK-NEXT:    call void @__mapsan_exception_dropped(ptr %[[OTHER]])
; CHECK-NEXT:    call void @_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(ptr %p)
; CHECK-NEXT:    call void @__mapsan_exception_dropped(ptr %e)
; CHECK-NEXT:    call void @__cxa_decrement_exception_refcount(ptr %e)
define void @drops(ptr %p, ptr %e) {
  call void @_ZNSt13exception_ptrD1Ev(ptr %p)
  call void @_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(ptr %p)
  call void @__cxa_decrement_exception_refcount(ptr %e)
  ret void
}

; An exception that is a map itself.
; CHECK-LABEL: define void @throws_map(
; CHECK:         ptr @mapsan.exception_ends._ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev)
define void @throws_map(ptr %e) {
  call void @__cxa_throw(ptr %e, ptr @typeinfo, ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev)
  unreachable
}

; CHECK-LABEL: define internal void @mapsan.exception_ends.destructor(
; CHECK:         call void @__mapsan_exception_ends(ptr %[[E:.*]])
; CHECK-NEXT:    call void @destructor(ptr %[[E]])
; CHECK-LABEL: define internal void @mapsan.exception_ends._ZNSt3map
; CHECK:         call void @__mapsan_exception_ends(ptr %[[E:.*]])
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %[[E]])
; CHECK-NEXT:    call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr %[[E]])
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @{{.*}}, ptr %[[E]], i32 {{.*}})

@typeinfo = external global ptr
declare void @destructor(ptr)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr) nounwind
declare void @__cxa_throw(ptr, ptr, ptr)
declare ptr @__cxa_init_primary_exception(ptr, ptr, ptr)
declare void @__cxa_end_catch()
declare void @__cxa_rethrow()
declare i32 @personality(...)
declare void @_ZNSt13exception_ptrD1Ev(ptr)
declare void @_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(ptr)
declare void @__cxa_decrement_exception_refcount(ptr)
