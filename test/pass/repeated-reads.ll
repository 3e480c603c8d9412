; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A read needs no hooks if on all ways to it the same earlier operation on the
; same map stands, with nothing since that could be noticed: whether it is the
; same map is asked where the program runs.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes='mapsan,verify,instcombine,simplifycfg' -S %s | %FileCheck %s --check-prefix=OPT

; RUN: env MAPSAN_PASS_OPTIONS=repeats=1 %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s --check-prefix=ALL
; ALL-LABEL: define void @the_same(
; ALL-COUNT-3: call void @__mapsan_map_begin
; ALL-NOT:     icmp {{eq|ne}} ptr
; ALL:         ret void

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

; The same one on all ways: past a branch, and where its sides meet again.
; OPT-LABEL: define void @sides(
; OPT-COUNT-1: call void @__mapsan_map_begin
; OPT-NOT:   mapsan_map_begin
; OPT:       ret void
define void @sides(ptr %a, ptr %k, i1 %c) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  br i1 %c, label %left, label %right
left:
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  br label %go
right:
  br label %go
go:
  %3 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  ret void
}

; One side synchronises.
; CHECK-LABEL: define void @a_loud_side(
; CHECK-NOT:     icmp
; CHECK:       ret void
define void @a_loud_side(ptr %a, ptr %k, i1 %c) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  br i1 %c, label %left, label %go
left:
  call void @unlock()
  br label %go
go:
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  ret void
}

; In each round of a loop that does nothing else.
; OPT-LABEL: define void @loop(
; OPT-COUNT-1: call void @__mapsan_map_begin
; OPT-NOT:   mapsan_map_begin
; OPT:       ret void
define void @loop(ptr %a, ptr %k) nounwind {
  %begin = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5beginEv(ptr %a)
  br label %round
round:
  %at = phi ptr [ %begin, %0 ], [ %next, %step ]
  %end = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  %more = icmp ne ptr %at, %end
  br i1 %more, label %step, label %done
step:
  %next = call ptr @_ZSt18_Rb_tree_incrementPSt18_Rb_tree_node_base(ptr %at)
  br label %round
done:
  ret void
}

; In a loop that does, only the first round would be one.
; CHECK-LABEL: define void @loud_loop(
; CHECK:         call void @__mapsan_map_begin
; CHECK:         call void @__mapsan_map_begin
; CHECK-NOT:     icmp ne ptr %a, %a
; CHECK:       ret void
define void @loud_loop(ptr %a, i1 %c) nounwind {
  %begin = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5beginEv(ptr %a)
  br label %round
round:
  %end = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  call void @unlock()
  br i1 %c, label %round, label %done
done:
  ret void
}

; By an exception one comes out of the middle of a call.
; CHECK-LABEL: define void @thrown(
; CHECK-NOT:     icmp
; CHECK:       resume
define void @thrown(ptr %a, ptr %k) personality ptr @__gxx_personality_v0 {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k) nounwind
  invoke void @quiet() to label %go unwind label %pad
go:
  ret void
pad:
  %2 = landingpad { ptr, i32 } cleanup
  %3 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a) nounwind
  resume { ptr, i32 } %2
}

; Calls whose bodies do nothing, down to the last of them.
; OPT-LABEL: define void @behind_quiet_calls(
; OPT-COUNT-1: call void @__mapsan_map_begin
; OPT-NOT:   mapsan_map_begin
; OPT:       ret void
define void @behind_quiet_calls(ptr %a, ptr %k) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  call void @quiet()
  call void @reads(ptr %a)
  %2 = call i32 @declared_const()
  call void @llvm.memset.p0.i64(ptr %k, i8 0, i64 48, i1 false)
  %3 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  ret void
}

define linkonce_odr void @quiet() {
  call void @quieter(i1 true)
  ret void
}

define linkonce_odr void @quieter(i1 %c) {
  br i1 %c, label %throw, label %go
throw:
  call void @_ZSt20__throw_out_of_rangePKc(ptr null) noreturn
  unreachable
go:
  ret void
}

define internal void @reads(ptr %a) {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  ret void
}

; Each of these may do something; what may be another one when it is linked, too.
; CHECK-LABEL: define void @behind_loud_calls(
; CHECK-NOT:     icmp
; CHECK:       ret void
define void @behind_loud_calls(ptr %a, ptr %k) nounwind {
  %1 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  call void @replaceable()
  %2 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  call void @unlocks()
  %3 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  call void @atomically(ptr %k)
  %4 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  call void @indirectly(ptr %k)
  %5 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  call void @swaps(ptr %a)
  %6 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  call void @llvm.memset.p0.i64(ptr %k, i8 0, i64 48, i1 true)
  %7 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  call void @another_name()
  %8 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4findERS3_(ptr %a, ptr %k)
  call void @catches()
  %9 = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %a)
  ret void
}

@another_name = weak alias void (), ptr @quiet

define weak void @replaceable() {
  ret void
}

define linkonce_odr void @unlocks() {
  call void @unlock()
  ret void
}

define linkonce_odr void @atomically(ptr %p) {
  %1 = load atomic i32, ptr %p acquire, align 4
  ret void
}

define linkonce_odr void @indirectly(ptr %p) {
  call void %p()
  ret void
}

define linkonce_odr void @swaps(ptr %a) {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4swapERS6_(ptr %a, ptr %a)
  ret void
}

define linkonce_odr void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4swapERS6_(ptr %a, ptr %b) {
  ret void
}

define linkonce_odr void @catches() personality ptr @__gxx_personality_v0 {
  invoke void @_ZSt20__throw_out_of_rangePKc(ptr null) noreturn to label %never unwind label %pad
never:
  unreachable
pad:
  %1 = landingpad { ptr, i32 } catch ptr null
  %2 = call ptr @__cxa_begin_catch(ptr null)
  call void @__cxa_end_catch()
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
define linkonce_odr ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE3endEv(ptr %this) {
  ret ptr %this
}
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5beginEv(ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(ptr, ptr)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr)
declare ptr @_ZSt18_Rb_tree_incrementPSt18_Rb_tree_node_base(ptr)
declare void @_ZSt20__throw_out_of_rangePKc(ptr)
declare i32 @declared_const() nounwind willreturn memory(none)
declare ptr @__cxa_begin_catch(ptr)
declare void @__cxa_end_catch()
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @unlock()
declare void @llvm.lifetime.start.p0(i64, ptr)
declare i32 @__gxx_personality_v0(...)
