// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: an iterator or reference that was got under a lock and is used
// without, while another thread changes the map under that lock, is told with
// all three places. It is no error unless that is asked for.

// RUN: %mapsan-clangxx -g -O0 %s -o %t
// RUN: %t returned 2>&1 | %FileCheck %s --check-prefixes=CHECK,RETURNED
// RUN: %t step 2>&1 | %FileCheck %s --check-prefixes=CHECK,STEP
// RUN: %mapsan-clangxx -g -O2 %s -o %t.2
// RUN: %t.2 returned 2>&1 | %FileCheck %s --check-prefixes=CHECK,RETURNED
// RUN: %t.2 step 2>&1 | %FileCheck %s --check-prefixes=CHECK,STEP

// RUN: env MAPSAN_OPTIONS=discipline=report %t step >/dev/null 2>&1
// RUN: %not env MAPSAN_OPTIONS=discipline=error %t step 2>&1 | %FileCheck %s --check-prefixes=CHECK,STEP
// RUN: env MAPSAN_OPTIONS=discipline=ignore %t step 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: env MAPSAN_OPTIONS=iterators=0 %t step 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: env MAPSAN_OPTIONS=detect=overlap %t step 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: env MAPSAN_OPTIONS=halt_on_error=1 %t step 2>&1 | %FileCheck %s --check-prefix=ENDED
// RUN: %not env MAPSAN_OPTIONS=halt_on_error=1:discipline=error %t step 2>&1 | %FileCheck %s --check-prefix=HALTED
// RUN: env MAPSAN_OPTIONS=summary=1 %t step 2>&1 | %FileCheck %s --check-prefix=COUNTED
// RUN: echo 'map:table' >%t.map
// RUN: env MAPSAN_OPTIONS=suppressions=%t.map %t step 2>&1 | %FileCheck %s --check-prefix=SILENT

#include "../support/invisible_barrier.h"
#include <cstdio>
#include <cstring>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <unordered_map>

struct Sessions {
  std::shared_mutex mutex;
  std::unordered_map<int, std::string> table;

  std::string &get(int id) {
    std::unique_lock<std::shared_mutex> hold(mutex);
    return table[id];
  }
  void drop(int id) {
    std::unique_lock<std::shared_mutex> hold(mutex);
    table.erase(id);
  }
};

static Sessions sessions;

static void returned() { sessions.get(1) += "!"; }

static void step() {
  std::shared_lock<std::shared_mutex> hold(sessions.mutex);
  auto it = sessions.table.begin();
  hold.unlock();
  ++it;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  for (int id = 1; id <= 3; id++)
    sessions.get(id) = "session";
  static invisible::Step changed, over;
  std::thread other([] {
    sessions.drop(3);
    changed.Done();
    over.WaitFor(1);
  });
  changed.WaitFor(1);
  {
    std::unique_lock<std::shared_mutex> hold(sessions.mutex);
  }
  if (!strcmp(what, "returned"))
    returned();
  else
    step();
  over.Done();
  other.join();
  puts("ended");
}

// CHECK: WARNING: MapSanitizer: map iterator used outside its lock (pid=
// CHECK-NEXT: Map `{{(sessions.)?}}table` of type std::unordered_map<int, std::string> at 0x

// RETURNED-NEXT: Use: use of a reference by the main thread:
// RETURNED-NEXT: #0 returned {{.*}}report-outside-lock.cpp:[[@LINE-36]]:
// STEP-NEXT: Use: operator++ of iterator `it` by the main thread:
// STEP-NEXT: #0 step {{.*}}report-outside-lock.cpp:[[@LINE-32]]:3

// CHECK: holding no lock
// CHECK-NEXT: Changed by: erase (erased, size 3 -> 2) by thread T2:
// CHECK-NEXT: #0 Sessions::drop {{.*}}report-outside-lock.cpp:
// CHECK: holding M1 0x{{.*}} (exclusive), taken at {{.*}}report-outside-lock.cpp:{{.*}} in Sessions::drop

// RETURNED-NEXT: Reference made: operator[] {{.*}}report-outside-lock.cpp:{{.*}} in Sessions::get
// RETURNED-NEXT: holding M1 0x{{.*}} (exclusive), taken at {{.*}} in Sessions::get
// RETURNED-NEXT: Why: M1 was held where the reference was made and where the map is changed, but not here
// STEP-NEXT: Iterator made: begin {{.*}}report-outside-lock.cpp:{{.*}} in step
// STEP-NEXT: holding M1 0x{{.*}} (shared), taken at {{.*}} in step
// STEP-NEXT: Why: M1 was held where the iterator was made and where the map is changed, but not here

// CHECK-NEXT: Grade: discipline (nothing went wrong in this run, but no lock sees to that)
// CHECK: SUMMARY: MapSanitizer: map iterator used outside its lock {{.*}}report-outside-lock.cpp:
// CHECK-NOT: WARNING
// CHECK: ended

// SILENT-NOT: MapSanitizer
// SILENT: ended

// No error, no end.
// ENDED: WARNING
// ENDED: ended
// HALTED: WARNING
// HALTED-NOT: ended

// COUNTED: reports: 0 printed
// COUNTED-NEXT: discipline: 1 printed
