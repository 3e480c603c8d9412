; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A site says operation, type, name, place and effect; a family says the layout.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-DAG: @[[OP:.*]] = private unnamed_addr constant [6 x i8] c"clear\00"
; CHECK-DAG: @[[TYPE:.*]] = private unnamed_addr constant [19 x i8] c"std::map<int, int>\00"
; CHECK-DAG: @[[NAME:.*]] = private unnamed_addr constant [9 x i8] c"sessions\00"
; CHECK-DAG: @[[FILE:.*]] = private unnamed_addr constant [8 x i8] c"dir/a.c\00"
; CHECK-DAG: @[[FUNCTION:.*]] = private unnamed_addr constant [14 x i8] c"Server::login\00"
; CHECK-DAG: @[[FAMILYNAME:.*]] = private unnamed_addr constant [14 x i8] c"libstdc++ map\00"
; CHECK-DAG: @[[FAMILY:__mapsan_family.*]] = linkonce_odr hidden global { i64, ptr, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i64 } { i64 {{-?[1-9][0-9]*}}, ptr @[[FAMILYNAME]], i32 48, i32 40, i32 -1, i32 -1, i32 0, i32 0, i32 16384, i32 -1, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }, no_sanitize_address, no_sanitize_hwaddress, comdat, align 8
;                                                                           family          operation  type         name         file         function         line    column  effect flags  ran    reserved
; CHECK-DAG: = linkonce_odr hidden global {{.*}} { ptr @[[FAMILY]], ptr @[[OP]], ptr @[[TYPE]], ptr @[[NAME]], ptr @[[FILE]], ptr @[[FUNCTION]], i32 12, i32 5, i32 2, i32 12, i64 1 }, section "mapsan_sites", no_sanitize_address, no_sanitize_hwaddress, comdat, align 8
; CHECK-DAG: = linkonce_odr hidden global {{.*}} { ptr @[[FAMILY]], ptr @{{.*}}, ptr @[[TYPE]], ptr @[[NAME]], ptr @[[FILE]], ptr @[[FUNCTION]], i32 13, i32 6, i32 0, i32 1, i64 1 }, section "mapsan_sites"

@sessions = global [48 x i8] zeroinitializer, !dbg !10

define void @_ZN6Server5loginEv() !dbg !4 {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr @sessions), !dbg !6
  %b = call ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5beginEv(ptr @sessions), !dbg !7
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr) nounwind
declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5beginEv(ptr) nounwind

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C_plus_plus_14, file: !1, emissionKind: FullDebug, globals: !9)
!1 = !DIFile(filename: "dir/a.c", directory: "/elsewhere")
!2 = !{i32 7, !"Dwarf Version", i32 5}
!3 = !{i32 2, !"Debug Info Version", i32 3}
!4 = distinct !DISubprogram(name: "login", scope: !1, file: !1, line: 10, type: !5, unit: !0, spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !8)
!6 = !DILocation(line: 12, column: 5, scope: !4)
!7 = !DILocation(line: 13, column: 6, scope: !4)
!8 = !{null}
!9 = !{!10}
!10 = !DIGlobalVariableExpression(var: !11, expr: !DIExpression())
!11 = distinct !DIGlobalVariable(name: "sessions", scope: !0, file: !1, line: 3, type: !12, isDefinition: true)
!12 = !DIBasicType(name: "m", size: 384, encoding: DW_ATE_unsigned)
