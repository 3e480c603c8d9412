; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A call that may throw through a frame without cleanups gets one: a mark left
; standing would be a false overlap.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define i64 @_Z6callerv(
; CHECK-SAME:    personality ptr @__gxx_personality_v0
; CHECK:         call void @__mapsan_map_begin(ptr @[[SITE:.*]], ptr %map)
; CHECK-NEXT:    %[[N:.*]] = invoke i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr %map, ptr %key)
; CHECK-NEXT:            to label %[[NORMAL:.*]] unwind label %[[PAD:.*]]
; CHECK:       [[NORMAL]]:
; CHECK-NEXT:    %[[CHANGED:.*]] = icmp ne i64 %[[N]], 0
; CHECK-NEXT:    %[[EVIDENCE:.*]] = zext i1 %[[CHANGED]] to i32
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @[[SITE]], ptr %map, i32 %[[EVIDENCE]])
; CHECK-NEXT:    ret i64 %[[N]]
; CHECK:       [[PAD]]:
; CHECK-NEXT:    %[[CAUGHT:.*]] = landingpad { ptr, i32 }
; CHECK-NEXT:            cleanup
; CHECK-NEXT:    call void @__mapsan_map_unwind(ptr @[[SITE]], ptr %map)
; CHECK-NEXT:    resume { ptr, i32 } %[[CAUGHT]]
define i64 @_Z6callerv(ptr %map, ptr %key) {
  %n = call i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr %map, ptr %key)
  ret i64 %n
}

declare i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr, ptr)
