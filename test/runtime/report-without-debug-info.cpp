// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: without debug info, without a symbolizer, or without both, a report
// still says what it can: module and offset at the least, and what the call
// sites carry.

// RUN: %mapsan-clangxx -O1 %s -o %t
// RUN: %not %t 2>&1 | %FileCheck %s --check-prefixes=CHECK,NAMES
// RUN: MAPSAN_OPTIONS=symbolize=0 %not %t 2>&1 | %FileCheck %s --check-prefixes=CHECK,BARE
// RUN: MAPSAN_OPTIONS=external_symbolizer_path= %not %t 2>&1 | %FileCheck %s --check-prefixes=CHECK,BARE
// Debian's symbolizer has a version in its name, and may not be on the PATH.
// RUN: PATH=/usr/bin:/bin %not %t 2>&1 | %FileCheck %s --check-prefixes=CHECK,NAMES
// RUN: PATH=/nowhere %not %t 2>&1 | %FileCheck %s --check-prefixes=CHECK,NAMES
// RUN: %mapsan-clangxx -g -O1 %s -o %t
// RUN: MAPSAN_OPTIONS=symbolize=0 %not %t 2>&1 | %FileCheck %s --check-prefixes=CHECK,SITES
// RUN: MAPSAN_OPTIONS=symbolize=0 PATH= %not %t 2>&1 | %FileCheck %s --check-prefixes=CHECK,SITES

#include "Inputs/threads.h"
#include <cstdio>
#include <map>

static std::map<int, int> table;

struct Server {
  __attribute__((noinline)) static void touch() { table[1] = 1; }
  __attribute__((noinline)) static bool has() { return table.count(1); }
};

int main() {
  InOrder([] { Server::has(); }, [] { Server::touch(); });
  std::puts("DONE");
}

// CHECK: WARNING: MapSanitizer: concurrent map read and map write (pid=
// CHECK: of type std::map<int, int> at 0x
// CHECK: Write: operator[] (inserted, size 0 -> 1) by thread T3:
// NAMES-NEXT: #0 Server::touch ({{.*}}+0x{{[0-9a-f]+}})
// BARE-NEXT: #0 {{.*}}({{.*}}+0x{{[0-9a-f]+}})
// SITES-NEXT: #0 Server::touch {{.*}}report-without-debug-info.cpp:24:{{[0-9]+}} ({{.*}}+0x{{[0-9a-f]+}})
// CHECK: Previous read: count by thread T2:
// NAMES-NEXT: #0 Server::has ({{.*}}+0x{{[0-9a-f]+}})
// SITES-NEXT: #0 Server::has {{.*}}report-without-debug-info.cpp:25:{{[0-9]+}} ({{.*}}+0x{{[0-9a-f]+}})
// NAMES: Suppress with: race:Server::touch
// SITES: Suppress with: race:Server::touch
// CHECK: SUMMARY: MapSanitizer: concurrent map read and map write {{.}}
