; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Two invokes that share a landing pad: each has map_unwind on its own edge.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define void @caller(
; CHECK:         call void @__mapsan_map_begin(ptr @[[FIRST:.*]], ptr %map)
; CHECK-NEXT:    %n = invoke i64
; CHECK-NEXT:            to label %second unwind label %[[PAD1:.*]]
; CHECK:       second:
; CHECK:         call void @__mapsan_map_end(ptr @[[FIRST]], ptr %map,
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @[[SECOND:.*]], ptr %map)
; CHECK-NEXT:    %m = invoke i64
; CHECK-NEXT:            to label %third unwind label %[[PAD2:.*]]
; CHECK:       third:
; CHECK:         call void @__mapsan_map_end(ptr @[[SECOND]], ptr %map,
; CHECK-NEXT:    invoke void @other()
; CHECK-NEXT:            to label %done unwind label %[[REST:.*]]
; CHECK:       [[PAD1]]:
; CHECK-NEXT:    landingpad
; CHECK-NEXT:            catch ptr null
; CHECK-NEXT:    call void @__mapsan_map_unwind(ptr @[[FIRST]], ptr %map)
; CHECK:       [[PAD2]]:
; CHECK-NEXT:    landingpad
; CHECK-NEXT:            catch ptr null
; CHECK-NEXT:    call void @__mapsan_map_unwind(ptr @[[SECOND]], ptr %map)
; CHECK:       [[REST]]:
; CHECK-NEXT:    landingpad
; CHECK-NEXT:            catch ptr null
; CHECK-NOT:     map_unwind
; CHECK:       declare
define void @caller(ptr %map, ptr %key) personality ptr @__gxx_personality_v0 {
  %n = invoke i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr %map, ptr %key)
          to label %second unwind label %pad
second:
  %m = invoke i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr %map, ptr %key)
          to label %third unwind label %pad
third:
  invoke void @other()
          to label %done unwind label %pad
pad:
  %at = phi i32 [ 1, %0 ], [ 2, %second ], [ 3, %third ]
  %caught = landingpad { ptr, i32 }
          catch ptr null
  call void @use(i32 %at)
  br label %done
done:
  ret void
}

declare i64 @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5eraseERS3_(ptr, ptr)
declare void @other()
declare void @use(i32)
declare i32 @__gxx_personality_v0(...)
