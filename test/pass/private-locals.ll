; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; What concerns only a local variable that its function keeps to itself has no
; hooks; anything done with its address that is not known to keep it brings them
; back.
; RUN: env MAPSAN_PASS_OPTIONS=summary=1 %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s 2>%t.summary | %FileCheck %s
; RUN: %FileCheck %s --check-prefix=SUMMARY < %t.summary
; RUN: env MAPSAN_PASS_OPTIONS=locals=1 %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s --check-prefix=ALL

; SUMMARY: 11 private

; ALL-LABEL: define void @kept(
; ALL-COUNT-3: call void @__mapsan_map_begin
; ALL:       ret void

; CHECK-LABEL: define void @kept(
; CHECK-NOT:     __mapsan
; CHECK:       ret void
define void @kept() nounwind {
  %m = alloca [48 x i8]
  call void @llvm.lifetime.start.p0(i64 48, ptr %m)
  call void @llvm.memset.p0.i64(ptr %m, i8 0, i64 48, i1 false)
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2Ev(ptr %m)
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr %m)
  call void @llvm.lifetime.end.p0(i64 48, ptr %m)
  ret void
}

; In a variable's part, in one of a computed number, in one made in a loop; by
; a reference and by a choice.
; CHECK-LABEL: define void @parts(
; CHECK-NOT:     __mapsan
; CHECK:       ret void
define void @parts(i64 %n, i1 %c) nounwind {
  %ref = alloca ptr
  %a = alloca { i32, [48 x i8] }
  %field = getelementptr { i32, [48 x i8] }, ptr %a, i32 0, i32 1
  store i32 1, ptr %a
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %field)
  br label %loop
loop:
  %i = phi i64 [ 0, %0 ], [ %next, %loop ]
  %b = alloca [48 x i8], i64 %n
  %element = getelementptr [48 x i8], ptr %b, i64 %i
  %either = select i1 %c, ptr %element, ptr %field
  store ptr %either, ptr %ref
  %loaded = load ptr, ptr %ref
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %loaded)
  %next = add i64 %i, 1
  %again = icmp ult ptr %loaded, %a
  br i1 %again, label %loop, label %done
done:
  store ptr null, ptr %ref
  ret void
}

; What UndefinedBehaviorSanitizer asks of an address, also of a variable that
; holds one.
; CHECK-LABEL: define void @checked(
; CHECK-NOT:     __mapsan
; CHECK:       ret void
define void @checked() nounwind {
  %m = alloca [48 x i8]
  %ref = alloca ptr
  store ptr %m, ptr %ref
  %size = call i64 @llvm.objectsize.i64.p0(ptr %m, i1 false, i1 false, i1 false), !nosanitize !0
  %holder = call i64 @llvm.objectsize.i64.p0(ptr %ref, i1 false, i1 false, i1 false), !nosanitize !0
  %large = icmp uge i64 %size, 48, !nosanitize !0
  %number = ptrtoint ptr %m to i64, !nosanitize !0
  %low = and i64 %number, 7, !nosanitize !0
  %aligned = icmp eq i64 %low, 0, !nosanitize !0
  %fine = and i1 %large, %aligned, !nosanitize !0
  br i1 %fine, label %go, label %bad, !nosanitize !0
bad:
  call void @__ubsan_handle_type_mismatch_v1(ptr null, i64 %number), !nosanitize !0
  br label %go, !nosanitize !0
go:
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  ret void
}

; A number that somebody else has, too.
; CHECK-LABEL: define i64 @a_number(
; CHECK:         __mapsan_map_begin
define i64 @a_number() nounwind {
  %m = alloca [48 x i8]
  %number = ptrtoint ptr %m to i64
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  ret i64 %number
}

; CHECK-LABEL: define i64 @a_checked_number(
; CHECK:         __mapsan_map_begin
define i64 @a_checked_number() nounwind {
  %m = alloca [48 x i8]
  %number = ptrtoint ptr %m to i64, !nosanitize !0
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  ret i64 %number
}

; CHECK-LABEL: define ptr @returned(
; CHECK:         __mapsan_map_begin
define ptr @returned() nounwind {
  %m = alloca [48 x i8]
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  ret ptr %m
}

; CHECK-LABEL: define ptr @returned_by_an_assignment(
; CHECK:         call void @__mapsan_map_begin(ptr @{{.*}}, ptr %m)
define ptr @returned_by_an_assignment(ptr %given) nounwind {
  %m = alloca [48 x i8]
  %this = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEaSERKS6_(ptr %m, ptr %given)
  ret ptr %this
}

; The other one of the assignment is not what it returns.
; CHECK-LABEL: define ptr @the_other_returned(
; CHECK:         call void @__mapsan_map_begin(ptr @{{.*}}, ptr %given)
; CHECK-NOT:     __mapsan_map_begin
; CHECK:       ret ptr
define ptr @the_other_returned(ptr %given) nounwind {
  %m = alloca [48 x i8]
  %this = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEaSERKS6_(ptr %given, ptr %m)
  ret ptr %this
}

; As an argument that is not the map, and as another one than it.
; CHECK-LABEL: define void @as_a_key(
; CHECK:         __mapsan_map_begin
define void @as_a_key() nounwind {
  %m = alloca [48 x i8]
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %m, ptr %m)
  ret void
}

; CHECK-LABEL: define void @in_a_bundle(
; CHECK:         __mapsan_map_begin
define void @in_a_bundle() nounwind {
  %m = alloca [48 x i8]
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  call void @other() [ "deopt"(ptr %m) ]
  ret void
}

; CHECK-LABEL: define void @as_a_structure(
; CHECK:         __mapsan_map_begin
define void @as_a_structure() nounwind {
  %m = alloca [48 x i8]
  %pair = insertvalue { ptr, i32 } undef, ptr %m, 0
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  ret void
}

; The variable that holds the address is read in another way.
; CHECK-LABEL: define i64 @holder_read_as_a_number(
; CHECK:         __mapsan_map_begin
define i64 @holder_read_as_a_number() nounwind {
  %m = alloca [48 x i8]
  %p = alloca ptr
  store ptr %m, ptr %p
  %number = load i64, ptr %p
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  ret i64 %number
}

; CHECK-LABEL: define void @holder_passed(
; CHECK:         __mapsan_map_begin
define void @holder_passed() nounwind {
  %m = alloca [48 x i8]
  %p = alloca ptr
  store ptr %m, ptr %p
  call void @take(ptr %p)
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  ret void
}

; CHECK-LABEL: define void @exchanged(
; CHECK:         __mapsan_map_begin
define void @exchanged(ptr %p) nounwind {
  %m = alloca [48 x i8]
  %1 = atomicrmw xchg ptr %p, ptr %m monotonic
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  ret void
}

; CHECK-LABEL: define void @compared_and_exchanged(
; CHECK:         __mapsan_map_begin
define void @compared_and_exchanged(ptr %p) nounwind {
  %m = alloca [48 x i8]
  %1 = cmpxchg ptr %p, ptr null, ptr %m monotonic monotonic
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  ret void
}

; A call whose type
; is not the function's.
; CHECK-LABEL: define void @through_another_type(
; CHECK:         __mapsan_map_begin
define void @through_another_type() nounwind {
  %m = alloca [48 x i8]
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m, i32 0)
  ret void
}

; A coroutine's variables are in its frame: any thread may resume it.
; CHECK-LABEL: define void @coroutine(
; CHECK:         __mapsan_map_begin
define void @coroutine() nounwind presplitcoroutine {
  %m = alloca [48 x i8]
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  ret void
}

; Atomics: accesses and births; fences always count.
; CHECK-LABEL: define void @atomics(
; CHECK-NOT:     sync_born
; CHECK-NOT:     atomic_begin
; CHECK:         __mapsan_atomic_fence
; CHECK-NOT:     atomic_begin
; CHECK:       ret void
define void @atomics() nounwind {
  %a = alloca i32
  store atomic i32 1, ptr %a release, align 4
  %1 = atomicrmw add ptr %a, i32 1 seq_cst
  %2 = cmpxchg ptr %a, i32 0, i32 1 acquire monotonic
  fence release
  %3 = load atomic i32, ptr %a acquire, align 4
  ret void
}

; CHECK-LABEL: define void @atomic_pointer(
; CHECK:         __mapsan_sync_born(ptr %a
; CHECK:         __mapsan_atomic_begin(ptr %a
; CHECK:         __mapsan_map_begin
define void @atomic_pointer() nounwind {
  %m = alloca [48 x i8]
  %a = alloca ptr
  store atomic ptr %m, ptr %a release, align 8
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %m)
  call void @take(ptr %a)
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2Ev(ptr)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr, ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEaSERKS6_(ptr, ptr)
declare void @llvm.lifetime.start.p0(i64, ptr)
declare void @llvm.lifetime.end.p0(i64, ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @other()
declare void @take(ptr)
declare i64 @llvm.objectsize.i64.p0(ptr, i1, i1, i1)
declare void @__ubsan_handle_type_mismatch_v1(ptr, i64)

!0 = !{}
