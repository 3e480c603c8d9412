; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Each fault in what a catalog says of iterators is named with its place.
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/faulty-iterators.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -S %s 2>&1 | %FileCheck %s

; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:8:46: unknown fate of elements 'stirred'
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:12:7: 'classes' is missing
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:12:126: 'sequence' is array, bag or blocks
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:15:26: 'insert' is never, growth or always
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:16:41: 'erase' is never, erased, behind or always
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:17:7: 'iterators' is missing
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:18:53: 'erase' is missing
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:18:84: 'insert' is missing
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:19:7: iterator set 'libstdc++ tree' is defined twice
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:25:16: no iterator set is named 'none such'

; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:26:75: unknown form of 'inline' 'often'
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:27:72: 'end' must be a multiple of 8
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:28:103: what is 'shared' is behind the pointer of a 'state'
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:29:115: 'owners' must be a multiple of 4, and at most 32760
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:29:124: 'size' must be a multiple of 8, and at most 32760
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:29:133: 'end' must be a multiple of 8, and at most 32760
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:35:15: 'owners' is missing
; CHECK-DAG: warning: MapSan: {{.*}}faulty-iterators.yaml:37:45: 'steps' is for C functions: it needs a 'family'

; What is sound is in force; iterators whose data others may own, in a way that is not known, are not followed.
; CHECK-DAG: @__mapsan_family.{{.*}} { i64 {{.*}}, i32 8, i32 -1, i32 -1, i32 0, i32 0, i32 0, i32 0, i32 -1, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }
; CHECK-LABEL: define void @caller(
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %table)
define void @caller(ptr %table, ptr %shared) nounwind {
  call void @_ZN4acme5Table3putEv(ptr %table)
  call void @_ZN4acme8NoOwners3putEv(ptr %shared)
  ret void
}

declare void @_ZN4acme5Table3putEv(ptr)
declare void @_ZN4acme8NoOwners3putEv(ptr)
