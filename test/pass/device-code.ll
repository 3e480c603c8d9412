; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; The device half of an offloading compilation is left alone.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan -S %s | %FileCheck %s

; CHECK-NOT: __mapsan
; CHECK: target triple
; CHECK-NOT: __mapsan
target triple = "amdgcn-amd-amdhsa"

define void @kernel(ptr %p) {
  store atomic i32 1, ptr %p release, align 4
  ret void
}
