; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A complete-object constructor that is an alias of the base-object one.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

@_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC1Ev = alias void (ptr), ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2Ev

; CHECK-LABEL: define void @caller(
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %map)
; CHECK-NEXT:    call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC1Ev(ptr %map)
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @{{.*}}, ptr %map, i32 3)
define void @caller(ptr %map) nounwind {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC1Ev(ptr %map)
  ret void
}

define void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2Ev(ptr %map) nounwind {
  ret void
}
