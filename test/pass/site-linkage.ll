; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Sites of functions that other modules may have too are shared by what they say;
; those of local functions are local. None is tied to the function's own comdat:
; its code may be dropped and still live on where it was inlined.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK: @[[A:__mapsan_site.[0-9a-f]+.[0-9a-f]+]] = linkonce_odr hidden global {{.*}} section "mapsan_sites", {{.*}}comdat, align 8
; CHECK: @[[B:__mapsan_site.[0-9a-f]+.[0-9a-f]+.1]] = linkonce_odr hidden global {{.*}} section "mapsan_sites", {{.*}}comdat, align 8
; CHECK: @[[C:mapsan.site]] = private global {{.*}} section "mapsan_sites", {{.*}}align 8
; CHECK: @__start_mapsan_sites = extern_weak hidden global
; CHECK: @__stop_mapsan_sites = extern_weak hidden global
; CHECK: @llvm.global_ctors = appending global {{.*}} i32 1, ptr @__mapsan_module_constructor, ptr @__mapsan_module_constructor
; CHECK: @llvm.global_dtors = appending global {{.*}} i32 1, ptr @__mapsan_module_destructor, ptr @__mapsan_module_destructor

$_Z6inlinev = comdat any

; CHECK-LABEL: define linkonce_odr void @_Z6inlinev(
; CHECK:         call void @__mapsan_map_begin(ptr @[[A]],
; CHECK:         call void @__mapsan_map_begin(ptr @[[B]],
define linkonce_odr void @_Z6inlinev(ptr %map) comdat {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

; CHECK-LABEL: define internal void @_ZL5localv(
; CHECK:         call void @__mapsan_map_begin(ptr @[[C]],
define internal void @_ZL5localv(ptr %map) {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr) nounwind

; CHECK: define linkonce_odr hidden void @__mapsan_module_constructor() #{{[0-9]+}} comdat {
; CHECK:   call void @__mapsan_module_init_v10(ptr @__start_mapsan_sites, ptr @__stop_mapsan_sites)
; CHECK: define linkonce_odr hidden void @__mapsan_module_destructor() #{{[0-9]+}} comdat {
; CHECK:   call void @__mapsan_module_fini_v10(ptr @__start_mapsan_sites, ptr @__stop_mapsan_sites)
