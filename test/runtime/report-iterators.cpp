// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: an iterator that is used after an operation has invalidated it is
// reported, with that operation and the one that made it; one that is not is
// not. The hooks are called by hand.

// RUN: %mapsan-clangxx -g -O1 -I %mapsan_prefix/include %s -o %t
// RUN: %not %t erased 2>&1 | %FileCheck %s --check-prefixes=CHECK,ERASED
// RUN: %not %t emptied 2>&1 | %FileCheck %s --check-prefixes=CHECK,EMPTIED
// RUN: %not %t moved 2>&1 | %FileCheck %s --check-prefixes=CHECK,MOVED
// RUN: %not %t reference 2>&1 | %FileCheck %s --check-prefixes=REFERENCE
// RUN: %not %t thread 2>&1 | %FileCheck %s --check-prefixes=CHECK,THREAD
// RUN: %not %t race 2>&1 | %FileCheck %s --check-prefixes=RACE
// RUN: %t others 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: %not %t fork 2>&1 | %FileCheck %s --check-prefixes=CHECK,FORK

// What is freed is seen beside AddressSanitizer, too; and with policy=strict.
// RUN: %mapsan-clangxx -g -O1 -fsanitize=address -I %mapsan_prefix/include %s -o %t.asan
// RUN: %not %t.asan erased 2>&1 | %FileCheck %s --check-prefixes=CHECK,ERASED
// RUN: env MAPSAN_OPTIONS=policy=strict %not %t erased 2>&1 | %FileCheck %s --check-prefixes=CHECK,ERASED

// It counts like a race, and is silenced like one; and nobody need look for it.
// RUN: %not %t erased >/dev/null 2>&1; test $(MAPSAN_OPTIONS=exitcode=7 %t erased >/dev/null 2>&1; echo $?) = 7
// RUN: env MAPSAN_OPTIONS=iterators=0 %t erased 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: env MAPSAN_OPTIONS=detect=overlap %t erased 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: echo 'map:numbers' >%t.map
// RUN: env MAPSAN_OPTIONS=suppressions=%t.map %t erased 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: echo 'race:Use' >%t.race
// RUN: env MAPSAN_OPTIONS=suppressions=%t.race %t erased 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: %not env MAPSAN_OPTIONS=halt_on_error=1 %t erased 2>&1 | %FileCheck %s --check-prefix=HALT

#include "Inputs/handles.h"
#include "Inputs/threads.h"
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <mapsan/interface.h>
#include <sys/wait.h>
#include <unistd.h>

static hand::Bag numbers;

__attribute__((noinline)) static void Change(const char *how) {
  if (!std::strcmp(how, "emptied"))
    HAND_CLEAR(numbers);
  else if (!std::strcmp(how, "moved"))
    HAND_INSERT(numbers, 4);
  else if (!std::strcmp(how, "others"))
    HAND_ERASE(numbers, 2);
  else
    HAND_ERASE(numbers, 3);
}

__attribute__((noinline)) static void Use(const char *how) {
  const hand::Node *it;
  hand::Handle handle;
  HAND_BEGIN(it, handle, numbers);
  if (!std::strcmp(how, "fork"))
    if (pid_t child = fork()) {
      int status = 0;
      waitpid(child, &status, 0);
      _exit(WEXITSTATUS(status));
    }
  if (!std::strcmp(how, "thread"))
    std::thread(Change, how).join();
  else
    Change(how);
  if (!std::strcmp(how, "reference"))
    HAND_REFER(it, handle);
  else
    HAND_STEP(it, handle);
}

// Another thread changes it after begin, and before the step in time alone.
static void Race() {
  invisible::Step step;
  std::thread other([&] {
    step.WaitFor(1);
    mapsan_acquire(&step);
    Change("erased");
    step.Done();
  });
  const hand::Node *it;
  hand::Handle handle;
  HAND_BEGIN(it, handle, numbers);
  mapsan_release(&step);
  step.Done();
  step.WaitFor(2);
  HAND_STEP(it, handle);
  other.join();
}

int main(int, char **argv) {
  const char *how = argv[1];
  hand::family.invalidates = MapsanIteratorsOnGrowth;
  for (int key : {1, 2, 3})
    HAND_INSERT(numbers, key);
  if (!std::strcmp(how, "race"))
    Race();
  else
    Use(how);
  std::puts("DONE");
}

// CHECK:        ==================
// CHECK-NEXT:   WARNING: MapSanitizer: use of invalidated map iterator (pid={{[0-9]+}})
// CHECK-NEXT:     Map `numbers` of type Bag at 0x{{[0-9a-f]+}}
// CHECK-NEXT:     Use: operator++ of iterator `it` by the main thread:
// CHECK-NEXT:       #0 Use {{.*}}report-iterators.cpp:[[USE:[0-9]+]]:3
// CHECK-NEXT:       #1 main {{.*}}report-iterators.cpp:
// CHECK:            holding no lock
// ERASED-NEXT:    Invalidated by: erase (erased, size 3 -> 2) by the main thread:
// FORK-NEXT:      Invalidated by: erase (erased, size 3 -> 2) by the main thread:
// EMPTIED-NEXT:   Invalidated by: clear (erased, size 3 -> 0) by the main thread:
// MOVED-NEXT:     Invalidated by: insert (inserted, size 3 -> 4, rehash 3 -> 7 buckets) by the main thread:
// THREAD-NEXT:    Invalidated by: erase (erased, size 3 -> 2) by thread T2:
// CHECK-NEXT:       #0 Change {{.*}}report-iterators.cpp:
// CHECK:            holding no lock
// CHECK-NEXT:     Iterator made: begin {{.*}}report-iterators.cpp:{{[0-9]+}}:3 in Use
// ERASED-NEXT:    Why: the element it pointed to was erased
// FORK-NEXT:      Why: the element it pointed to was erased
// EMPTIED-NEXT:   Why: the map was emptied
// MOVED-NEXT:     Why: the insertion moved the elements (rehash 3 -> 7 buckets)
// THREAD-NEXT:    Why: the element it pointed to was erased
// CHECK-NEXT:     Grade: invalidated (
// THREAD:         Thread T2 created by the main thread at:
// CHECK:          Suppress with: race:Use
// CHECK-NEXT:   SUMMARY: MapSanitizer: use of invalidated map iterator {{.*}}report-iterators.cpp:[[USE]]:3 in Use
// CHECK-NEXT:   ==================
// CHECK-NOT:    WARNING

// REFERENCE: WARNING: MapSanitizer: use of invalidated map element
// REFERENCE:   Use: use of reference `it` by the main thread:
// REFERENCE:   Reference made: begin
// REFERENCE:   Why: the element it referred to was erased
// REFERENCE: SUMMARY: MapSanitizer: use of invalidated map element

// RACE:     WARNING: MapSanitizer: concurrent map iteration and map write
// RACE:       Map `numbers`
// RACE:       Iteration: operator++ of iterator `it` by the main thread:
// RACE:       Previous write: erase (erased, size 3 -> 2) by thread T2:
// RACE-NOT: invalidated

// HALT:     WARNING: MapSanitizer: use of invalidated
// HALT-NOT: DONE

// SILENT-NOT: MapSanitizer
// SILENT: DONE
