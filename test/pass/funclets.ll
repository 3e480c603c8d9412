; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Functions with funclet exception handling have no edges to put hooks on: they are
; counted as skipped.
; RUN: env MAPSAN_PASS_OPTIONS=summary=1 %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -disable-output %s 2>&1 | %FileCheck %s

; CHECK: 0 map sites {{.*}} 1 skipped
define void @caller(ptr %map) personality ptr @__CxxFrameHandler3 {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr)
declare i32 @__CxxFrameHandler3(...)
