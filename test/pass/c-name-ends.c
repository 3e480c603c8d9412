// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %clang -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %clangxx -x c++ -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// Intent: a row for C functions may leave the end of their names open, in C and in C++.

struct table;
static int kh_get_names(const struct table *table, int key) {
  return table && key;
}
static int kh_get_(const struct table *table, int key) { return table && key; }
static int ikh_get_names(const struct table *table, int key) {
  return table && key;
}

// CHECK-LABEL: use
// CHECK-NOT: @__mapsan_map_begin
// CHECK: call {{.*}}ikh_get_names
// CHECK-NOT: @__mapsan_map_begin
// CHECK: call {{.*}}kh_get_{{[Pi(]}}
// CHECK: @__mapsan_map_begin
// CHECK: call {{.*}}kh_get_names
// CHECK: ret
int use(struct table *table) {
  return ikh_get_names(table, 1) + kh_get_(table, 1) + kh_get_names(table, 1);
}
