// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: the run-time summary tells what was looked at, so that a silent run
// in which no hook ran can be told from a clean one; without the option there
// is not a word.

// RUN: %mapsan-clangxx -g -O1 %s -o %t
// RUN: MAPSAN_OPTIONS=summary=1 %t shared 2>&1 | %FileCheck %s --check-prefix=SHARED
// SHARED: DONE
// SHARED-NEXT: MapSanitizer: summary (pid={{[0-9]+}})
// SHARED-NEXT:   call sites: {{[1-9][0-9]*}} present in 1 modules, {{[1-9][0-9]*}} ran
// SHARED-NEXT:   maps: 1 seen, 1 by two or more threads
// SHARED-NEXT:   reports: 0 printed, 0 findings suppressed, 0 dropped by limits
// SHARED-NOT: {{.}}

// RUN: MAPSAN_OPTIONS=summary=1 %t alone 2>&1 | %FileCheck %s --check-prefix=ALONE
// ALONE: maps: 1 seen, 0 by two or more threads
// ALONE: No map was used by two threads.

// RUN: MAPSAN_OPTIONS=summary=1 %t nothing 2>&1 | %FileCheck %s --check-prefix=NOTHING
// NOTHING: call sites: {{[1-9][0-9]*}} present in 1 modules, 0 ran
// NOTHING: maps: 0 seen, 0 by two or more threads
// NOTHING: No instrumented map operation ran: this run says nothing.

// RUN: %t shared 2>&1 | %FileCheck %s --check-prefix=SILENT
// SILENT-NOT: MapSanitizer

// _exit and quick_exit are exits too.
// RUN: MAPSAN_OPTIONS=summary=1 %t _exit 2>&1 | grep -c 'MapSanitizer: summary' | grep -qx 1
// RUN: MAPSAN_OPTIONS=summary=1 %t quick_exit 2>&1 | grep -c 'MapSanitizer: summary' | grep -qx 1

// RUN: echo 'int main() {}' | %mapsan-clangxx -x c++ - -o %t.none
// RUN: MAPSAN_OPTIONS=summary=1 %t.none 2>&1 | %FileCheck %s --check-prefix=NONE
// NONE: call sites: 0 present in {{[01]}} modules, 0 ran
// NONE: No map operation that could race was compiled with MapSan: this run says nothing.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>
#include <unistd.h>

int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  if (chosen("shared") || chosen("alone")) {
    std::map<int, int> table;
    table[1] = 1;
    if (chosen("shared"))
      std::thread([&] { table[1]++; }).join();
  }
  std::puts("DONE");
  std::fflush(stdout);
  if (chosen("_exit"))
    _exit(0);
  if (chosen("quick_exit"))
    std::quick_exit(0);
}
