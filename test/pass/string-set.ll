; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; What LLVM's StringSet declares itself is an operation on the StringMap that it is.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: @has
; CHECK: call void @__mapsan_map_begin(ptr @{{.*}}, ptr %set)
; CHECK: call i1 @_ZNK4llvm9StringSetINS_15MallocAllocatorEE8containsENS_9StringRefE(
define i1 @has(ptr %set, ptr %text, i64 %length) nounwind {
  %has = call i1 @_ZNK4llvm9StringSetINS_15MallocAllocatorEE8containsENS_9StringRefE(ptr %set, ptr %text, i64 %length)
  ret i1 %has
}

declare i1 @_ZNK4llvm9StringSetINS_15MallocAllocatorEE8containsENS_9StringRefE(ptr dereferenceable(24), ptr, i64) nounwind
