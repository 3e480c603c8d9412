; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s
; Intent: an address that is got from itself, as in a loop of optimised code, ends the search for where it came from.

declare ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(ptr, ptr)

; CHECK-LABEL: @loop(
; CHECK: @__mapsan_map_begin
define ptr @loop(ptr %map, ptr %key, i1 %more) {
entry:
  %element = call noundef nonnull align 4 dereferenceable(4) ptr @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(ptr noundef nonnull align 8 dereferenceable(48) %map, ptr noundef nonnull align 4 dereferenceable(4) %key)
  store i32 1, ptr %element
  br label %body

body:
  %at = phi ptr [ null, %entry ], [ %next, %body ]
  %next = getelementptr i32, ptr %at, i64 1
  store i32 2, ptr %at
  br i1 %more, label %body, label %end

end:
  ret ptr %at
}
