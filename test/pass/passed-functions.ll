; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Functions of the program's that are passed to a library, and what tells the
; bodies apart that they are: user data, or the function where there are none.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define i32 @idle(
; CHECK-NEXT:    %[[PASSED:.*]] = {{.*}}call ptr @__mapsan_function_passed(ptr %function, i32 1)
; CHECK-NEXT:    %[[NONE:.*]] = icmp eq ptr %data, null
; CHECK-NEXT:    %[[OBJECT:.*]] = select i1 %[[NONE]], ptr %[[PASSED]], ptr %data
; CHECK-NEXT:    {{.*}}call void @__mapsan_sync_begin(ptr %[[OBJECT]], i32 40)
; CHECK-NEXT:    call i32 @g_idle_add(ptr %[[PASSED]], ptr %data)
; CHECK-NEXT:    {{.*}}call void @__mapsan_sync_end(ptr %[[OBJECT]], i32 40, i64 1)
define i32 @idle(ptr %function, ptr %data) nounwind {
  %id = call i32 @g_idle_add(ptr %function, ptr %data)
  ret i32 %id
}

; What destroys the data comes last. What is spawned on the source comes first.
; CHECK-LABEL: define void @source(
; CHECK:         %[[PASSED:.*]] = {{.*}}call ptr @__mapsan_function_passed(ptr %function, i32 1)
; CHECK-NEXT:    %[[LAST:.*]] = {{.*}}call ptr @__mapsan_function_passed(ptr %notify, i32 2)
; CHECK:         {{.*}}call void @__mapsan_sync_follow(ptr %[[OBJECT:.*]], ptr %source, i32 0)
; CHECK-NEXT:    {{.*}}call void @__mapsan_sync_begin(ptr %[[OBJECT]], i32 40)
; CHECK-NEXT:    call void @g_source_set_callback(ptr %source, ptr %[[PASSED]], ptr %data, ptr %[[LAST]])
define void @source(ptr %source, ptr %function, ptr %data, ptr %notify) nounwind {
  call void @g_source_set_callback(ptr %source, ptr %function, ptr %data, ptr %notify)
  ret void
}

; The second argument of what is passed is what it runs on.
; CHECK-LABEL: define ptr @task(
; CHECK-NEXT:    {{.*}}call ptr @__mapsan_function_passed(ptr %ready, i32 257)
define ptr @task(ptr %ready) nounwind {
  %task = call ptr @g_task_new(ptr null, ptr null, ptr %ready, ptr null)
  ret ptr %task
}

declare i32 @g_idle_add(ptr, ptr)
declare void @g_source_set_callback(ptr, ptr, ptr, ptr)
declare ptr @g_task_new(ptr, ptr, ptr, ptr)
