; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; What map_end is told: the result's own word where there is one, else 2 (compare
; the header), and 3 where the effect is not in question.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define void @inserted(
; CHECK:         %[[R:.*]] = call { ptr, i8 }
; CHECK-NEXT:    %[[FLAG:.*]] = extractvalue { ptr, i8 } %[[R]], 1
; CHECK-NEXT:    %[[CHANGED:.*]] = icmp ne i8 %[[FLAG]], 0
; CHECK-NEXT:    %[[EVIDENCE:.*]] = zext i1 %[[CHANGED]] to i32
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @{{.*}}, ptr %map, i32 %[[EVIDENCE]])
define void @inserted(ptr %map, ptr %v) nounwind {
  %r = call { ptr, i8 } @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE6insertEOS4_(ptr %map, ptr %v)
  ret void
}

; A hint's overload returns an iterator alone.
; CHECK-LABEL: define void @inserted_with_hint(
; CHECK:         call void @__mapsan_map_end(ptr @{{.*}}, ptr %map, i32 2)
define void @inserted_with_hint(ptr %map, ptr %hint, ptr %v) nounwind {
  %r = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE6insertESt23_Rb_tree_const_iteratorIS4_EOS4_(ptr %map, ptr %hint, ptr %v)
  ret void
}

; CHECK-LABEL: define void @counted(
; CHECK:         %[[N:.*]] = call i64
; CHECK-NEXT:    %[[CHANGED:.*]] = icmp ne i64 %[[N]], 0
; CHECK-NEXT:    %[[EVIDENCE:.*]] = zext i1 %[[CHANGED]] to i32
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @{{.*}}, ptr %map, i32 %[[EVIDENCE]])
define void @counted(ptr %map, ptr %key) nounwind {
  %r = call i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr %map, ptr %key)
  ret void
}

; erase(iterator) looks the same to the machine, but returns a pointer.
; CHECK-LABEL: define void @erased_at(
; CHECK:         call void @__mapsan_map_end(ptr @{{.*}}, ptr %map, i32 3)
define void @erased_at(ptr %map, ptr %where) nounwind {
  %r = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseESt23_Rb_tree_const_iteratorIS4_E(ptr %map, ptr %where)
  ret void
}

; CHECK-LABEL: define void @erased_range(
; CHECK:         call void @__mapsan_map_end(ptr @{{.*}}, ptr %map, i32 2)
define void @erased_range(ptr %map, ptr %from, ptr %to) nounwind {
  %r = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseESt23_Rb_tree_const_iteratorIS4_ES8_(ptr %map, ptr %from, ptr %to)
  ret void
}

; CHECK-LABEL: define void @cleared(
; CHECK:         call void @__mapsan_map_end(ptr @{{.*}}, ptr %map, i32 2)
define void @cleared(ptr %map) nounwind {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

; max_load_factor is two functions: a read and a write.
; CHECK-LABEL: define void @load_factors(
; CHECK:         call void @__mapsan_map_begin(ptr @[[GET:.*]], ptr %map)
; CHECK:         call void @__mapsan_map_begin(ptr @[[SET:.*]], ptr %map)
define void @load_factors(ptr %map) nounwind {
  %r = call float @_ZNKSt13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE15max_load_factorEv(ptr %map)
  call void @_ZNSt13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE15max_load_factorEf(ptr %map, float %r)
  ret void
}

declare { ptr, i8 } @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE6insertEOS4_(ptr, ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE6insertESt23_Rb_tree_const_iteratorIS4_EOS4_(ptr, ptr, ptr)
declare i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr, ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseESt23_Rb_tree_const_iteratorIS4_E(ptr, ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseESt23_Rb_tree_const_iteratorIS4_ES8_(ptr, ptr, ptr)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr)
declare float @_ZNKSt13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE15max_load_factorEv(ptr)
declare void @_ZNSt13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE15max_load_factorEf(ptr, float)
