; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; An operation on two maps is two nested pairs.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define void @swapped(
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @[[THIS:.*]], ptr %a)
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @[[OTHER:.*]], ptr %b)
; CHECK-NEXT:    call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4swapERS6_(ptr %a, ptr %b)
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @[[OTHER]], ptr %b, i32 3)
; CHECK-NEXT:    call void @__mapsan_map_end(ptr @[[THIS]], ptr %a, i32 3)
define void @swapped(ptr %a, ptr %b) nounwind {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4swapERS6_(ptr %a, ptr %b)
  ret void
}

; CHECK-LABEL: define void @copied(
; CHECK:         call void @__mapsan_map_begin(ptr @{{.*}}, ptr %new)
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %from)
; CHECK-NEXT:    invoke void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2ERKS6_(
; CHECK:         landingpad
; CHECK-NEXT:            cleanup
; CHECK-NEXT:    call void @__mapsan_map_unwind(ptr @{{.*}}, ptr %from)
; CHECK-NEXT:    call void @__mapsan_map_unwind(ptr @{{.*}}, ptr %new)
define void @copied(ptr %new, ptr %from) {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2ERKS6_(ptr %new, ptr %from)
  ret void
}

; A free function, by its parameters.
; CHECK-LABEL: define i1 @compared(
; CHECK:         call void @__mapsan_map_begin(ptr @{{.*}}, ptr %a)
; CHECK-NEXT:    call void @__mapsan_map_begin(ptr @{{.*}}, ptr %b)
; CHECK-NEXT:    call i1 @_ZSteq
define i1 @compared(ptr %a, ptr %b) nounwind {
  %r = call i1 @_ZSteqRKSt3mapIiiSt4lessIiESaISt4pairIKiiEEES8_(ptr %a, ptr %b)
  ret i1 %r
}

; The same operator of another type is none of our business.
; CHECK-LABEL: define i1 @compared_strings(
; CHECK-NOT:     mapsan
; CHECK:       }
define i1 @compared_strings(ptr %a, ptr %b) nounwind {
  %r = call i1 @_ZSteqRKSsS0_(ptr %a, ptr %b)
  ret i1 %r
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE4swapERS6_(ptr, ptr)
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEC2ERKS6_(ptr, ptr)
declare i1 @_ZSteqRKSt3mapIiiSt4lessIiESaISt4pairIKiiEEES8_(ptr, ptr)
declare i1 @_ZSteqRKSsS0_(ptr, ptr)
