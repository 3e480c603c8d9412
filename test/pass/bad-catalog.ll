; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Each fault of a catalog is named with its place; what is sound is in force.
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/faulty.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -S %s 2>&1 | %FileCheck %s
; RUN: printf 'a: [b\nc: }\n' > %t.yaml
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%t.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -S %s 2>&1 | %FileCheck %s --check-prefix=SYNTAX

; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:4:1: unknown key 'colour' in a catalog (known: mapsan-catalog, method-sets, iterators, families, functions, sync, atomics, locked, modules, harmless)
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:8:23: unknown key 'efect' in a method
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:8:11: 'effect' is missing
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:9:30: unknown effect 'rad'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:10:47: 'evidence' needs the effect may-write
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:11:17: unknown special name '(conversion)'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:12:47: 'arguments' must be a number, zero or more
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:14:5: method set 'odd' is defined twice
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:17:11: family 'libstdc++ map' is defined twice
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:20:5: 'classes' is missing in family 'nothing'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:24:20: no method set is named 'nope'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:25:5: in family 'out of bounds' a count lies outside of the header
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:33:13: 'header' must be a multiple of 8, and at most 128
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:37:14: a state's 'bytes' and 'behind' must be multiples of 8, and no more than 128 together
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:41:14: a state's pointer lies outside of its 'bytes'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:42:75: what was run by hand is not 'untested'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:45:35: 'map' is for C functions: it needs a 'family'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:46:7: no family is named 'no such family'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:44:7: 'effect' is missing
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:48:26: unknown synchronisation 'luck'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:49:7: 'methods' is missing in sync class 'D'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:50:7: a sync entry needs either 'class', 'function' or 'body'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:62:12: 'harmless' lists file names without a folder
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:62:33: 'harmless' must be a list of names
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:63:10: 'modules' must be a list
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:51:44: unknown way to succeed 'no'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:52:39: 'at' must be entry
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:53:36: only acquire and release happen at an entry
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:54:44: 'follows' needs 'spawn'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:55:43: 'joins-if' needs 'run' or 'follows'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:57:7: 'count' is missing
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:58:23: unknown way to count 'less'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:60:7: a locked entry needs 'before' or 'after'
; CHECK-DAG: warning: MapSan: {{.*}}faulty.yaml:61:28: unknown access 'peek'
; SYNTAX: warning: MapSan: {{.*}}.yaml:2:4: {{.+}}

; CHECK-LABEL: define void @caller(
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %half)
; CHECK-NEXT:    call void @_ZN4Half5soundEv(ptr %half)
; SYNTAX-LABEL: define void @caller(
define void @caller(ptr %half) nounwind {
  call void @_ZN4Half5soundEv(ptr %half)
  ret void
}

declare void @_ZN4Half5soundEv(ptr)
