; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Nothing may stand between a musttail call and its return: the operation ends
; before it, and what it changes is not known.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define i64 @caller(
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @[[SITE:.*]], ptr %map)
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @[[SITE]], ptr %map, i32 3)
; CHECK-NEXT:    %n = musttail call i64
; CHECK-NEXT:    ret i64 %n
define i64 @caller(ptr %map, ptr %key) {
  %n = musttail call i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr %map, ptr %key)
  ret i64 %n
}

declare i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr, ptr)
