// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %mapsan-clangxx --mapsan-elements -std=c++17 -g -O0 -I%mapsan_source/test/support %s -o %t
// RUN: %not %t 2>&1 | %FileCheck %s
// RUN: %not %t read 2>&1 | %FileCheck %s --check-prefix=READ
// RUN: env MAPSAN_OPTIONS=elements=0 %t 2>&1 | %FileCheck %s --check-prefix=OFF
// RUN: env MAPSAN_OPTIONS=detect=overlap %t 2>&1 | %FileCheck %s --check-prefix=OFF
// RUN: echo 'map:sessions' > %t.supp
// RUN: env MAPSAN_OPTIONS=suppressions=%t.supp %t 2>&1 | %FileCheck %s --check-prefix=OFF
// RUN: %mapsan-clangxx -std=c++17 -g -O0 -I%mapsan_source/test/support %s -o %t.without && %t.without 2>&1 | %FileCheck %s --check-prefix=OFF

// Intent: a report on an element says which it is, of which map, and what both sides did; it can be switched off and
// suppressed.

#include "invisible_barrier.h"

#include <cstdio>
#include <map>
#include <mutex>
#include <pthread.h>

struct Session {
  int user, hits;
};
static std::map<int, Session> sessions;
static invisible::Step step;
static std::mutex mutex;
static bool reads;

static void touch(std::map<int, Session>::iterator it) { it->second.hits = 2; }

static void *first(void *) {
  step.WaitFor(1);
  {
    std::lock_guard<std::mutex> lock(mutex);
    sessions[7].hits = 1;
  }
  step.Done();
  return nullptr;
}
static void *second(void *) {
  step.WaitFor(2);
  if (reads)
    std::printf("%d\n", sessions.at(7).hits);
  else
    touch(sessions.find(7));
  return nullptr;
}

int main(int argc, char **) {
  reads = argc > 1;
  sessions[7];
  pthread_t a, b;
  pthread_create(&a, nullptr, first, nullptr);
  pthread_create(&b, nullptr, second, nullptr);
  step.Done();
  pthread_join(a, nullptr);
  pthread_join(b, nullptr);
  std::puts("DONE");
}

// CHECK: WARNING: MapSanitizer: concurrent map element writes (pid=
// CHECK-NEXT: Element at 0x{{[0-9a-f]+}} of map `sessions` of type std::map<int, Session>
// CHECK-NEXT: Write: write to an element by thread T[[#SECOND:]]:
// CHECK-NEXT: #0 touch {{.*}}elements-report.cpp:[[#@LINE-35]]:74
// CHECK-NEXT: #1 second
// CHECK: holding no lock
// CHECK-NEXT: Previous write: write to an element by thread T[[#SECOND-1]]:
// CHECK-NEXT: #0 first {{.*}}elements-report.cpp:[[#@LINE-33]]:22
// CHECK: holding M1 0x{{[0-9a-f]+}} (exclusive), taken at {{.*}}elements-report.cpp:
// CHECK: Locks: the second held M1, the first operation above did not
// CHECK-NEXT: Grade: unordered (
// CHECK-NOT: Map created
// CHECK: Suppress with: race:touch
// CHECK-NEXT: SUMMARY: MapSanitizer: concurrent map element writes {{.*}}elements-report.cpp:{{.*}} in touch
// CHECK-NOT: WARNING
// CHECK: DONE

// READ: WARNING: MapSanitizer: concurrent map element read and write (pid=
// READ-NEXT: Element at 0x{{[0-9a-f]+}} of map `sessions` of type std::map<int, Session>
// READ-NEXT: Read: read of an element by thread T{{[0-9]+}}:
// READ: Previous write: write to an element by thread T{{[0-9]+}}:
// READ: SUMMARY: MapSanitizer: concurrent map element read and write {{.*}} in second
// READ-NOT: WARNING

// OFF-NOT: WARNING
// OFF: DONE
