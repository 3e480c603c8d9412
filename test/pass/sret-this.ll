; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; `this` is the second argument where the result is returned through the first.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define void @caller(
; CHECK:         call void @__mapsan_map_begin(ptr @{{.*}}, ptr %map)
; CHECK:         invoke void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE7extractERS3_(
; CHECK:         call void @__mapsan_map_end(ptr @{{.*}}, ptr %map, i32 2)
define void @caller(ptr %node, ptr %map, ptr %key) {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE7extractERS3_(ptr sret(i64) %node, ptr %map, ptr %key)
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE7extractERS3_(ptr sret(i64), ptr, ptr)
