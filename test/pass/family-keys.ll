; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; What a family may say beside its classes: which bytes tell, where the map is that an object leads to, by which template
; argument it is told, what it is built on; and functions of C.
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/families.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; Of data that copies share: the count of owners at 4, what is past the end at 40; words behind the pointer at 8 (16, 24, 32).
; CHECK-DAG: global {{.*}} { i64 {{.*}}, ptr @{{.*}}, i32 16, i32 -2146959344, i32 -2146959336, i32 8, i32 16, i32 24, i32 0, i32 -2146959328, i32 -1, i32 4, i32 40, i32 0, i64 0 }
; Behind a pointer; of a base that two classes derive from.
; CHECK-DAG: global {{.*}} { i64 {{.*}}, ptr @{{.*}}, i32 8, i32 -1, i32 -1, i32 0, i32 16, i32 24, i32 0, i32 -1, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }
; CHECK-DAG: global {{.*}} { i64 {{.*}}, ptr @{{.*}}, i32 32, i32 -1, i32 -1, i32 -1, i32 0, i32 0, i32 0, i32 -1, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }
; CHECK-DAG: global {{.*}} { i64 {{.*}}, ptr @{{.*}}, i32 8, i32 -1, i32 -1, i32 -1, i32 0, i32 0, i32 0, i32 -1, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }

; Of one by two of its arguments.
; CHECK-DAG: global {{.*}} { i64 {{.*}}, ptr @{{.*}}, i32 24, i32 -1, i32 -1, i32 -1, i32 0, i32 0, i32 0, i32 -1, i32 -1, i32 -1, i32 -1, i32 0, i64 0 }

; CHECK-LABEL: @objects
; CHECK: call void @_ZN2my6Copied6shrinkEv(ptr %copied)
; CHECK: call void @__mapsan_map_begin(ptr @{{.*}}, ptr %shared)
; CHECK: call void @_ZN2my6Shared6shrinkEv(ptr %shared)
; CHECK: call void @__mapsan_map_end(ptr @{{.*}}, ptr %shared, i32 2)
; CHECK: [[AT:%.*]] = getelementptr i8, ptr %view, i64 8
; CHECK: [[BEHIND:%.*]] = load ptr, ptr [[AT]]
; CHECK: [[MAP:%.*]] = getelementptr i8, ptr [[BEHIND]], i64 4
; CHECK: call void @__mapsan_map_begin(ptr @{{.*}}, ptr [[MAP]])
; CHECK: call void @_ZN2my4View3getEv(ptr %view)
; CHECK: call void @__mapsan_map_end(ptr @{{.*}}, ptr [[MAP]], i32 3)
; CHECK: [[LAST:%.*]] = getelementptr i8, ptr %last, i64 24
; CHECK: [[THERE:%.*]] = load ptr, ptr [[LAST]]
; CHECK: call void @__mapsan_map_begin(ptr @{{.*}}, ptr [[THERE]])
; CHECK: call void @_ZN2my8LastView3getEv(
; CHECK: call void @__mapsan_map_begin(ptr @{{.*}}, ptr %large)
; CHECK: call void @__mapsan_map_begin(ptr @{{.*}}, ptr %small)
; CHECK: call void @__mapsan_map_begin(ptr @{{.*}}, ptr %both)
define void @objects(ptr %copied, ptr %shared, ptr %view, ptr %last, ptr %large, ptr %small, ptr %both) nounwind {
  call void @_ZN2my6Copied6shrinkEv(ptr %copied)
  call void @_ZN2my6Shared6shrinkEv(ptr %shared)
  call void @_ZN2my4View3getEv(ptr %view)
  call void @_ZN2my8LastView3getEv(ptr %last)
  call void @_ZN2my4BaseINS_5LargeEiE6shrinkEv(ptr %large)
  call void @_ZN2my4BaseINS_5SmallEiE6shrinkEv(ptr %small)
  call void @_ZN2my4BaseINS_5LargeEiNS_5SmallEE6shrinkEv(ptr %both)
  ret void
}

; A pair that is returned in memory tells by its second half; a structure of another shape does not.
; CHECK-LABEL: @inserts
; CHECK: call void @_ZN2my6Shared3putEi(ptr sret({ [3 x ptr], i8, [7 x i8] }) %pair, ptr %shared, i32 1)
; CHECK: [[FLAG:%.*]] = getelementptr inbounds {{.*}}{ [3 x ptr], i8, [7 x i8] }, ptr %pair, i32 0, i32 1
; CHECK: [[WORD:%.*]] = load i8, ptr [[FLAG]]
; CHECK: [[INSERTED:%.*]] = icmp ne i8 [[WORD]], 0
; CHECK: [[TOLD:%.*]] = zext i1 [[INSERTED]] to i32
; CHECK: call void @__mapsan_map_end(ptr @{{.*}}, ptr %shared, i32 [[TOLD]])
; CHECK: call { ptr, i32 } @_ZN2my6Shared3putEl(
; CHECK: call void @__mapsan_map_end(ptr @{{.*}}, ptr %shared, i32 2)
define void @inserts(ptr %pair, ptr %shared) nounwind {
  call void @_ZN2my6Shared3putEi(ptr sret({ [3 x ptr], i8, [7 x i8] }) %pair, ptr %shared, i32 1)
  %iterator = call { ptr, i32 } @_ZN2my6Shared3putEl(ptr %shared, i64 1)
  ret void
}

; What a family does with the maps that it is built on is its own business.
; CHECK-LABEL: @_ZN2my5Outer3getEv
; CHECK-NOT: __mapsan
; CHECK: ret void
define void @_ZN2my5Outer3getEv(ptr %this) nounwind {
  call void @_ZN2my6Shared6shrinkEv(ptr %this)
  ret void
}

; CHECK-LABEL: @functions
; CHECK-NOT: __mapsan
; CHECK: [[NEW:%.*]] = call ptr @c_new()
; CHECK-NEXT: call void @__mapsan_map_begin(ptr @{{.*}}, ptr [[NEW]])
; CHECK-NEXT: call void @__mapsan_map_end(ptr @{{.*}}, ptr [[NEW]], i32 3)
; CHECK: [[TABLE:%.*]] = load ptr, ptr
; CHECK: call void @__mapsan_map_begin(ptr @{{.*}}, ptr [[TABLE]])
; CHECK: call void @c_next(ptr %iterator)
; CHECK: call void @__mapsan_map_begin(ptr @{{.*}}, ptr [[NEW]])
; CHECK: call ptr @c_search(i32 %action, ptr [[NEW]])
; CHECK: [[MAY:%.*]] = icmp ne i32 %action, 0
; CHECK: [[DID:%.*]] = zext i1 [[MAY]] to i32
; CHECK: call void @__mapsan_map_end(ptr @{{.*}}, ptr [[NEW]], i32 [[DID]])
; Another function of that name.
; CHECK: call void @c_new.(i32 0)
; CHECK-NOT: __mapsan
; CHECK: ret void
define void @functions(ptr %iterator, i32 %action) nounwind {
  %table = call ptr @c_new()
  call void @c_next(ptr %iterator)
  %found = call ptr @c_search(i32 %action, ptr %table)
  call void @c_new.(i32 0)
  ret void
}

declare void @_ZN2my6Copied6shrinkEv(ptr)
declare void @_ZN2my6Shared6shrinkEv(ptr dereferenceable(8)) nounwind
declare void @_ZN2my6Shared3putEi(ptr sret({ [3 x ptr], i8, [7 x i8] }), ptr, i32) nounwind
declare { ptr, i32 } @_ZN2my6Shared3putEl(ptr, i64) nounwind
declare void @_ZN2my4View3getEv(ptr) nounwind
declare void @_ZN2my8LastView3getEv(ptr dereferenceable(32)) nounwind
declare void @_ZN2my4BaseINS_5LargeEiE6shrinkEv(ptr dereferenceable(1)) nounwind
declare void @_ZN2my4BaseINS_5SmallEiE6shrinkEv(ptr dereferenceable(1)) nounwind
declare void @_ZN2my4BaseINS_5LargeEiNS_5SmallEE6shrinkEv(ptr dereferenceable(1)) nounwind
declare ptr @c_new() nounwind
declare void @c_new.(i32) nounwind
declare void @c_next(ptr) nounwind
declare ptr @c_search(i32, ptr) nounwind
