; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Functions that must not be touched.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-NOT: __mapsan
define void @naked() naked {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr null)
  unreachable
}

define void @disabled(ptr %map, ptr %p) disable_sanitizer_instrumentation {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  store atomic i32 1, ptr %p release, align 4
  ret void
}

; Runs while the program is being relocated.
@chosen = ifunc void (), ptr @resolver
define ptr @resolver() {
  %v = load atomic i32, ptr @resolver seq_cst, align 4
  ret ptr null
}

; For libomp's copies of a variable that OpenMP's tasks reduce.
define internal void @.red_init..30(ptr %map, ptr %original) {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr)
