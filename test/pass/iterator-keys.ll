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

; In one array (256) what grows invalidates all; in blocks (512), what is inserted all iterators. What only inserts (8192), or erases (16384).
; CHECK-DAG: @__mapsan_family.{{.*}} = {{.*}} i32 24, i32 -1, i32 -1, i32 -1, i32 0, i32 0, i32 292, i32 0, i32 8, i32 -1, i32 -1, i32 0, i64 0 }
; CHECK-DAG: @__mapsan_family.{{.*}} = {{.*}} i32 24, i32 -1, i32 -1, i32 -1, i32 0, i32 0, i32 517, i32 0, i32 8, i32 -1, i32 -1, i32 0, i64 0 }
; CHECK-DAG: @__mapsan_site.{{.*}} i32 2, i32 8192, i64 1 }
; CHECK-DAG: @__mapsan_site.{{.*}} i32 2, i32 16384, i64 1 }

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

; Of a sequence the iterator that is given first is the place, whatever else is given.
; CHECK-LABEL: define void @places(
; CHECK: call void @__mapsan_map_erases(ptr %row, ptr %it)
; CHECK: call void @_ZN4acme3Row3putENS_5PlaceEi(
; CHECK: call void @__mapsan_map_erases(ptr %parts, ptr %it)
; CHECK: call void @_ZN4acme5Parts4dropENS_4PartES1_(
define void @places(ptr %row, ptr %parts, ptr %it) nounwind {
  call void @_ZN4acme3Row3putENS_5PlaceEi(ptr %row, ptr %it, i32 1)
  call void @_ZN4acme5Parts4dropENS_4PartES1_(ptr %parts, ptr %it, ptr %it)
  ret void
}

; In a chain it is the element that goes; or the one before that.
; CHECK-LABEL: define void @links(
; CHECK: call void @__mapsan_map_erases(ptr %chain, ptr %it)
; CHECK: call void @_ZN4acme5Chain4dropENS_4LinkE(
; CHECK-NOT: map_erases
; CHECK: call void @_ZN4acme5Chain10take_afterENS_4LinkE(
define void @links(ptr %chain, ptr %it) nounwind {
  call void @_ZN4acme5Chain4dropENS_4LinkE(ptr %chain, ptr %it)
  call void @_ZN4acme5Chain10take_afterENS_4LinkE(ptr %chain, ptr %it)
  ret void
}

; A number is no iterator, nor what the container is made with, nor a part of a sequence.
; CHECK-LABEL: define void @number_of(
; CHECK-NOT: @__mapsan_handle
; CHECK: ret void
define void @number_of(ptr %chain) nounwind {
  %n = alloca i64, align 8
  %count = call i64 @_ZN4acme5Chain5countEv(ptr %chain)
  store i64 %count, ptr %n
  call void @something()
  %given = load i64, ptr %n
  call void @_ZN4acme5Chain4roomEm(ptr %chain, i64 %given)
  %allocator = alloca i64, align 8
  call void @_ZN4acme5Chain13get_allocatorEv(ptr sret(i64) %allocator, ptr %chain)
  call void @something()
  call void @_ZN4acme5Chain4roomERKi(ptr %chain, ptr %allocator)
  %part = alloca { ptr, i64, i64 }, align 8
  call void @_ZN4acme3Row4partEv(ptr sret({ ptr, i64, i64 }) %part, ptr %chain)
  call void @something()
  call void @_ZN4acme3Row4roomERKi(ptr %chain, ptr %part)
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
declare void @_ZN4acme3Row3putENS_5PlaceEi(ptr, ptr, i32)
declare void @_ZN4acme5Parts4dropENS_4PartES1_(ptr, ptr, ptr)
declare void @_ZN4acme5Chain4dropENS_4LinkE(ptr, ptr)
declare void @_ZN4acme5Chain10take_afterENS_4LinkE(ptr, ptr)
declare i64 @_ZN4acme5Chain5countEv(ptr)
declare void @_ZN4acme5Chain4roomEm(ptr, i64)
declare void @_ZN4acme5Chain13get_allocatorEv(ptr sret(i64), ptr)
declare void @_ZN4acme5Chain4roomERKi(ptr, ptr)
declare void @_ZN4acme3Row4partEv(ptr sret({ ptr, i64, i64 }), ptr)
declare void @_ZN4acme3Row4roomERKi(ptr, ptr)
