// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: what the options do, one by one, on one racing program.

// RUN: %mapsan-clangxx -g -O1 %s -o %t

// The exit status: 66, what exitcode says, or the program's own.
// RUN: %t >%t.out 2>&1; test $? -eq 66
// RUN: MAPSAN_OPTIONS=exitcode=42 %t >%t.out 2>&1; test $? -eq 42
// RUN: MAPSAN_OPTIONS=exitcode=0 %t >%t.out 2>&1; test $? -eq 0
// RUN: MAPSAN_OPTIONS=exitcode=0 %t exit-7 >%t.out 2>&1; test $? -eq 7
// RUN: %t exit-7 >%t.out 2>&1; test $? -eq 66
// RUN: %t no-race exit-7 >%t.out 2>&1; test $? -eq 7
// RUN: %t underscore-exit >%t.out 2>&1; test $? -eq 66

// enabled=0: nothing at all.
// RUN: MAPSAN_OPTIONS=enabled=0:summary=1 %t 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: %t no-race 2>&1 | %FileCheck %s --check-prefix=SILENT
// SILENT-NOT: {{.}}
// SILENT: DONE
// SILENT-NOT: {{.}}

// halt_on_error: the first report is the last thing that happens.
// RUN: MAPSAN_OPTIONS=halt_on_error=1:exitcode=9 %t >%t.out 2>&1; test $? -eq 9
// RUN: %FileCheck %s --check-prefix=HALT <%t.out
// HALT: WARNING: MapSanitizer: concurrent map read and map write
// HALT: SUMMARY: MapSanitizer
// HALT-NOT: DONE

// log_path: a file for each process, folders made on the way; stdout, stderr.
// RUN: rm -rf %t.logs && mkdir %t.logs
// RUN: MAPSAN_OPTIONS=log_path=%t.logs/deep/race %not %t >%t.out 2>&1
// RUN: %FileCheck %s --check-prefix=SILENT <%t.out
// RUN: cat %t.logs/deep/race.* | %FileCheck %s --check-prefix=LOGGED
// RUN: ls %t.logs/deep | wc -l | grep -qx 1
// RUN: MAPSAN_OPTIONS=log_path=%t.logs/quiet %t no-race && test -z "$(ls %t.logs | grep quiet)"
// RUN: MAPSAN_OPTIONS=log_path=stdout %not %t 2>/dev/null | %FileCheck %s --check-prefix=LOGGED
// RUN: MAPSAN_OPTIONS=log_path=stderr %not %t 2>&1 >/dev/null | %FileCheck %s --check-prefix=LOGGED
// RUN: MAPSAN_OPTIONS=log_path=%t.logs/named:log_exe_name=1:log_suffix=.txt %not %t >/dev/null 2>&1
// RUN: cat %t.logs/named.options.cpp.tmp.*.txt | %FileCheck %s --check-prefix=LOGGED
// RUN: cd %t.logs && env PWD=%t.logs MAPSAN_OPTIONS=log_path=relative %not %t chdir >/dev/null 2>&1
// RUN: cat %t.logs/relative.* | %FileCheck %s --check-prefix=LOGGED
// LOGGED: WARNING: MapSanitizer: concurrent map read and map write
// LOGGED: SUMMARY: MapSanitizer

// A place that cannot be written to.
// RUN: MAPSAN_OPTIONS=log_path=/proc/nowhere/log %not %t 2>&1 | %FileCheck %s --check-prefix=NOWHERE
// NOWHERE: MapSanitizer: cannot write to log_path '/proc/nowhere/log': reports go to stderr
// NOWHERE: WARNING: MapSanitizer: concurrent map read and map write

// policy: an insert of a present key.
// RUN: %t no-race present 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: MAPSAN_OPTIONS=policy=strict %not %t no-race present 2>&1 | %FileCheck %s --check-prefix=STRICT
// STRICT: WARNING: MapSanitizer: concurrent map writes

// detect: one after the other is no overlap (test/overlap has the rest).
// RUN: MAPSAN_OPTIONS=detect=overlap %t 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: MAPSAN_OPTIONS=detect=all %not %t 2>&1 | %FileCheck %s --check-prefix=LOGGED

// candidates, harmless: nothing here is suspect (test/candidates has the rest).
// RUN: MAPSAN_OPTIONS=candidates=ignore:harmless=libany.so %not %t 2>&1 | %FileCheck %s --check-prefix=LOGGED

// help=1: every option with its help; the program runs.
// RUN: MAPSAN_OPTIONS=help=1:exitcode=5 %t no-race 2>&1 | %FileCheck %s --check-prefix=HELP
// HELP: MapSanitizer: options, MAPSAN_OPTIONS=name=value
// HELP: policy=effective
// HELP: detect=all
// HELP: exitcode=5
// HELP: suppressions=
// HELP: log_path=
// HELP: DONE

// Paths: strip_path_prefix, and relative to the working directory.
// RUN: MAPSAN_OPTIONS=strip_path_prefix=%mapsan_source/ %not %t 2>&1 | %FileCheck %s --check-prefix=STRIPPED
// RUN: cd %mapsan_source && env PWD=%mapsan_source %not %t 2>&1 | %FileCheck %s --check-prefix=STRIPPED
// STRIPPED: SUMMARY: MapSanitizer: concurrent map read and map write test/runtime/options.cpp:

// Stacks: how deep they are recorded, how much is printed.
// RUN: MAPSAN_OPTIONS=report_frames=1 %not %t 2>&1 | %FileCheck %s --check-prefix=SHORT
// SHORT: Write: operator[]
// SHORT-NEXT: #0
// SHORT-NEXT: ... ({{[0-9]+}} more frames)
// SHORT-NEXT: holding
// RUN: MAPSAN_OPTIONS=fold_frames=0 %not %t 2>&1 | %FileCheck %s --check-prefix=UNFOLDED
// UNFOLDED: Write: operator[]
// UNFOLDED: #{{[0-9]+}} std::thread
// UNFOLDED: holding

// RUN: MAPSAN_OPTIONS=stack_depth=1:symbolize_inline_frames=0:fold_frames=0 %not %t 2>&1 | %FileCheck %s --check-prefix=SHALLOW
// SHALLOW: Write: operator[]
// SHALLOW-NEXT: #0
// SHALLOW-NEXT: holding
// RUN: MAPSAN_OPTIONS=demangle=0 %not %t 2>&1 | %FileCheck %s --check-prefix=MANGLED
// MANGLED: Write: operator[]
// MANGLED: #{{[0-9]+}} _Z{{[A-Za-z0-9_]*}}InOrder
// MANGLED: holding
// RUN: MAPSAN_OPTIONS=verbosity=1 %not %t 2>&1 | %FileCheck %s --check-prefix=VERBOSE
// VERBOSE: MapSanitizer: symbolizer {{.*}}llvm-symbolizer

// Colours.
// RUN: MAPSAN_OPTIONS=color=always %not %t 2>&1 | grep "$(printf '\033')" >/dev/null
// RUN: MAPSAN_OPTIONS=color=never %not %t 2>&1 | %not grep "$(printf '\033')"

#include "Inputs/threads.h"
#include <cstdio>
#include <cstring>
#include <map>
#include <unistd.h>

static std::map<int, int> table;

int main(int argc, char **argv) {
  auto chosen = [&](const char *name) {
    for (int i = 1; i < argc; i++)
      if (!std::strcmp(argv[i], name))
        return true;
    return false;
  };
  if (chosen("chdir") && chdir("/"))
    return 1;
  if (!chosen("no-race"))
    InOrder([] { (void)table.size(); }, [] { table[2] = 2; });
  table[3] = 3;
  if (chosen("present"))
    InOrder([] { table[3]++; }, [] { table[3]++; });
  std::puts("DONE");
  std::fflush(stdout);
  if (chosen("underscore-exit"))
    _exit(0);
  return chosen("exit-7") ? 7 : 0;
}
