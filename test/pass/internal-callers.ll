; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; The library's own calls are not the user's; those of its algorithms are.
; RUN: %opt -load-pass-plugin=%mapsan_pass -passes=mapsan,verify -S %s | %FileCheck %s

; CHECK-LABEL: define linkonce_odr void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(
; CHECK-NOT:     mapsan
; CHECK:         ret void
define linkonce_odr void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEEixERS3_(ptr %map, ptr %key) {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

; std::_Rb_tree<...>::swap
; CHECK-LABEL: define linkonce_odr void @_ZNSt8_Rb_treeIiSt4pairIKiiESt10_Select1stIS2_ESt4lessIiESaIS2_EE4swapERS8_(
; CHECK-NOT:     mapsan
; CHECK:         ret void
define linkonce_odr void @_ZNSt8_Rb_treeIiSt4pairIKiiESt10_Select1stIS2_ESt4lessIiESaIS2_EE4swapERS8_(ptr %map) {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr %map)
  ret void
}

; std::destroy_at
; CHECK-LABEL: define linkonce_odr void @_ZSt10destroy_atIiEvPT_(
; CHECK:         call void @__mapsan_map_begin(
define linkonce_odr void @_ZSt10destroy_atIiEvPT_(ptr %map) {
  call void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr %map)
  ret void
}

declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEE5clearEv(ptr) nounwind
declare void @_ZNSt3mapIiiSt4lessIiESaISt4pairIKiiEEED2Ev(ptr) nounwind
