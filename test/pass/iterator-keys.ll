; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; What a catalog may say of a class's iterators: which they are, where the word is that tells elements apart, what invalidates
; them and references, by which word of the table its growth is told, and what becomes of elements.
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/iterators.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; IteratorsOnInsert, IteratorsOnGrowth, ReferencesOnErase, ReferencesOnGrowth; growth at 24, the end before the object.
; CHECK-DAG: @__mapsan_family.{{.*}} = {{.*}} { i64 {{.*}}, ptr @{{.*}}, i32 32, i32 0, i32 -1, i32 -1, i32 0, i32 0, i32 53, i32 24, i32 -8, i32 -1, i32 -1, i32 0, i64 0 }
; A step iterates (1) and is a use of an iterator (16); elements are mixed (512), the second map's too (2), or taken (256).
; CHECK-DAG: @__mapsan_site.{{.*}} i32 0, i32 17, i64 1 }
; CHECK-DAG: @__mapsan_site.{{.*}} i32 1, i32 512, i64 1 }
; CHECK-DAG: @__mapsan_site.{{.*}} i32 1, i32 514, i64 1 }
; CHECK-DAG: @__mapsan_site.{{.*}} i32 1, i32 256, i64 1 }

; CHECK-LABEL: define void @walk(
; CHECK: [[HANDLE:%.*]] = alloca [4 x i64], align 8
; CHECK: store ptr null, ptr [[HANDLE]]
; CHECK: call void @__mapsan_map_end(
; CHECK: call void @__mapsan_handle_made(ptr [[HANDLE]], ptr @{{.*}}, ptr %table)
; CHECK: call void @something()
; CHECK: [[PLACE:%.*]] = getelementptr i8, ptr %it, i64 8
; CHECK: [[WORD:%.*]] = load ptr, ptr [[PLACE]]
; CHECK: call void @__mapsan_handle_used(ptr [[HANDLE]], ptr @{{.*}}, ptr [[WORD]])
; CHECK: call ptr @_ZN4acme8PositionppEv(ptr %it)
define void @walk(ptr %table) nounwind {
  %it = alloca { ptr, ptr, i64 }, align 8
  call void @_ZN4acme5Table5firstEv(ptr sret({ ptr, ptr, i64 }) %it, ptr %table)
  call void @something()
  %ref = call ptr @_ZN4acme8PositionppEv(ptr %it)
  ret void
}

; One that is passed in memory: the word is there.
; CHECK-LABEL: define void @take(
; CHECK: [[AT:%.*]] = getelementptr i8, ptr %it, i64 8
; CHECK: [[ELEMENT:%.*]] = load ptr, ptr [[AT]]
; CHECK: call void @__mapsan_map_erases(ptr %table, ptr [[ELEMENT]])
; CHECK: call void @__mapsan_map_begin(ptr @{{.*}}, ptr %table)
; CHECK: call void @_ZN4acme5Table4takeENS_8PositionE(
define void @take(ptr %table, ptr %it) nounwind {
  call void @_ZN4acme5Table4takeENS_8PositionE(ptr %table, ptr byval({ ptr, ptr, i64 }) %it)
  ret void
}

; One that is given to what keeps all elements.
; CHECK-LABEL: define void @arrange(
; CHECK-NOT: map_erases
; CHECK: call void @_ZN4acme5Table7arrangeENS_8PositionE(
define void @arrange(ptr %table, ptr %it) nounwind {
  call void @_ZN4acme5Table7arrangeENS_8PositionE(ptr %table, ptr byval({ ptr, ptr, i64 }) %it)
  ret void
}

; A number that may be zero: none where the other word is null.
; CHECK-LABEL: define void @number(
; CHECK: [[ERASED:%.*]] = add i64 %bucket, 1
; CHECK: [[NONE:%.*]] = icmp eq ptr %ring_of, null
; CHECK: [[TOLD:%.*]] = select i1 [[NONE]], i64 0, i64 [[ERASED]]
; CHECK: [[WORD:%.*]] = inttoptr i64 [[TOLD]] to ptr
; CHECK: call void @__mapsan_map_erases(ptr %ring, ptr [[WORD]])
; CHECK: call void @_ZN4acme4Ring4takeENS_6CursorE(
; CHECK: [[AT:%.*]] = getelementptr i8, ptr %it, i64 8
; CHECK: [[NUMBER:%.*]] = load ptr, ptr [[AT]]
; CHECK: [[FIRST:%.*]] = getelementptr i8, ptr %it, i64 0
; CHECK: [[NULL:%.*]] = load ptr, ptr [[FIRST]]
; CHECK: [[BUCKET:%.*]] = ptrtoint ptr [[NUMBER]] to i64
; CHECK: [[NEXT:%.*]] = add i64 [[BUCKET]], 1
; CHECK: [[END:%.*]] = icmp eq ptr [[NULL]], null
; CHECK: [[USED:%.*]] = select i1 [[END]], i64 0, i64 [[NEXT]]
; CHECK: [[ELEMENT:%.*]] = inttoptr i64 [[USED]] to ptr
; CHECK: call void @__mapsan_handle_used(ptr %{{.*}}, ptr @{{.*}}, ptr [[ELEMENT]])
define void @number(ptr %ring, ptr %ring_of, i64 %bucket) nounwind {
  %it = alloca { ptr, i64 }, align 8
  call void @_ZN4acme4Ring5firstEv(ptr sret({ ptr, i64 }) %it, ptr %ring)
  call void @_ZN4acme4Ring4takeENS_6CursorE(ptr %ring, ptr %ring_of, i64 %bucket)
  %ref = call ptr @_ZN4acme6CursorppEv(ptr %it)
  ret void
}

define void @two(ptr %table, ptr %other) nounwind {
  call void @_ZN4acme5Table6absorbERS0_(ptr %table, ptr %other)
  call void @_ZN4acme5Table6becomeERS0_(ptr %table, ptr %other)
  ret void
}

declare void @something()
declare void @_ZN4acme4Ring5firstEv(ptr sret({ ptr, i64 }), ptr)
declare void @_ZN4acme4Ring4takeENS_6CursorE(ptr, ptr, i64)
declare ptr @_ZN4acme6CursorppEv(ptr)
declare void @_ZN4acme5Table5firstEv(ptr sret({ ptr, ptr, i64 }), ptr)
declare ptr @_ZN4acme8PositionppEv(ptr)
declare void @_ZN4acme5Table4takeENS_8PositionE(ptr, ptr byval({ ptr, ptr, i64 }))
declare void @_ZN4acme5Table7arrangeENS_8PositionE(ptr, ptr byval({ ptr, ptr, i64 }))
declare void @_ZN4acme5Table6absorbERS0_(ptr, ptr)
declare void @_ZN4acme5Table6becomeERS0_(ptr, ptr)
