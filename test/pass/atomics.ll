; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Every kind of atomic instruction, with its operation and orders.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-DAG:     @__mapsan_map_used = external global i8
; CHECK-DAG:     @__mapsan_news = external global i64
; CHECK-DAG:     @__mapsan_shortcuts = external thread_local(initialexec) global ptr

; what = operation | order << 4 | failure order << 8
; No hook of a load is called where the thread knows all news; -2 tells the one
; behind that the one before was not.
; CHECK-LABEL: define i32 @load(
; CHECK-NEXT:    %[[NEWS:.*]] = load atomic i64, ptr @__mapsan_news monotonic, align 8, !nosanitize
; CHECK-NEXT:    %[[TLS:.*]] = call ptr @llvm.threadlocal.address.p0(ptr @__mapsan_shortcuts)
; CHECK-NEXT:    %[[MINE:.*]] = load ptr, ptr %[[TLS]], align 8, !nosanitize
; CHECK-NEXT:    %[[PLACE:.*]] = getelementptr inbounds {{.*}}, ptr %[[MINE]], i32 0, i32 5
; CHECK-NEXT:    %[[KNOWN:.*]] = load i64, ptr %[[PLACE]], {{.*}}!nosanitize
; CHECK-NEXT:    %[[ASKS:.*]] = icmp ne i64 %[[NEWS]], %[[KNOWN]]
; CHECK-NEXT:    br i1 %[[ASKS]], label %[[BEGIN:.*]], label %[[LOAD:.*]], !prof ![[UNLIKELY:.*]]
; CHECK:       [[BEGIN]]:
; CHECK-NEXT:    %[[B:.*]] = notail call i64 @__mapsan_atomic_begin(ptr %p, i32 32)
; CHECK-NEXT:    br label %[[LOAD]]
; CHECK:       [[LOAD]]:
; CHECK-NEXT:    %[[T:.*]] = phi i64 [ %[[B]], %[[BEGIN]] ], [ -2, %0 ]
; CHECK-NEXT:    %v = load atomic i32, ptr %p acquire, align 4
; CHECK-NEXT:    %[[NEWS2:.*]] = load atomic i64, ptr @__mapsan_news monotonic, align 8, !nosanitize
; CHECK:         %[[ASKS2:.*]] = icmp ne i64 %[[NEWS2]],
; CHECK-NEXT:    br i1 %[[ASKS2]], label %[[END:.*]], label %[[ON:.*]], !prof ![[UNLIKELY]]
; CHECK:       [[END]]:
; CHECK-NEXT:    call void @__mapsan_atomic_end(ptr %p, i32 32, i64 %[[T]], i32 1)
; CHECK-NEXT:    br label %[[ON]]
; CHECK:       [[ON]]:
; CHECK-NEXT:    ret i32 %v
define i32 @load(ptr %p) {
  %v = load atomic i32, ptr %p acquire, align 4
  ret i32 %v
}

; Relaxed and volatile ones count: they carry and end release sequences.
; Before the first map operation of the process their hooks are not called.
; CHECK-LABEL: define void @stores(
; CHECK-NEXT:    %[[F:.*]] = load atomic i8, ptr @__mapsan_map_used monotonic, align 1, !nosanitize
; CHECK-NEXT:    icmp ne i8 %[[F]], 0
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 1)
; CHECK:         store atomic i32 1, ptr %p monotonic
; CHECK:         call void @__mapsan_atomic_end(ptr %p, i32 1,
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 49)
; CHECK:         store atomic volatile i32 2, ptr %p release
; CHECK:         call void @__mapsan_atomic_end(ptr %p, i32 49,
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 81)
; CHECK:         store atomic i32 3, ptr %p seq_cst
; CHECK:         call void @__mapsan_atomic_end(ptr %p, i32 81,
define void @stores(ptr %p) {
  store atomic i32 1, ptr %p monotonic, align 4
  store atomic volatile i32 2, ptr %p release, align 4
  store atomic i32 3, ptr %p seq_cst, align 4
  ret void
}

; CHECK-LABEL: define i32 @rmw(
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 66)
; CHECK:         %[[T:.*]] = phi i64
; CHECK-NEXT:    %v = atomicrmw add ptr %p, i32 1 acq_rel
; CHECK:         call void @__mapsan_atomic_end(ptr %p, i32 66, i64 %[[T]], i32 1)
define i32 @rmw(ptr %p) {
  %v = atomicrmw add ptr %p, i32 1 acq_rel
  ret i32 %v
}

; Whether it stored is in the result.
; CHECK-LABEL: define i1 @cas(
; CHECK:         call i64 @__mapsan_atomic_begin(ptr %p, i32 595)
; CHECK:         %[[T:.*]] = phi i64
; CHECK-NEXT:    %r = cmpxchg weak ptr %p, i32 1, i32 2 seq_cst acquire
; CHECK:         %[[DONE:.*]] = extractvalue { i32, i1 } %r, 1
; CHECK-NEXT:    %[[WORD:.*]] = zext i1 %[[DONE]] to i32
; CHECK:         call void @__mapsan_atomic_end(ptr %p, i32 595, i64 %[[T]], i32 %[[WORD]])
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
; CHECK-NEXT:    load atomic i64, ptr @__mapsan_news monotonic
define i32 @relaxed(ptr %p) {
  %v = load atomic i32, ptr %p monotonic, align 4
  ret i32 %v
}

; CHECK-LABEL: define i1 @relaxed_failure(
; CHECK:         %r = cmpxchg
; CHECK-NEXT:    fence acquire
; CHECK-NEXT:    load atomic i8, ptr @__mapsan_map_used monotonic
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
