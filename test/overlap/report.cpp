// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: what a report of detect=overlap looks like: both stacks, the grade,
// where the map comes from, no word of locks; exit status, suppressions and
// halt_on_error as ever. The same two operations apart in time are silent, and
// a race in the default mode.

// RUN: %mapsan-clangxx -g -O1 -std=c++17 -I %mapsan_source/test/support -I %mapsan_prefix/include %s -o %t
// RUN: MAPSAN_OPTIONS=detect=overlap %t inside >%t.out 2>&1; test $? -eq 66
// RUN: %FileCheck %s <%t.out
// CHECK: WARNING: MapSanitizer: concurrent map read and map write (pid=
// CHECK-NEXT:   Map `*table` of type std::unordered_map<int, Value, Hash, Equal> at 0x
// CHECK-NEXT:   Write: emplace (inserted, size 1 -> 2) by thread T3:
// CHECK-NEXT:     #0 insert {{.*}}inside.h:{{[0-9]+:[0-9]+}}
// CHECK-NEXT:     #1 {{.*}}report.cpp
// CHECK:        Previous read: find by thread T2:
// CHECK-NEXT:     #0 look {{.*}}inside.h:{{[0-9]+:[0-9]+}}
// CHECK-NEXT:     #1 {{.*}}report.cpp
// CHECK-NOT:    {{holding|Locks:}}
// CHECK:        Grade: overlap (both threads were inside the map at once)
// CHECK-NEXT:   Map created by the main thread: constructor
// CHECK-NEXT:     #0 main {{.*}}report.cpp
// CHECK:        Suppress with: race:insert
// CHECK-NEXT: SUMMARY: MapSanitizer: concurrent map read and map write {{.*}}inside.h:{{[0-9]+:[0-9]+}} in insert
// CHECK-NOT:  WARNING
// CHECK:      DONE

// RUN: MAPSAN_OPTIONS=detect=overlap %t apart 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: %not %t apart 2>&1 | %FileCheck %s --check-prefix=UNORDERED
// SILENT-NOT: MapSanitizer
// SILENT: DONE
// UNORDERED: WARNING: MapSanitizer: concurrent map read and map write
// UNORDERED: holding no lock
// UNORDERED: Grade: unordered

// RUN: echo 'race:look' >%t.supp
// RUN: MAPSAN_OPTIONS=detect=overlap:suppressions=%t.supp %t inside 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: MAPSAN_OPTIONS=detect=overlap:halt_on_error=1:exitcode=5 %t inside >%t.out 2>&1; test $? -eq 5
// RUN: %FileCheck %s --check-prefix=HALT <%t.out
// HALT: SUMMARY: MapSanitizer
// HALT-NOT: DONE
// RUN: MAPSAN_OPTIONS=detect=overlap:policy=strict %not %t present 2>&1 | %FileCheck %s --check-prefix=STRICT
// RUN: MAPSAN_OPTIONS=detect=overlap %t present 2>&1 | %FileCheck %s --check-prefix=SILENT
// STRICT: WARNING: MapSanitizer: concurrent map read and map write
// RUN: MAPSAN_OPTIONS=detect=overlap:summary=1 %t apart 2>&1 | %FileCheck %s --check-prefix=COUNT
// COUNT: maps: 1 seen, 1 by two or more threads

#include "Inputs/inside.h"

int main(int, char **argv) {
  table = new Table;
  table->emplace(1, 1);
  if (!std::strcmp(argv[1], "inside"))
    During([] { look(1); }, [] { insert(2); });
  if (!std::strcmp(argv[1], "present"))
    During([] { look(1); }, [] { insert(1); });
  if (!std::strcmp(argv[1], "apart"))
    InTurn([] { look(1); }, [] { insert(2); });
  std::puts("DONE");
}
