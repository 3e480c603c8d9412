; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; _GLIBCXX_DEBUG: an operation of the checking class and one that it only inherits
; name the same map, by the same family id.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-DAG: @__mapsan_family.[[ONE:.*]] = linkonce_odr hidden global {{.*}} { i64 [[ID:-?[0-9]+]], ptr @{{.*}}, i32 56, i32 24, i32 8, i32 -1, i32 0, i32 0, i32 16388, i32 8, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }
; CHECK-NOT: {{^}}@__mapsan_family

; CHECK-LABEL: define void @caller(
; CHECK-NEXT:    %[[BASE:.*]] = getelementptr i8, ptr %map, i64 40
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %[[BASE]])
; CHECK-NEXT:    call void @_ZNSt7__debug13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE5clearEv(ptr %map)
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @{{.*}}, ptr %[[BASE]], i32 2)
; CHECK-NEXT:    %inherited = getelementptr i8, ptr %map, i64 40
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %inherited)
define void @caller(ptr %map) nounwind {
  call void @_ZNSt7__debug13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  %inherited = getelementptr i8, ptr %map, i64 40
  %n = call i64 @_ZNKSt9__cxx199813unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE4sizeEv(ptr %inherited)
  ret void
}

; The checking class's own calls are internals.
; CHECK-LABEL: define linkonce_odr void @_ZNSt7__debug13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE5clearEv(
; CHECK-NOT:     mapsan
; CHECK:         ret void
define linkonce_odr void @_ZNSt7__debug13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE5clearEv(ptr %map) nounwind {
  %n = call i64 @_ZNKSt9__cxx199813unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE4sizeEv(ptr %map)
  ret void
}

declare i64 @_ZNKSt9__cxx199813unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE4sizeEv(ptr)
