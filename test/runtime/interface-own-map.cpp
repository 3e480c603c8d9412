// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a report about a home-made map reads like any other; its call sites
// are found by the symbolizer.

// RUN: %mapsan-clangxx -g -O1 -I %mapsan_prefix/include %s -o %t
// RUN: %not %t 2>&1 | %FileCheck %s

#include "Inputs/threads.h"
#include <mapsan/interface.h>

struct Table {
  __attribute__((noinline)) void put() {
    mapsan_map_write(this, "routes");
    entries++;
  }
  int entries = 0;
};

int main() {
  Table table;
  InOrder([&] { table.put(); }, [&] { table.put(); });
}

// CHECK: WARNING: MapSanitizer: concurrent map writes (pid=
// CHECK: Map `routes` of type home-made map at 0x
// CHECK: Write: write by thread T3:
// CHECK:   Table::put {{.*}}interface-own-map.cpp:13:
// CHECK: Previous write: write by thread T2:
// CHECK:   Table::put {{.*}}interface-own-map.cpp:13:
// CHECK: SUMMARY: MapSanitizer: concurrent map writes {{.*}}interface-own-map.cpp:13:{{[0-9]+}} in Table::put
