; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; An iterator of C is made, stepped and changed through by functions that are given its address; its handle goes along, and is used
; with that address.
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/c-iterators.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; All elements go (4096).
; CHECK-DAG: @__mapsan_site.{{.*}} i32 1, i32 4096, i64 1 }

; CHECK-LABEL: define void @walk(
; CHECK: [[HANDLE:%.*]] = alloca [4 x i64], align 8
; CHECK: call void @acme_begin(ptr %it, ptr %table)
; CHECK: call void @__mapsan_handle_made(ptr [[HANDLE]], ptr @{{.*}}, ptr %table)
; CHECK: call void @something()
; CHECK: [[AT:%.*]] = getelementptr i8, ptr %it, i64 0
; CHECK: call void @__mapsan_handle_used(ptr [[HANDLE]], ptr @{{.*}}, ptr [[AT]])
; CHECK: call i32 @acme_next(ptr %it)
; CHECK: call void @acme_remove(ptr %it)
; CHECK: call void @__mapsan_map_end(
; CHECK: call void @__mapsan_handle_renewed(ptr [[HANDLE]])
; CHECK: call i32 @acme_next(ptr %it)
define void @walk(ptr %table) nounwind {
  %it = alloca { ptr, i64 }, align 8
  call void @acme_begin(ptr %it, ptr %table)
  call void @something()
  %more = call i32 @acme_next(ptr %it)
  call void @something()
  call void @acme_remove(ptr %it)
  %last = call i32 @acme_next(ptr %it)
  ret void
}

; A variable that others have the address of is not followed.
; CHECK-LABEL: define void @given(
; CHECK-NOT: handle
; CHECK: ret void
define void @given(ptr %table) nounwind {
  %it = alloca { ptr, i64 }, align 8
  call void @acme_begin(ptr %it, ptr %table)
  call void @keep(ptr %it)
  %more = call i32 @acme_next(ptr %it)
  ret void
}

; The result of a write tells whether there is another element.
; CHECK-LABEL: define void @put(
; CHECK: [[NEW:%.*]] = call i32 @acme_put(ptr %table)
; CHECK: [[IS:%.*]] = icmp ne i32 [[NEW]], 0
; CHECK: [[CHANGED:%.*]] = zext i1 [[IS]] to i32
; CHECK: call void @__mapsan_map_end(ptr @{{.*}}, ptr %table, i32 [[CHANGED]])
define void @put(ptr %table) nounwind {
  %new = call i32 @acme_put(ptr %table)
  call void @acme_release(ptr %table)
  ret void
}

declare void @something()
declare void @keep(ptr)
declare void @acme_begin(ptr, ptr)
declare i32 @acme_next(ptr)
declare void @acme_remove(ptr)
declare i32 @acme_put(ptr)
declare void @acme_release(ptr)
