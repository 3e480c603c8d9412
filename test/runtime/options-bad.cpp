// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: an option that makes no sense is named in a warning; the others hold
// and the program runs.

// RUN: %mapsan-clangxx -g -O1 %s -o %t
// RUN: MAPSAN_OPTIONS=halt_on_eror=1 %t 2>&1 | %FileCheck %s --check-prefixes=UNKNOWN,DONE
// UNKNOWN: MapSanitizer: MAPSAN_OPTIONS: unknown option 'halt_on_eror': ignored (help=1 lists the options)

// RUN: MAPSAN_OPTIONS=exitcode=abc:policy=foo:enabled=maybe:max_reports=-1:detect=some:candidates=2:color=bogus:stack_depth=65:stack_depth=0 %t 2>&1 | %FileCheck %s --check-prefixes=VALUES,DONE
// VALUES: MapSanitizer: MAPSAN_OPTIONS: option 'exitcode': 'abc' is not a number from 0 to 255; ignored
// VALUES: MapSanitizer: MAPSAN_OPTIONS: option 'policy': 'foo' is not effective or strict; ignored
// VALUES: MapSanitizer: MAPSAN_OPTIONS: option 'enabled': 'maybe' is not 0 or 1; ignored
// VALUES: MapSanitizer: MAPSAN_OPTIONS: option 'max_reports': '-1' is not a number, 0 or more; ignored
// VALUES: MapSanitizer: MAPSAN_OPTIONS: option 'detect': 'some' is not all or overlap; ignored
// VALUES: MapSanitizer: MAPSAN_OPTIONS: option 'candidates': '2' is not report, error or ignore; ignored
// VALUES: MapSanitizer: MAPSAN_OPTIONS: option 'color': 'bogus' is not always, never or auto; ignored
// VALUES: MapSanitizer: MAPSAN_OPTIONS: option 'stack_depth': '65' is not a number from 1 to 64; ignored
// VALUES: MapSanitizer: MAPSAN_OPTIONS: option 'stack_depth': '0' is not a number from 1 to 64; ignored

// RUN: MAPSAN_OPTIONS=exitcode %t 2>&1 | %FileCheck %s --check-prefixes=NO-VALUE,DONE
// NO-VALUE: MapSanitizer: MAPSAN_OPTIONS: option 'exitcode': '=' and a value are missing; ignored

// RUN: MAPSAN_OPTIONS="log_path='/tmp" %t 2>&1 | %FileCheck %s --check-prefixes=QUOTE,DONE
// QUOTE: MapSanitizer: MAPSAN_OPTIONS: option 'log_path': the closing quote is missing

// Twenty-five unknown ones are too many for sanitizer_common's own parser.
// RUN: MAPSAN_OPTIONS=$(seq -f 'x%g=1' -s : 25) %t 2>&1 | %FileCheck %s --check-prefixes=MANY,DONE
// MANY-COUNT-25: unknown option 'x

// The good ones among the bad ones.
// RUN: MAPSAN_OPTIONS='nonsense=1, :exitcode=abc exitcode=5' %t race >%t.out 2>&1; test $? -eq 5

// A symbolizer that is none, and one that is not there.
// RUN: MAPSAN_OPTIONS=external_symbolizer_path=/bin/true %not %t race 2>&1 | %FileCheck %s --check-prefixes=NO-SYMBOLIZER,RACE
// NO-SYMBOLIZER: MapSanitizer: external_symbolizer_path '/bin/true' is neither an llvm-symbolizer nor an addr2line; ignored
// RUN: MAPSAN_OPTIONS=external_symbolizer_path=/nowhere/llvm-symbolizer %not %t race 2>&1 | %FileCheck %s --check-prefixes=NOT-THERE,RACE
// NOT-THERE: MapSanitizer: external_symbolizer_path '/nowhere/llvm-symbolizer' does not exist; ignored
// RUN: MAPSAN_OPTIONS=external_symbolizer_path=$(which addr2line) %not %t race 2>&1 | %FileCheck %s --check-prefix=ADDR2LINE
// RACE: WARNING: MapSanitizer: concurrent map read and map write
// RACE: #1 InOrder<
// (GNU's addr2line does not know what is inlined in a function's cold part.)
// ADDR2LINE: WARNING: MapSanitizer: concurrent map read and map write
// ADDR2LINE: #0 main::{{.*}}options-bad.cpp:[[#@LINE + 13]]

// DONE-NOT: WARNING
// DONE: DONE

#include "Inputs/threads.h"
#include <cstdio>
#include <map>

static std::map<int, int> table;

int main(int argc, char **) {
  if (argc > 1)
    InOrder([] { (void)table.size(); }, [] { table[2] = 2; });
  std::puts("DONE");
}
