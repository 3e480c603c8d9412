; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Iterators that are pointers are followed like references, and steps of C's functions read the map; what an iterator returns by value is no reference.
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/pointers.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; On growth, both (4, 32), elements inside by the first bit (1024, 2048), behind, both (4096, 8192).
; CHECK-DAG: @__mapsan_family.{{.*}} i32 15396, i32 0, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }
; Iterators, always (7), references never (128), elements perhaps inside (1024).
; CHECK-DAG: @__mapsan_family.{{.*}} i32 1159, i32 -1, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }
; A use of a reference (48); a step of one (49).
; CHECK-DAG: @__mapsan_site.{{.*}} i32 0, i32 48, i64 1 }
; CHECK-DAG: @__mapsan_site.{{.*}} i32 0, i32 49, i64 1 }

; CHECK-LABEL: define void @array(
; CHECK: [[HANDLE:%.*]] = alloca [4 x i64], align 8
; CHECK: call void @__mapsan_handle_made(ptr [[HANDLE]], ptr @{{.*}}, ptr %array)
; CHECK: call void @something()
; CHECK: call void @__mapsan_handle_used(ptr [[HANDLE]], ptr @{{.*}}, ptr %erased)
; CHECK: call void @__mapsan_map_erases(ptr %array, ptr %erased)
; CHECK: call void @_ZN4acme5Array5eraseEPi(
; CHECK: call void @__mapsan_handle_used(ptr [[HANDLE]], ptr @{{.*}}, ptr %read)
; CHECK: load i32, ptr %read
; CHECK-NOT: map_erases
; CHECK: call void @_ZN4acme5Array5eraseERKPi(
define void @array(ptr %array, ptr %key) nounwind {
  %it = alloca ptr, align 8
  %first = call ptr @_ZN4acme5Array5beginEv(ptr %array)
  store ptr %first, ptr %it
  call void @something()
  %erased = load ptr, ptr %it
  call void @_ZN4acme5Array5eraseEPi(ptr %array, ptr %erased)
  %read = load ptr, ptr %it
  %value = load i32, ptr %read
  call void @_ZN4acme5Array5eraseERKPi(ptr %array, ptr %key)
  ret void
}

; CHECK-LABEL: define void @tree(
; CHECK: [[HANDLE:%.*]] = alloca [4 x i64], align 8
; CHECK: call void @__mapsan_handle_made(ptr [[HANDLE]], ptr @{{.*}}, ptr %tree)
; CHECK: call void @something()
; CHECK: call void @__mapsan_handle_used(ptr [[HANDLE]], ptr @{{.*}}, ptr %at)
; CHECK: call ptr @acme_key(
; CHECK: call void @something()
; CHECK: call void @__mapsan_handle_used(ptr [[HANDLE]], ptr @{{.*}}, ptr %now)
; CHECK: call ptr @acme_next(
; CHECK: call void @__mapsan_handle_renewed(ptr [[HANDLE]])
define void @tree(ptr %tree) nounwind {
  %node = alloca ptr, align 8
  %first = call ptr @acme_first(ptr %tree)
  store ptr %first, ptr %node
  call void @something()
  %at = load ptr, ptr %node
  %key = call ptr @acme_key(ptr %at)
  call void @something()
  %now = load ptr, ptr %node
  %next = call ptr @acme_next(ptr %now)
  store ptr %next, ptr %node
  call void @something()
  %last = load ptr, ptr %node
  %again = call ptr @acme_next(ptr %last)
  ret void
}

; CHECK-LABEL: define i32 @copy(
; CHECK: call void @__mapsan_handle_used(
; CHECK: call ptr @_ZNK4acme8PositiondeEv(
; CHECK-NOT: handle
; CHECK: ret i32
define i32 @copy(ptr %set) nounwind {
  %it = alloca { ptr, ptr }, align 8
  call void @_ZN4acme3Set5beginEv(ptr sret({ ptr, ptr }) %it, ptr %set)
  call void @something()
  %element = call ptr @_ZNK4acme8PositiondeEv(ptr %it)
  call void @something()
  %value = load i32, ptr %element
  ret i32 %value
}

declare void @something()
declare ptr @_ZN4acme5Array5beginEv(ptr)
declare void @_ZN4acme5Array5eraseEPi(ptr, ptr)
declare void @_ZN4acme5Array5eraseERKPi(ptr, ptr)
declare ptr @acme_first(ptr)
declare ptr @acme_next(ptr)
declare ptr @acme_key(ptr)
declare void @_ZN4acme3Set5beginEv(ptr sret({ ptr, ptr }), ptr)
declare ptr @_ZNK4acme8PositiondeEv(ptr)
