// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: after a fork, parent and child report for themselves: exit status,
// log file, symbolizer, and duplicates are each process' own.

// RUN: %mapsan-clangxx -g -O1 %s -o %t
// RUN: %not %t child 2>&1 | %FileCheck %s --check-prefix=CHILD
// RUN: rm -f %t.log.*; MAPSAN_OPTIONS=log_path=%t.log %not %t both 2>&1 | %FileCheck %s --check-prefix=BOTH
// RUN: ls %t.log.* | wc -l | grep -qx 2
// RUN: for log in %t.log.*; do %FileCheck %s --check-prefix=LOG <$log; done
// RUN: %not %t both 2>&1 | grep -c 'SUMMARY: .* in race' | grep -qx 2
// RUN: %t none 2>&1 | %FileCheck %s --check-prefix=NONE

#include "Inputs/threads.h"
#include <cstdio>
#include <cstring>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

static std::map<int, int> table;

__attribute__((noinline)) static void race() {
  InOrder([] { (void)table.size(); }, [] { table.emplace(table.size(), 2); });
}

int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  if (chosen("both"))
    race();
  pid_t child = fork();
  if (child == 0) {
    if (!chosen("none"))
      race();
    return 0;
  }
  int status;
  waitpid(child, &status, 0);
  std::printf("child: %d\n", WEXITSTATUS(status));
  return chosen("child") ? 3 : 0;
}

// CHILD: WARNING: MapSanitizer
// CHILD: child: 66
// BOTH: child: 66
// LOG: WARNING: MapSanitizer
// LOG: #0 race::{{.*}}fork.cpp:23:
// LOG: SUMMARY: MapSanitizer: concurrent map read and map write {{.*}}fork.cpp:23:{{[0-9]+}} in race::
// NONE: child: 0
