; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; An object that is larger than the family's has state in its hash function,
; comparator or allocator: all of it is compared, and no count is known.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-DAG: @__mapsan_family.{{.*}} = linkonce_odr hidden global {{.*}} { i64 [[ID:-?[0-9]+]], ptr @{{.*}}, i32 48, i32 40, i32 -1, i32 -1, i32 0, i32 0, i32 16384, i32 -1, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }
; CHECK-DAG: @__mapsan_family.{{.*}} = linkonce_odr hidden global {{.*}} { i64 {{.*}}, ptr @{{.*}}, i32 56, i32 -1, i32 -1, i32 -1, i32 0, i32 0, i32 16384, i32 -1, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }
define void @caller(ptr %map) nounwind {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  call void @_ZNSt3mapIii3CmpSaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

; CHECK-LABEL: define void @caller(
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr dereferenceable(48))
declare void @_ZNSt3mapIii3CmpSaISt4pairIKiiEEE5clearEv(ptr dereferenceable(56))
