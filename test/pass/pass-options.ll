; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; What is wrong in MAPSAN_PASS_OPTIONS is named; the module is treated all the same.
; RUN: env MAPSAN_PASS_OPTIONS=sumary=1:summary=yes:catalog=no/such/file.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -S %s 2>&1 | %FileCheck %s

; A catalog that is named twice is read once.
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/user.yaml:catalog=%S/Inputs/user.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -S %s 2>&1 | %FileCheck %s --check-prefix=TWICE
; TWICE-NOT: warning
; TWICE: define void @caller(

; CHECK-DAG: warning: MapSan: MAPSAN_PASS_OPTIONS: unknown option 'sumary' (known: summary, repeats, locals, iterators, all-iterators, elements, sequences, catalog)
; CHECK-DAG: warning: MapSan: MAPSAN_PASS_OPTIONS: bad value 'yes' for 'summary'
; CHECK-DAG: warning: MapSan: no/such/file.yaml: cannot be read: No such file or directory
; CHECK: call void @__mapsan_map_begin(
define void @caller(ptr %map) nounwind {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr)
