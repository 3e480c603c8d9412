; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Accesses that clang leaves to libatomic, generic and sized.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; 4096: by a call of a library.
; CHECK-LABEL: define void @generic(
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 4128)
; CHECK:         %[[T:.*]] = phi i64
; CHECK-NEXT:    call void @__atomic_load(i64 16, ptr %p, ptr %tmp, i32 2)
; CHECK:         call void @__mapsan_atomic_end(ptr %p, i32 4128, i64 %[[T]], i32 1)
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 4145)
; CHECK:         call void @__atomic_store(i64 16, ptr %p, ptr %tmp, i32 3)
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 4691)
; CHECK:         %[[T2:.*]] = phi i64
; CHECK-NEXT:    %ok = call i1 @__atomic_compare_exchange(i64 16, ptr %p, ptr %tmp, ptr %tmp2, i32 5, i32 2)
; CHECK:         %[[DONE:.*]] = icmp ne i1 %ok, false
; CHECK-NEXT:    %[[WORD:.*]] = zext i1 %[[DONE]] to i32
; CHECK:         call void @__mapsan_atomic_end(ptr %p, i32 4691, i64 %[[T2]], i32 %[[WORD]])
define void @generic(ptr %p, ptr %tmp, ptr %tmp2) nounwind {
  call void @__atomic_load(i64 16, ptr %p, ptr %tmp, i32 2)
  call void @__atomic_store(i64 16, ptr %p, ptr %tmp, i32 3)
  %ok = call i1 @__atomic_compare_exchange(i64 16, ptr %p, ptr %tmp, ptr %tmp2, i32 5, i32 2)
  ret void
}

; An order that is computed is passed on.
; CHECK-LABEL: define i128 @sized(
; CHECK:         %[[SHIFTED:.*]] = shl i32 %order, 4
; CHECK-NEXT:    %[[WHAT:.*]] = or i32 4098, %[[SHIFTED]]
; CHECK-NEXT:    call i64 @__mapsan_atomic_begin(ptr %p, i32 %[[WHAT]])
; CHECK:         %v = call i128 @__atomic_fetch_add_16(ptr %p, i64 1, i64 0, i32 %order)
define i128 @sized(ptr %p, i32 %order) nounwind {
  %v = call i128 @__atomic_fetch_add_16(ptr %p, i64 1, i64 0, i32 %order)
  ret i128 %v
}

; CHECK-LABEL: define i1 @question(
; CHECK-NOT:     mapsan
; CHECK:         ret i1
define i1 @question(ptr %p) nounwind {
  %free = call i1 @__atomic_is_lock_free(i64 16, ptr %p)
  ret i1 %free
}

declare void @__atomic_load(i64, ptr, ptr, i32)
declare void @__atomic_store(i64, ptr, ptr, i32)
declare i1 @__atomic_compare_exchange(i64, ptr, ptr, ptr, i32, i32)
declare i128 @__atomic_fetch_add_16(ptr, i64, i64, i32)
declare i1 @__atomic_is_lock_free(i64, ptr)
