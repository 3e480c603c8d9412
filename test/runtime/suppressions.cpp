// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: each type of suppression silences what it names and nothing else, by
// the very line that the report offers; what was used is listed on request;
// malformed lines are named with their number, and the rest of the file holds.

// RUN: %mapsan-clangxx -g -O1 %s -o %t

// RUN: echo 'race:Server::touch' >%t.supp
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %t one 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %not %t two 2>&1 | %FileCheck %s --check-prefix=TWO
// RUN: echo 'map:sessions_' >%t.supp
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %t one 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %not %t two 2>&1 | %FileCheck %s --check-prefix=TWO
// RUN: echo 'map:std::map<int, *>' >%t.supp
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %t one two 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: echo 'lib:suppressions.cpp.tmp' >%t.supp
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %t one two 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: echo 'lib:libsomething.so' >%t.supp
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %not %t one 2>&1 | %FileCheck %s --check-prefix=ONE
// RUN: echo 'race:^touch$' >%t.supp
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %not %t one 2>&1 | %FileCheck %s --check-prefix=ONE

// The line that is offered does what it says, whatever the function's name.
// RUN: %not %t one 2>&1 | sed -n 's/.*Suppress with: //p' >%t.supp
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %t one 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: %not %t lambda 2>&1 | sed -n 's/.*Suppress with: //p' >%t.supp
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %t lambda 2>&1 | %FileCheck %s --check-prefix=SILENT

// RUN: printf '# known\n\n  race:Server::touch  \r\nmap:nothing' >%t.supp
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp:print_suppressions=1 %t one 2>&1 | %FileCheck %s --check-prefix=USED
// USED: MapSanitizer: used suppressions (findings, line):
// USED-NEXT: 1 race:Server::touch
// USED-NOT: map:nothing

// RUN: printf '# a comment\nrase:Server\nno colon\nrace:\nrace:Server::touch\n' >%t.supp
// RUN: MAPSAN_OPTIONS=suppressions=%t.supp %t one 2>&1 | %FileCheck %s --check-prefix=MALFORMED
// MALFORMED: MapSanitizer: suppressions {{.*}}.supp:2: unknown suppression type 'rase' (there are race, map and lib); ignored
// MALFORMED-NEXT: MapSanitizer: suppressions {{.*}}.supp:3: 'no colon' is not of the form <type>:<pattern>; ignored
// MALFORMED-NEXT: MapSanitizer: suppressions {{.*}}.supp:4: nothing after 'race:'; ignored
// MALFORMED-NEXT: DONE

// RUN: MAPSAN_OPTIONS=suppressions=/nowhere/at.all %not %t one 2>&1 | %FileCheck %s --check-prefixes=MISSING,ONE
// MISSING: MapSanitizer: cannot read the suppressions file '/nowhere/at.all'; going on without it

// ONE: WARNING: MapSanitizer
// ONE: SUMMARY: MapSanitizer: {{.*}} in Server::touch
// TWO: WARNING: MapSanitizer
// TWO: SUMMARY: MapSanitizer: {{.*}} in Server::count
// SILENT-NOT: MapSanitizer
// SILENT: DONE

#include "Inputs/threads.h"
#include <cstdio>
#include <cstring>
#include <map>

struct Server {
  __attribute__((noinline)) void touch() { sessions_[1]++; }
  __attribute__((noinline)) bool has() { return sessions_.count(1); }
  __attribute__((noinline)) void count() { counters_.emplace(1, 1); }
  __attribute__((noinline)) long total() { return counters_.size(); }
  std::map<int, int> sessions_;
  std::map<int, long> counters_;
};

int main(int argc, char **argv) {
  Server server;
  for (int i = 1; i < argc; i++) {
    if (!std::strcmp(argv[i], "one"))
      InOrder([&] { server.has(); }, [&] { server.touch(); });
    if (!std::strcmp(argv[i], "two"))
      InOrder([&] { server.total(); }, [&] { server.count(); });
    if (!std::strcmp(argv[i], "lambda"))
      InOrder([&] { server.total(); }, [&] { server.counters_.emplace(2, 2); });
  }
  std::puts("DONE");
}
