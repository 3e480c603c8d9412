; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A map's destructor that is handed over by its address is called by a function of
; ours, which is handed over in its place, in the group of what does so. Other
; destructors, and other arguments of such calls, stay as they are.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

$maker = comdat any
@global = global [48 x i8] zeroinitializer
@shared = linkonce_odr global [48 x i8] zeroinitializer, comdat($maker)
@own = thread_local global [48 x i8] zeroinitializer
@other = global i8 0
@__dso_handle = external hidden global i8

; CHECK-LABEL: define internal void @init()
; CHECK:         call i32 @__cxa_atexit(ptr @__cxx_global_var_dtor, ptr @global, ptr @__dso_handle)
; CHECK-NEXT:    call i32 @__cxa_atexit(ptr @_ZN5otherD2Ev, ptr @other, ptr @__dso_handle)
; CHECK-NEXT:    call i32 @__cxa_atexit(ptr %unknown, ptr @global, ptr @__dso_handle)
; CHECK-NEXT:    call i32 @__cxa_thread_atexit(ptr @[[OWN:__cxx_global_var_dtor[.0-9]*]], ptr @own, ptr @__dso_handle)
define internal void @init() {
  %unknown = load ptr, ptr @other
  call i32 @__cxa_atexit(ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev, ptr @global, ptr @__dso_handle)
  call i32 @__cxa_atexit(ptr @_ZN5otherD2Ev, ptr @other, ptr @__dso_handle)
  call i32 @__cxa_atexit(ptr %unknown, ptr @global, ptr @__dso_handle)
  call i32 @__cxa_thread_atexit(ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev, ptr @own, ptr @__dso_handle)
  ret void
}

; CHECK-LABEL: define linkonce_odr void @maker()
; CHECK:         call i32 @__cxa_atexit(ptr @[[SHARED:__cxx_global_var_dtor[.0-9]*]], ptr @shared,
define linkonce_odr void @maker() comdat {
  call i32 @__cxa_atexit(ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev, ptr @shared, ptr @__dso_handle)
  ret void
}

; Where it is not a constant, the function gets it as its argument.
; CHECK-LABEL: define void @passed(
; CHECK:         call i32 @__cxa_atexit(ptr @[[PASSED:__cxx_global_var_dtor[.0-9]*]], ptr %map,
define void @passed(ptr %map) {
  call i32 @__cxa_atexit(ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev, ptr %map, ptr @__dso_handle)
  ret void
}

; Code that is not to be looked at.
; CHECK-LABEL: define void @ignored(
; CHECK:         call i32 @__cxa_atexit(ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev,
define void @ignored() disable_sanitizer_instrumentation {
  call i32 @__cxa_atexit(ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev, ptr @global, ptr @__dso_handle)
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr)
declare void @_ZN5otherD2Ev(ptr)
declare i32 @__cxa_atexit(ptr, ptr, ptr)
declare i32 @__cxa_thread_atexit(ptr, ptr, ptr)

; CHECK-DAG: define internal void @[[SHARED]](ptr %0){{.*}} comdat($maker)
; CHECK-DAG: define internal void @[[OWN]](ptr %0)
; CHECK-DAG: call void @__mapsan_map_begin(ptr @{{.*}}, ptr @global)
; CHECK-DAG: call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr @global)
; CHECK-DAG: call void @__mapsan_map_begin(ptr @{{.*}}, ptr @own)
; CHECK-DAG: define internal void @[[PASSED]](ptr %0)
; CHECK-DAG: call void @__mapsan_map_begin(ptr @{{.*}}, ptr %0)
