; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A user's own map, free function and C lock; inline version namespaces vanish.
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/user.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s 2>&1 | %FileCheck %s
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/user.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -disable-output %s 2>&1 | count 0

; CHECK-DAG: @__mapsan_family.{{.*}} = linkonce_odr hidden global {{.*}}, i32 0, i32 -1, i32 -1, i32 -1, i32 0, i32 0, i32 0, i32 -1, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }

; CHECK-LABEL: define void @caller(
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %t)
; CHECK-NEXT:    %n = call i32 @_ZN2my4v2_15TableIiE3putEii(ptr %t, i32 1, i32 2)
; CHECK-NEXT:    %[[CHANGED:.*]] = icmp ne i32 %n, 0
; CHECK-NEXT:    %[[EVIDENCE:.*]] = zext i1 %[[CHANGED]] to i32
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @{{.*}}, ptr %t, i32 %[[EVIDENCE]])
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %t)
; CHECK-NEXT:    call i32 @_ZN2my4v2_15TableIiE3putEi(ptr %t, i32 1)
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @{{.*}}, ptr %t, i32 3)
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %t)
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %u)
; CHECK-NEXT:    call void @_ZN2my5mergeERNS_4v2_15TableIiEERKS2_(ptr %t, ptr %u)
define void @caller(ptr %t, ptr %u) nounwind {
  %n = call i32 @_ZN2my4v2_15TableIiE3putEii(ptr %t, i32 1, i32 2)
  %m = call i32 @_ZN2my4v2_15TableIiE3putEi(ptr %t, i32 1)
  call void @_ZN2my5mergeERNS_4v2_15TableIiEERKS2_(ptr %t, ptr %u)
  ret void
}

; CHECK-LABEL: define i32 @locks(
; CHECK-NEXT:    call void @__mapsan_sync_begin(ptr %lock, i32 2)
; CHECK-NEXT:    call void @my_lock(i32 1, ptr %lock)
; CHECK-NEXT:    call void @__mapsan_sync_end(ptr %lock, i32 2, i64 1)
; CHECK-NEXT:    call void @__mapsan_sync_begin(ptr %lock, i32 3)
; CHECK-NEXT:    %r = call i32 @my_trylock(ptr %lock)
; CHECK-NEXT:    %[[GOT:.*]] = icmp eq i32 %r, 0
; CHECK-NEXT:    %[[RESULT:.*]] = zext i1 %[[GOT]] to i64
; CHECK-NEXT:    call void @__mapsan_sync_end(ptr %lock, i32 3, i64 %[[RESULT]])
define i32 @locks(ptr %lock) nounwind {
  call void @my_lock(i32 1, ptr %lock)
  %r = call i32 @my_trylock(ptr %lock)
  ret i32 %r
}

; Who calls the methods of a class on a local variable has told nobody its
; address, if the catalog says that of the class.
; CHECK-LABEL: define void @locals(
; CHECK:         call void @__mapsan_map_begin(ptr @{{.*}}, ptr %table)
; CHECK-NOT:     ptr %confined)
; CHECK:         call void @__mapsan_map_begin(ptr @{{.*}}, ptr %published)
; CHECK-NOT:     call void @__mapsan_map_begin(ptr @{{.*}}, ptr %map)
; CHECK:       ret void
define void @locals() nounwind {
  %table = alloca [48 x i8]
  %confined = alloca [48 x i8]
  %published = alloca [48 x i8]
  %map = alloca [48 x i8]
  %1 = call i32 @_ZN2my4v2_15TableIiE3putEi(ptr %table, i32 1)
  %2 = call i32 @_ZN2my8Confined3putEi(ptr %confined, i32 1)
  call void @_ZN2my7publishERSt3mapIiiSt4lessIiESaISt4pairIKiiEEE(ptr %published)
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

declare i32 @_ZN2my8Confined3putEi(ptr, i32)
declare void @_ZN2my7publishERSt3mapIiiSt4lessIiESaISt4pairIKiiEEE(ptr)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr)
declare i32 @_ZN2my4v2_15TableIiE3putEii(ptr, i32, i32)
declare i32 @_ZN2my4v2_15TableIiE3putEi(ptr, i32)
declare void @_ZN2my5mergeERNS_4v2_15TableIiEERKS2_(ptr, ptr)
declare void @my_lock(i32, ptr)
declare i32 @my_trylock(ptr)
