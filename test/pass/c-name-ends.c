// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: split-file %s %t
// RUN: %clang -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %t/khash.c -o - | %FileCheck %t/khash.c
// RUN: %clangxx -x c++ -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %t/khash.c -o - | %FileCheck %t/khash.c
// RUN: %not %mapsan_prefix/bin/mapsan-catalog --check %t/wrong.yaml 2>&1 | %FileCheck %t/wrong.yaml
// Intent: a row for C functions may leave the end of their names open, in C and in C++; nowhere else, and not all of it.

//--- khash.c
struct table;
static int kh_get_names(const struct table *table, int key) { return table && key; }
static int kh_get_(const struct table *table, int key) { return table && key; }
static int ikh_get_names(const struct table *table, int key) { return table && key; }

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

//--- wrong.yaml
mapsan-catalog: 1
families:
  - { name: acme, classes: [acme], methods: [] }
functions:
  - { name: "ac*me", family: acme, effect: read }
  - { name: "*", family: acme, effect: read }
  - { name: "acme::swap*", effect: write }
# CHECK: wrong.yaml:5:7: '*' may only end the name of a C function with a 'family', behind two letters or more
# CHECK: wrong.yaml:6:7: '*' may only end
# CHECK: wrong.yaml:7:7: '*' may only end
