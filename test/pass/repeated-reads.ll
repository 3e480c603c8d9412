; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A read just behind another operation on the same map needs no hooks: whether
; it is the same is asked where the program runs.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes='mapsan,verify,instcombine,simplifycfg' -S %s | %FileCheck %s --check-prefix=OPT

; RUN: env MAPSAN_PASS_OPTIONS=repeats=1 %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s --check-prefix=ALL
; ALL-LABEL: define void @the_same(
; ALL-COUNT-3: call void @__mapsan_map_begin
; ALL-NOT:     icmp {{eq|ne}} ptr

; CHECK-LABEL: define void @maybe_the_same(
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %a)
; CHECK-NEXT:    call ptr @[[FIND:_ZNSt3map.*4find.*]](ptr %a, ptr %k)
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @{{.*}}, ptr %a, i32 3)
; CHECK-NEXT:    icmp ne ptr %b, %a
; CHECK-NEXT:    br i1
; CHECK:         call void @__mapsan_map_begin(ptr @{{.*}}, ptr %b)
; CHECK-NEXT:    br label
; CHECK:         call ptr @_ZNSt3map{{.*}}3end{{.*}}(ptr %b)
; CHECK-NEXT:    icmp ne ptr %b, %a
; CHECK-NEXT:    br i1
; CHECK:         call void @__mapsan_map_end(ptr @{{.*}}, ptr %b, i32 3)
define void @maybe_the_same(ptr %a, ptr %b, ptr %k) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %b)
  ret void
}

; Where it is known to be the same, nothing is left of it.
; OPT-LABEL: define void @the_same(
; OPT-COUNT-1: call void @__mapsan_map_begin
; OPT-NOT:   mapsan_map_begin
; OPT:       ret void
define void @the_same(ptr %a, ptr %k, ptr %out) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  store ptr %1, ptr %out
  call void @llvm.lifetime.start.p0(i64 8, ptr %out)
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  %3 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  ret void
}

; Behind the normal edge of one that may throw, also a may-write.
; OPT-LABEL: define void @behind_an_invoke(
; OPT-COUNT-1: call void @__mapsan_map_begin
; OPT-NOT:   mapsan_map_begin
; OPT:       ret void
define void @behind_an_invoke(ptr %a, ptr %k) personality ptr @__gxx_personality_v0 {
  %1 = invoke ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(ptr %a, ptr %k) to label %go unwind label %pad
go:
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a) nounwind
  ret void
pad:
  %3 = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %3
}

; What stands in between may synchronise, or the earlier one was no read that
; stands for this one: both are hooked, without a question.
; CHECK-LABEL: define void @behind_a_call(
; CHECK:         call void @__mapsan_map_end
; CHECK-NEXT:    call void @unlock()
; CHECK-NEXT:    call void @__mapsan_map_begin
; CHECK-NOT:     icmp
; CHECK:       ret void
define void @behind_a_call(ptr %a, ptr %k) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  call void @unlock()
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  ret void
}

; CHECK-LABEL: define void @behind_an_atomic(
; CHECK-NOT:     icmp {{eq|ne}} ptr
; CHECK:       ret void
define void @behind_an_atomic(ptr %a, ptr %k, ptr %flag) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  store atomic i32 1, ptr %flag release, align 4
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  ret void
}

; A write is more than the read before it; an iteration is told from a look-up.
; CHECK-LABEL: define void @more_than_before(
; CHECK-NOT:     icmp
; CHECK:       ret void
define void @more_than_before(ptr %a, ptr %k) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5beginEv(ptr %a)
  %3 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(ptr %a, ptr %k)
  call void @unlock()
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr %a)
  %4 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  ret void
}

; Reached from elsewhere, too.
; CHECK-LABEL: define void @joined(
; CHECK-NOT:     icmp
; CHECK:       ret void
define void @joined(ptr %a, ptr %k, i1 %c) nounwind {
  br i1 %c, label %look, label %go
look:
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  br label %go
go:
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  ret void
}

; The map is what another hooked call returned, which becomes an invoke.
; CHECK-LABEL: define void @returned(
; CHECK:         %[[INNER:.*]] = invoke ptr @_ZNSt3map{{.*}}ix
; CHECK:         icmp ne ptr %[[INNER]], %[[INNER]]
define void @returned(ptr %a, ptr %k) {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(ptr %a, ptr %k)
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %1, ptr %k)
  %3 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %1)
  ret void
}

declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr, ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5beginEv(ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(ptr, ptr)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr)
declare void @unlock()
declare void @llvm.lifetime.start.p0(i64, ptr)
declare i32 @__gxx_personality_v0(...)
