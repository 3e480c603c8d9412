// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: export MAPSAN_PASS_OPTIONS=repeats=1:locals=1
// RUN: %clang -I%mapsan_source/include -c %S/Inputs/printing-runtime.c -o %t.rt.o
// RUN: %clangxx -g -O2 -fpass-plugin=%mapsan_pass -c %s -o %t.main.o
// RUN: %clangxx -g -O2 -fpass-plugin=%mapsan_pass -DOTHER -c %s -o %t.other.o
// RUN: %clangxx %t.main.o %t.other.o %t.rt.o -o %t && %t | %FileCheck %s
// RUN: %clangxx %t.other.o %t.main.o %t.rt.o -fuse-ld=lld -Wl,--gc-sections -o %t && %t | %FileCheck %s
//
// One half without the plugin: whichever copy of an inline function the linker
// keeps, nothing is undefined and nothing stays open.
// RUN: %clangxx -g -O2 -DOTHER -c %s -o %t.plain.o
// RUN: %clangxx %t.main.o %t.plain.o %t.rt.o -o %t && %t | %FileCheck %s --check-prefix=MIXED
// RUN: %clangxx %t.plain.o %t.main.o %t.rt.o -o %t && %t | %FileCheck %s --check-prefix=MIXED
//
// Across modules, by LTO.
// RUN: %clangxx -g -O2 -flto=thin -fpass-plugin=%mapsan_pass -c %s -o %t.main.bc
// RUN: %clangxx -g -O2 -flto=thin -fpass-plugin=%mapsan_pass -DOTHER -c %s -o %t.other.bc
// RUN: %clangxx -flto=thin -fuse-ld=lld %t.main.bc %t.other.bc %t.rt.o -o %t && %t | %FileCheck %s
// Intent: sites of inline functions are found by whatever code was inlined
// from them, in each of the modules that have such a function.

#include <map>

struct Table {
  std::map<int, int> entries;
  int put(int key) {
    entries[key] = key;
    return static_cast<int>(entries.size());
  }
};

int other(Table &table);

#ifdef OTHER
int other(Table &table) { return table.put(2); }
#else
int main() {
  Table table;
  return table.put(1) + other(table) - 3;
}
#endif

// CHECK: operator[] {{.*}} 'this->entries' in Table::put
// CHECK: size {{.*}} 'this->entries' in Table::put
// CHECK: operator[] {{.*}} 'this->entries' in Table::put
// CHECK: size {{.*}} 'this->entries' in Table::put
// CHECK-NOT: FAULT
// CHECK: begin 6, end 6, unwind 0, open 0
// MIXED-NOT: FAULT
// MIXED: open 0
