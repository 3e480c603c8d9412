; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Every kind of atomic instruction, with its operation and orders.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-DAG:     @__mapsan_map_used = external global i8
; CHECK-DAG:     @__mapsan_news = external global i64
; CHECK-DAG:     @__mapsan_shortcuts = external thread_local(initialexec) global ptr

; what = operation | order << 4 | failure order << 8
; A load stands alone where the thread knows all news. Else it is done again,
; between hooks, and once more (8192) if the second one says so.
; CHECK-LABEL: define i32 @load(
; CHECK-NEXT:    %v = load atomic i32, ptr %p acquire, align 4
; CHECK-NEXT:    %[[TLS:.*]] = call ptr @llvm.threadlocal.address.p0(ptr @__mapsan_shortcuts)
; CHECK-NEXT:    %[[MINE:.*]] = load ptr, ptr %[[TLS]], align 8, !nosanitize
; CHECK-NEXT:    %[[PLACE:.*]] = getelementptr inbounds {{.*}}, ptr %[[MINE]], i32 0, i32 5
; CHECK-NEXT:    %[[KNOWN:.*]] = load i64, ptr %[[PLACE]], {{.*}}!nosanitize
; CHECK-NEXT:    %[[NEWS:.*]] = load atomic i64, ptr @__mapsan_news monotonic, align 8, !nosanitize
; CHECK-NEXT:    %[[ASKS:.*]] = icmp ne i64 %[[NEWS]], %[[KNOWN]]
; CHECK-NEXT:    br i1 %[[ASKS]], label %[[HOOKS:.*]], label %[[ON:.*]], !prof ![[UNLIKELY:.*]]
; CHECK:       [[HOOKS]]:
; CHECK-NEXT:    %[[WHAT:.*]] = phi i32 [ 32, %0 ], [ 8224, %[[HOOKS]] ]
; CHECK-NEXT:    %[[T:.*]] = notail call i64 @__mapsan_atomic_begin(ptr %p, i32 %[[WHAT]])
; CHECK-NEXT:    %[[V2:.*]] = load atomic i32, ptr %p acquire, align 4
; CHECK-NEXT:    %[[AGAIN:.*]] = notail call i32 @__mapsan_load_end(ptr %p, i32 %[[WHAT]], i64 %[[T]])
; CHECK-NEXT:    %[[IS:.*]] = icmp ne i32 %[[AGAIN]], 0
; CHECK-NEXT:    br i1 %[[IS]], label %[[HOOKS]], label %[[ON]], !prof ![[UNLIKELY]]
; CHECK:       [[ON]]:
; CHECK-NEXT:    %[[V:.*]] = phi i32 [ %v, %0 ], [ %[[V2]], %[[HOOKS]] ]
; CHECK-NEXT:    ret i32 %[[V]]
define i32 @load(ptr %p) {
  %v = load atomic i32, ptr %p acquire, align 4
  ret i32 %v
}

; A volatile one is done once: it asks before and after.
; CHECK-LABEL: define i32 @volatile(
; CHECK:         icmp ne i64 %{{.*}}, %[[KNOWN:.*]]
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 32)
; CHECK-NEXT:    load atomic volatile i32, ptr %p acquire
; CHECK-NEXT:    call void @__mapsan_atomic_end(ptr %p, i32 32,
; CHECK:         load atomic volatile i32, ptr %p acquire
; CHECK-NEXT:    %[[NEWS:.*]] = load atomic i64, ptr @__mapsan_news monotonic
; CHECK-NEXT:    icmp ne i64 %[[NEWS]], %[[KNOWN]]
; CHECK:         call void @__mapsan_atomic_end(ptr %p, i32 32, i64 -2, i32 1)
define i32 @volatile(ptr %p) {
  %v = load atomic volatile i32, ptr %p acquire, align 4
  ret i32 %v
}

; Relaxed ones count: they carry and end release sequences. Before the first map
; operation of the process such a store stands alone.
; CHECK-LABEL: define void @relaxed_store(
; CHECK-NEXT:    %[[F:.*]] = load atomic i8, ptr @__mapsan_map_used monotonic, align 1, !nosanitize
; CHECK-NEXT:    %[[ASKS:.*]] = icmp ne i8 %[[F]], 0
; CHECK-NEXT:    br i1 %[[ASKS]], label %[[HOOKS:.*]], label %[[QUICK:.*]], !prof ![[UNLIKELY]]
; CHECK:       [[HOOKS]]:
; CHECK-NEXT:    %[[T:.*]] = notail call i64 @__mapsan_atomic_begin(ptr %p, i32 1)
; CHECK-NEXT:    store atomic i32 1, ptr %p monotonic
; CHECK-NEXT:    call void @__mapsan_atomic_end(ptr %p, i32 1, i64 %[[T]], i32 1)
; CHECK:       [[QUICK]]:
; CHECK-NEXT:    store atomic i32 1, ptr %p monotonic
; CHECK-NEXT:    br label
define void @relaxed_store(ptr %p) {
  store atomic i32 1, ptr %p monotonic, align 4
  ret void
}

; A release stands alone while the thread has nothing to tell, or is told of in
; the thread's own memory while its object is lent.
; CHECK-LABEL: define void @store(
; CHECK:         %[[PLACE:.*]] = getelementptr inbounds {{.*}}, ptr %[[MINE:.*]], i32 0, i32 7
; CHECK-NEXT:    %[[SILENT:.*]] = load i64, ptr %[[PLACE]]
; CHECK-NEXT:    %[[NEWS:.*]] = load atomic i64, ptr @__mapsan_news monotonic
; CHECK-NEXT:    %[[ASKS:.*]] = icmp ne i64 %[[NEWS]], %[[SILENT]]
; CHECK-NEXT:    br i1 %[[ASKS]], label %[[TELLS:.*]], label %[[QUICK:.*]], !prof
; CHECK:       [[TELLS]]:
; CHECK-NEXT:    %[[A:.*]] = ptrtoint ptr %p to i64
; CHECK-NEXT:    %[[PLACE:.*]] = getelementptr inbounds {{.*}}, ptr %[[MINE]], i32 0, i32 8
; CHECK-NEXT:    %[[BEFORE:.*]] = load atomic i64, ptr %[[PLACE]] monotonic
; CHECK-NEXT:    %[[PLACE:.*]] = getelementptr inbounds {{.*}}, ptr %[[MINE]], i32 0, i32 8
; CHECK-NEXT:    store atomic i64 %[[A]], ptr %[[PLACE]] monotonic
; CHECK-NEXT:    fence syncscope("singlethread") seq_cst
; CHECK-NEXT:    getelementptr inbounds {{.*}}, ptr %[[MINE]], i32 0, i32 9
; CHECK:         %[[INDEX:.*]] = and i64 %{{.*}}, 63
; CHECK-NEXT:    getelementptr inbounds {{.*}}, ptr %[[MINE]], i32 0, i32 10, i64 %[[INDEX]]
; CHECK:         %[[DIFFERS:.*]] = or i64 %{{.*}}, %[[BEFORE]]
; CHECK-NEXT:    %[[LENT:.*]] = icmp eq i64 %[[DIFFERS]], 0
; CHECK-NEXT:    br i1 %[[LENT]], label %[[ALONE:.*]], label %[[HOOKS:[^ ]*]]
; CHECK:       [[QUICK]]:
; CHECK-NEXT:    store atomic i32 2, ptr %p release
; CHECK-NEXT:    br label
; CHECK:       [[ALONE]]:
; CHECK-NEXT:    store atomic i32 2, ptr %p release
; CHECK-NEXT:    fence syncscope("singlethread") seq_cst
; CHECK-NEXT:    %[[PLACE:.*]] = getelementptr inbounds {{.*}}, ptr %[[MINE]], i32 0, i32 8
; CHECK-NEXT:    store atomic i64 0, ptr %[[PLACE]] release
; CHECK:       [[HOOKS]]:
; CHECK-NEXT:    %[[PLACE:.*]] = getelementptr inbounds {{.*}}, ptr %[[MINE]], i32 0, i32 8
; CHECK-NEXT:    store atomic i64 %[[BEFORE]], ptr %[[PLACE]] monotonic
; CHECK-NEXT:    %[[T:.*]] = notail call i64 @__mapsan_atomic_begin(ptr %p, i32 49)
; CHECK-NEXT:    store atomic i32 2, ptr %p release
; CHECK-NEXT:    call void @__mapsan_atomic_end(ptr %p, i32 49, i64 %[[T]], i32 1)
define void @store(ptr %p) {
  store atomic i32 2, ptr %p release, align 4
  ret void
}

; CHECK-LABEL: define void @stores(
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 49)
; CHECK-NEXT:    store atomic volatile i32 2, ptr %p release
; CHECK-NEXT:    call void @__mapsan_atomic_end(ptr %p, i32 49,
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 81)
; CHECK-NEXT:    store atomic i32 3, ptr %p seq_cst
; CHECK-NEXT:    call void @__mapsan_atomic_end(ptr %p, i32 81,
define void @stores(ptr %p) {
  store atomic volatile i32 2, ptr %p release, align 4
  store atomic i32 3, ptr %p seq_cst, align 4
  ret void
}

; The end of what stood alone is told of if there are news by then (-2).
; CHECK-LABEL: define i32 @rmw(
; CHECK:         %[[SILENT:.*]] = load i64, ptr
; CHECK:         %[[V1:.*]] = atomicrmw add ptr %p, i32 1 acq_rel
; CHECK-NEXT:    %[[NEWS:.*]] = load atomic i64, ptr @__mapsan_news monotonic
; CHECK-NEXT:    %[[ASKS:.*]] = icmp ne i64 %[[NEWS]], %[[SILENT]]
; CHECK-NEXT:    br i1 %[[ASKS]], label %[[TOLD:.*]], label %[[ON:.*]], !prof
; CHECK:       [[TOLD]]:
; CHECK-NEXT:    call void @__mapsan_atomic_end(ptr %p, i32 66, i64 -2, i32 1)
; CHECK:         %[[V2:.*]] = atomicrmw add ptr %p, i32 1 acq_rel
; CHECK-NEXT:    fence syncscope("singlethread") seq_cst
; CHECK:         %[[T:.*]] = notail call i64 @__mapsan_atomic_begin(ptr %p, i32 66)
; CHECK-NEXT:    %[[V3:.*]] = atomicrmw add ptr %p, i32 1 acq_rel
; CHECK-NEXT:    call void @__mapsan_atomic_end(ptr %p, i32 66, i64 %[[T]], i32 1)
; CHECK:       [[ON]]:
; CHECK-NEXT:    %v = phi i32 [ %[[V1]], %{{.*}} ], [ %[[V1]], %[[TOLD]] ], [ %[[V2]], %{{.*}} ], [ %[[V3]], %{{.*}} ]
; CHECK-NEXT:    ret i32 %v
define i32 @rmw(ptr %p) {
  %v = atomicrmw add ptr %p, i32 1 acq_rel
  ret i32 %v
}

; What releases nothing needs to know the news alone.
; CHECK-LABEL: define i32 @acquire_rmw(
; CHECK:         getelementptr inbounds {{.*}}, i32 0, i32 6
; CHECK-NOT:     , i32 0, i32 8
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 34)
; CHECK:         call void @__mapsan_atomic_end(ptr %p, i32 34, i64 -2, i32 1)
define i32 @acquire_rmw(ptr %p) {
  %v = atomicrmw add ptr %p, i32 1 acquire
  ret i32 %v
}

; Whether it stored is in the result.
; CHECK-LABEL: define i1 @cas(
; CHECK:         %[[R:.*]] = cmpxchg weak ptr %p, i32 1, i32 2 seq_cst acquire
; CHECK:         %[[DONE:.*]] = extractvalue { i32, i1 } %[[R]], 1
; CHECK-NEXT:    %[[WORD:.*]] = zext i1 %[[DONE]] to i32
; CHECK-NEXT:    call void @__mapsan_atomic_end(ptr %p, i32 595, i64 -2, i32 %[[WORD]])
; CHECK:         %[[T:.*]] = notail call i64 @__mapsan_atomic_begin(ptr %p, i32 595)
; CHECK-NEXT:    %[[R:.*]] = cmpxchg weak ptr %p, i32 1, i32 2 seq_cst acquire
; CHECK:         %[[DONE:.*]] = extractvalue { i32, i1 } %[[R]], 1
; CHECK-NEXT:    %[[WORD:.*]] = zext i1 %[[DONE]] to i32
; CHECK-NEXT:    call void @__mapsan_atomic_end(ptr %p, i32 595, i64 %[[T]], i32 %[[WORD]])
define i1 @cas(ptr %p) {
  %r = cmpxchg weak ptr %p, i32 1, i32 2 seq_cst acquire
  %stored = extractvalue { i32, i1 } %r, 1
  ret i1 %stored
}

; A relaxed load may be made an acquire by a fence that follows: the question is
; asked when the value has been read.
; CHECK-LABEL: define i32 @relaxed(
; CHECK:         %v = load atomic i32, ptr %p monotonic, align 4
; CHECK-NEXT:    fence acquire
; CHECK:         load atomic i64, ptr @__mapsan_news monotonic
define i32 @relaxed(ptr %p) {
  %v = load atomic i32, ptr %p monotonic, align 4
  ret i32 %v
}

; CHECK-LABEL: define i1 @relaxed_failure(
; CHECK:         cmpxchg
; CHECK-NEXT:    fence acquire
; CHECK-NEXT:    load atomic i64, ptr @__mapsan_news monotonic
define i1 @relaxed_failure(ptr %p) {
  %r = cmpxchg ptr %p, i32 1, i32 2 seq_cst monotonic
  %stored = extractvalue { i32, i1 } %r, 1
  ret i1 %stored
}

; CHECK-LABEL: define void @fences(
; CHECK:         call void @__mapsan_atomic_fence(i32 5)
; CHECK:         fence seq_cst
; CHECK:         call void @__mapsan_atomic_fence(i32 3)
; CHECK:         fence release
; CHECK-NEXT:    fence syncscope("singlethread") seq_cst
; CHECK-NEXT:    ret void
define void @fences() {
  fence seq_cst
  fence release
  fence syncscope("singlethread") seq_cst
  ret void
}

; Orders no threads: signal handlers' scope, Java's plain access, other memory.
; CHECK-LABEL: define void @exempt(
; CHECK-NOT:     mapsan
; CHECK:         ret void
define void @exempt(ptr %p, ptr addrspace(256) %segment) {
  %a = load atomic i32, ptr %p syncscope("singlethread") seq_cst, align 4
  %b = load atomic i32, ptr %p unordered, align 4
  store atomic i32 1, ptr addrspace(256) %segment seq_cst, align 4
  ret void
}

; CHECK:         ![[UNLIKELY]] = !{!"branch_weights", {{.*}}i32 1, i32 {{[0-9]+}}}
