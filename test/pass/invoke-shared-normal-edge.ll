; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A normal destination with other predecessors is split: they have ended nothing.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define i64 @caller(
; CHECK:         %n = invoke i64
; CHECK-NEXT:            to label %[[EDGE:.*]] unwind label %pad
; CHECK:       [[EDGE]]:
; CHECK:         call void @__mapsan_map_end(
; CHECK-NEXT:    br label %done
; CHECK:       done:
; CHECK-NEXT:    %result = phi i64 [ 0, %entry ], [ %n, %[[EDGE]] ]
; CHECK-NOT:     map_end
; CHECK:         ret i64
define i64 @caller(ptr %map, ptr %key, i1 %skip) personality ptr @__gxx_personality_v0 {
entry:
  br i1 %skip, label %done, label %erase
erase:
  %n = invoke i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr %map, ptr %key)
          to label %done unwind label %pad
done:
  %result = phi i64 [ 0, %entry ], [ %n, %erase ]
  ret i64 %result
pad:
  %caught = landingpad { ptr, i32 }
          cleanup
  resume { ptr, i32 } %caught
}

declare i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr, ptr)
declare i32 @__gxx_personality_v0(...)
