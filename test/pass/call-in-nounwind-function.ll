; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Nothing unwinds through a function that is nounwind (-fno-exceptions, C).
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define i64 @caller(
; CHECK-NOT:     invoke
; CHECK:         %n = call i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr %map, ptr %key)
; CHECK:         call void @__mapsan_map_end(
; CHECK-NOT:   map_unwind
define i64 @caller(ptr %map, ptr %key) nounwind {
  %n = call i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr %map, ptr %key)
  ret i64 %n
}

declare i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr, ptr)
