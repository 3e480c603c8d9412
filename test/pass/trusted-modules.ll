; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A module announces itself, without a single hook too, and hands over the names
; of the modules that its catalog does not suspect; equal catalogs share them.
; RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/user.yaml %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s --check-prefix=BUILTIN

; CHECK: @[[LIST:__mapsan_trusted\.[0-9a-f]+]] = linkonce_odr hidden constant {{.*}}libmy*parser.so\00libmylocks.so\00{{.*}}\00\00", no_sanitize_address, no_sanitize_hwaddress, comdat($[[INIT:__mapsan_module_trusts\.[0-9a-f]+]]), align 1
; CHECK: @llvm.global_ctors = {{.*}}ptr @[[INIT]], ptr @[[INIT]]{{.*}}ptr @__mapsan_module_constructor
; CHECK: define linkonce_odr hidden void @[[INIT]]() #{{[0-9]+}} comdat {
; CHECK-NEXT: call void @__mapsan_module_trusts(ptr @[[LIST]])

; BUILTIN: @__mapsan_trusted.{{[0-9a-f]+}} = {{.*}}libc.so\00{{.*}}libz.so\00
; BUILTIN-NOT: libmylocks

define void @nothing_to_hook() {
  ret void
}
