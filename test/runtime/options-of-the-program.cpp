// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: __mapsan_default_options() sets options, MAPSAN_OPTIONS overrides it,
// and what is wrong with it is told by its own name.

// RUN: %mapsan-clangxx -g -O1 %s -o %t
// RUN: %t >%t.out 2>&1; test $? -eq 3
// RUN: %FileCheck %s <%t.out
// RUN: MAPSAN_OPTIONS=exitcode=4 %t >%t.out 2>&1; test $? -eq 4

#include "Inputs/threads.h"
#include <map>

extern "C" const char *__mapsan_default_options() {
  return "exitcode=3:what=ever";
}

int main() {
  std::map<int, int> table;
  InOrder([&] { (void)table.size(); }, [&] { table[2] = 2; });
}

// CHECK: MapSanitizer: __mapsan_default_options(): unknown option 'what': ignored
// CHECK: WARNING: MapSanitizer: concurrent map read and map write
