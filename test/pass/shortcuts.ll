; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; At the end of the pipeline a hook becomes a look at what the thread has
; recorded lately, and a call where that does not help.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes='mapsan,mapsan-shortcuts,verify' -S %s | %FileCheck %s
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes='mapsan,mapsan-shortcuts,verify' -S %s -o %t.ll
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes='mapsan-shortcuts,verify' -S %t.ll | grep -v ModuleID >%t.again
; RUN: grep -v ModuleID %t.ll | diff - %t.again
; (Once more changes nothing.)

; CHECK: @__mapsan_shortcuts = external thread_local(initialexec) global ptr

; CHECK-LABEL: define void @read(
; CHECK-NEXT:    [[MAP:%.*]] = ptrtoint ptr %m to i64
; CHECK-NEXT:    [[TLS:%.*]] = call ptr @llvm.threadlocal.address.p0(ptr @__mapsan_shortcuts)
; CHECK-NEXT:    [[MINE:%.*]] = load ptr, ptr [[TLS]], align 8, !nosanitize
; CHECK:         [[KEY:%.*]] = load i64, ptr {{.*}}, !nosanitize
; CHECK-NEXT:    xor i64 [[MAP]], [[KEY]]
; CHECK:         load atomic i64, ptr getelementptr inbounds{{.*}}@__mapsan_family{{.*}} monotonic
; CHECK:         mul i64 [[MAP]], 1640531527
; CHECK:         getelementptr inbounds {{.*}}, ptr [[MINE]], i32 0, i32 11, i64
; CHECK:         load atomic i64, ptr getelementptr inbounds{{.*}}@__mapsan_site{{.*}} monotonic
; CHECK:         br i1 {{.*}}, label %[[SHORT:.*]], label %[[LONG:.*]], !prof
; CHECK:       [[SHORT]]:
; CHECK-COUNT-3: store atomic {{.*}} monotonic
; CHECK-NEXT:    br label %[[GO:.*]]
; CHECK:       [[LONG]]:
; CHECK-NEXT:    call void @__mapsan_map_begin_long(ptr @{{.*}}, ptr %m)
; CHECK-NEXT:    br label %[[GO]]
; CHECK:       [[GO]]:
; CHECK-NEXT:    call ptr @_ZNSt3map{{.*}}find
; CHECK:         [[HERE:%.*]] = load i64, ptr {{.*}}, !nosanitize
; CHECK-NEXT:    icmp eq i64 [[HERE]],
; CHECK:         store atomic i64 0, ptr {{.*}} monotonic
; CHECK:         call void @__mapsan_map_end_long(ptr @{{.*}}, ptr %m, i32 3)
; CHECK:         ret void
define void @read(ptr %m, ptr %k) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %m, ptr %k)
  ret void
}

; What is told by the size keeps it: four stores. It wants the other table.
; CHECK-LABEL: define void @may_write(
; CHECK:         getelementptr inbounds {{.*}}, i32 0, i32 12, i64
; CHECK:         getelementptr inbounds i8, ptr %m, i64 40
; CHECK-NEXT:    load i64
; CHECK-COUNT-4: store atomic {{.*}} monotonic
; CHECK:         call void @__mapsan_map_begin_long
; CHECK:         call ptr @_ZNSt3map{{.*}}ixE
define void @may_write(ptr %m, ptr %k) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(ptr %m, ptr %k)
  ret void
}

; What only all of the object tells, and lives, are called.
; CHECK-LABEL: define void @by_header(
; CHECK-NOT:     mapsan_shortcuts
; CHECK:         call void @__mapsan_map_begin(
; CHECK:         call void @__mapsan_map_end(
; CHECK:         ret void
define void @by_header(ptr %m, i64 %n) nounwind {
  call void @_ZNSt13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE6rehashEm(ptr %m, i64 %n)
  ret void
}
; CHECK-LABEL: define void @life(
; CHECK-NOT:     mapsan_shortcuts
; CHECK:         call void @__mapsan_map_begin(
; CHECK:         call void @__mapsan_map_end(
; CHECK:         ret void
define void @life(ptr %m) nounwind {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2Ev(ptr %m)
  ret void
}

; Code that is not to be optimised, or is to be small, calls.
; CHECK-LABEL: define void @unoptimised(
; CHECK-NOT:     mapsan_shortcuts
; CHECK:         call void @__mapsan_map_begin(
; CHECK:         ret void
define void @unoptimised(ptr %m, ptr %k) noinline nounwind optnone {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %m, ptr %k)
  ret void
}
; CHECK-LABEL: define void @small(
; CHECK-NOT:     mapsan_shortcuts
; CHECK:         call void @__mapsan_map_begin(
; CHECK:         ret void
define void @small(ptr %m, ptr %k) nounwind optsize {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %m, ptr %k)
  ret void
}

declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr, ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(ptr, ptr)
declare void @_ZNSt13unordered_mapIiiSt4hashIiESt8equal_toIiESaISt4pairIKiiEEE6rehashEm(ptr, i64)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2Ev(ptr)
