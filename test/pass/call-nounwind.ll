; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A call that cannot throw is bracketed where it stands.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define i64 @caller(
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @[[SITE:.*]], ptr %map)
; CHECK-NEXT:    %size = call i64 @_ZNKSt13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE4sizeEv(ptr %map)
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @[[SITE]], ptr %map, i32 3)
; CHECK-NEXT:    ret i64 %size
; CHECK-NOT:   personality
define i64 @caller(ptr %map) {
  %size = call i64 @_ZNKSt13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE4sizeEv(ptr %map)
  ret i64 %size
}

; CHECK: declare void @__mapsan_map_begin(ptr, ptr) #[[ATTR:[0-9]+]]
; CHECK: attributes #[[ATTR]] = { nounwind }
declare i64 @_ZNKSt13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE4sizeEv(ptr) nounwind
