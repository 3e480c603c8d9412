// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: the debug runtime does without the rules that `without` names, and
// names what is no rule; so it is
// with fast paths and `slow`; the ordinary runtime knows no such option.

// RUN: %mapsan-clangxx --mapsan-debug-runtime -g %s -o %t
// RUN: %t 2>&1 | %FileCheck %s --check-prefix=ALL
// RUN: MAPSAN_OPTIONS=without=mutex %not %t 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: MAPSAN_OPTIONS=without=once+mutex %not %t 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: MAPSAN_OPTIONS=without=once+mutx %t 2>&1 | %FileCheck %s --check-prefix=UNKNOWN
// RUN: MAPSAN_OPTIONS=slow=all:without=mutex %not %t 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: MAPSAN_OPTIONS=slow=peek+own_write %t 2>&1 | %FileCheck %s --check-prefix=ALL
// RUN: MAPSAN_OPTIONS=slow=peak %t 2>&1 | %FileCheck %s --check-prefix=UNKNOWN-PATH
// RUN: %mapsan-clangxx -g %s -o %t.ordinary
// RUN: MAPSAN_OPTIONS=without=mutex %t.ordinary 2>&1 | %FileCheck %s --check-prefix=ORDINARY

#include <cstdio>
#include <map>
#include <mutex>
#include <thread>

static std::map<int, int> table;
static std::mutex mutex;
static void insert(int key) {
  std::lock_guard lock(mutex);
  table[key] = key;
}

int main() {
  std::thread one([] { insert(1); }), two([] { insert(2); });
  one.join();
  two.join();
  std::fprintf(stderr, "DONE\n");
}

// ALL-NOT: MapSanitizer
// ALL: DONE

// RACE: WARNING: MapSanitizer: concurrent map writes
// RACE: SUMMARY: MapSanitizer: concurrent map writes {{.*}} in insert
// RACE-NOT: WARNING
// RACE: DONE

// UNKNOWN: MapSanitizer: MAPSAN_OPTIONS: option 'without': 'once+mutx' is not rules of docs/happens-before.md, joined by '+'; ignored
// UNKNOWN-NEXT: DONE

// UNKNOWN-PATH: MapSanitizer: MAPSAN_OPTIONS: option 'slow': 'peak' is not fast paths, joined by '+', or all; ignored
// UNKNOWN-PATH-NEXT: DONE

// ORDINARY: MapSanitizer: MAPSAN_OPTIONS: unknown option 'without': ignored
// ORDINARY-NEXT: DONE
