; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Iterators of a class that other containers have, too, lead to elements of a map where an operation on it has returned them, and
; nowhere else; those of a map's own class do wherever they come from.
; RUN: env MAPSAN_PASS_OPTIONS=elements=1:catalog=%S/Inputs/lent-iterators.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; In a bag (32768), what grows invalidates all.
; CHECK-DAG: @__mapsan_family.{{.*}} = {{.*}} i32 24, i32 -1, i32 -1, i32 -1, i32 0, i32 0, i32 32804, i32 0, i32 8, i32 -1, i32 -1, i32 0, i64 0 }

; CHECK-LABEL: define void @lent(
; CHECK-NOT: __mapsan
; CHECK: ret void
define void @lent(ptr %given) nounwind {
  %it = alloca ptr, align 8
  store ptr %given, ptr %it
  %element = call ptr @_ZN4acme4LentdeEv(ptr %it)
  store i32 1, ptr %element
  ret void
}

; CHECK-LABEL: define void @returned(
; CHECK: call void @__mapsan_element_used(ptr %element, i32 -2147483644,
; CHECK: ret void
define void @returned(ptr %table) nounwind {
  %it = alloca { ptr }, align 8
  %found = call ptr @_ZN4acme5Table5firstEv(ptr %table)
  store ptr %found, ptr %it
  %element = call ptr @_ZN4acme4LentdeEv(ptr %it)
  store i32 1, ptr %element
  ret void
}

; (Its owner's set stands behind the one that lends it, or before another.)
; CHECK-LABEL: define void @owned(
; CHECK: call void @__mapsan_element_used(ptr %element, i32 -2147483644,
; CHECK: call void @__mapsan_element_used(ptr %other, i32 -2147483644,
; CHECK: ret void
define void @owned(ptr %given) nounwind {
  %it = alloca ptr, align 8
  store ptr %given, ptr %it
  %element = call ptr @_ZN4acme5OwnerdeEv(ptr %it)
  store i32 1, ptr %element
  %other = call ptr @_ZN4acme7AnotherdeEv(ptr %it)
  store i32 1, ptr %other
  ret void
}

declare ptr @_ZN4acme5Table5firstEv(ptr)
declare dereferenceable(4) ptr @_ZN4acme4LentdeEv(ptr)
declare dereferenceable(4) ptr @_ZN4acme5OwnerdeEv(ptr)
declare dereferenceable(4) ptr @_ZN4acme7AnotherdeEv(ptr)
