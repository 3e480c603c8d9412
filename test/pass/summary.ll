; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; The compile-time summary, on request.
; RUN: env MAPSAN_PASS_OPTIONS=summary=1 %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -disable-output %s 2>&1 | %FileCheck %s
; RUN: env MAPSAN_PASS_OPTIONS=summary=0 %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -disable-output %s 2>&1 | %FileCheck %s --check-prefix=SILENT --allow-empty

source_filename = "some/where/server.cpp"

; CHECK: MapSan: server.cpp: 6 map sites (2 read, 1 write, 1 may-write, 1 construct, 1 destroy), 2 atomic, 1 fence, 1 sync, 0 skipped
; CHECK-NOT: MapSan
; SILENT-NOT: MapSan
define void @caller(ptr %a, ptr %b) nounwind {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2ERKS6_(ptr %a, ptr %b)
  %i = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5beginEv(ptr %a)
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %a)
  %r = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseESt23_Rb_tree_const_iteratorIS4_E(ptr %a, ptr %i)
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr %a)
  store atomic i32 1, ptr %a release, align 4
  %v = load atomic i32, ptr %a acquire, align 4
  fence seq_cst
  call void @_ZNSt3__112shared_mutex4lockEv(ptr %b)
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2ERKS6_(ptr, ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5beginEv(ptr)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr)
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseESt23_Rb_tree_const_iteratorIS4_E(ptr, ptr)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr)
declare void @_ZNSt3__112shared_mutex4lockEv(ptr)
