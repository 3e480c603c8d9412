; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A module that was treated already is left alone.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -S %s -o %t.ll
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,mapsan,verify -S %t.ll | %FileCheck %s
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -S %t.ll | diff - %t.ll -I ModuleID -I source_filename

; CHECK-LABEL: define void @caller(
; CHECK-COUNT-1: call void @__mapsan_map_begin(
; CHECK-NOT:     call void @__mapsan_map_begin(
; CHECK:         ret void
define void @caller(ptr %map) nounwind {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr)

; CHECK: !"mapsan.done", i32 1
