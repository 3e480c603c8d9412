; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Inserted calls carry the location of the code they belong to, or line 0.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define void @caller(
; CHECK:         call void @__mapsan_map_begin({{.*}} !dbg ![[HERE:[0-9]+]]
; CHECK:         call void @__mapsan_map_end({{.*}} !dbg ![[HERE]]
; CHECK:         call i64 @__mapsan_atomic_begin({{.*}} !dbg ![[NOWHERE:[0-9]+]]
; CHECK:       ![[HERE]] = !DILocation(line: 12, column: 5
; CHECK:       ![[NOWHERE]] = !DILocation(line: 0
define void @caller(ptr %map) !dbg !4 {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map), !dbg !6
  store atomic i32 1, ptr %map release, align 4
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr) nounwind

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C_plus_plus_14, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "a.cpp", directory: "/elsewhere")
!2 = !{i32 7, !"Dwarf Version", i32 5}
!3 = !{i32 2, !"Debug Info Version", i32 3}
!4 = distinct !DISubprogram(name: "caller", scope: !1, file: !1, line: 10, type: !5, unit: !0, spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !7)
!6 = !DILocation(line: 12, column: 5, scope: !4)
!7 = !{null}
