// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: each kind of finding by its own words, with a noun for each side.

// RUN: %mapsan-clangxx -g -O1 %s -o %t
// RUN: %not %t writes 2>&1 | %FileCheck %s --check-prefix=WRITES
// RUN: %not %t read-write 2>&1 | %FileCheck %s --check-prefix=READ-WRITE
// RUN: %not %t write-read 2>&1 | %FileCheck %s --check-prefix=WRITE-READ
// RUN: %not %t iteration 2>&1 | %FileCheck %s --check-prefix=ITERATION
// RUN: %not %t destruction 2>&1 | %FileCheck %s --check-prefix=DESTRUCTION
// RUN: %not %t unchanged 2>&1 | %FileCheck %s --check-prefix=UNCHANGED
// RUN: %not %t iterator 2>&1 | %FileCheck %s --check-prefix=ITERATOR
// RUN: %t outside 2>&1 | %FileCheck %s --check-prefix=OUTSIDE
// RUN: %not %t element 2>&1 | %FileCheck %s --check-prefix=ELEMENT
// RUN: env MAPSAN_PASS_OPTIONS=elements=1 %mapsan-clangxx -g -O1 %s -o %t.elements
// RUN: %not %t.elements element-writes 2>&1 | %FileCheck %s --check-prefix=ELEMENT-WRITES
// RUN: %not %t.elements element-read 2>&1 | %FileCheck %s --check-prefix=ELEMENT-READ
// RUN: %t reads 2>&1 | %FileCheck %s --check-prefix=READS

#include "Inputs/handles.h"
#include "Inputs/threads.h"
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

static std::map<int, int> table;

static int sum() {
  int sum = 0;
  for (const auto &entry : table)
    sum += entry.second;
  return sum;
}

int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  if (chosen("writes"))
    InOrder([] { table[1] = 1; }, [] { table[2] = 2; });
  if (chosen("read-write"))
    InOrder([] { (void)table.find(1); }, [] { table.emplace(2, 2); });
  if (chosen("write-read"))
    InOrder([] { table.emplace(2, 2); }, [] { (void)table.count(1); });
  if (chosen("iteration"))
    InOrder([] { std::printf("%d\n", sum()); }, [] { table[2] = 2; });
  if (chosen("destruction")) {
    auto *cache = new std::map<int, int>;
    InOrder([=] { (void)cache->size(); }, [=] { delete cache; });
  }
  if (chosen("outside")) {
    static std::mutex mutex;
    static invisible::Step changed, over;
    std::thread other([] {
      {
        std::lock_guard<std::mutex> hold(mutex);
        table[2] = 2;
      }
      changed.Done();
      over.WaitFor(1);
    });
    changed.WaitFor(1);
    std::unique_lock<std::mutex> hold(mutex);
    auto it = table.begin();
    hold.unlock();
    ++it;
    over.Done();
    other.join();
  }
  table[3] = 3;
  if (chosen("iterator") || chosen("element")) {
    hand::Bag bag;
    hand::Handle handle;
    const hand::Node *it;
    HAND_INSERT(bag, 1);
    HAND_BEGIN(it, handle, bag);
    HAND_CLEAR(bag);
    if (chosen("iterator"))
      HAND_STEP(it, handle);
    else
      HAND_REFER(it, handle);
  }
  if (chosen("element-writes"))
    InOrder([] { table.at(3) = 4; }, [] { table.find(3)->second = 5; });
  if (chosen("element-read"))
    InOrder([] { std::printf("%d\n", table.at(3)); }, [] { table[3]++; });
  if (chosen("unchanged"))
    InOrder([] { table[3]++; }, [] { table.erase(3); });
  if (chosen("reads"))
    InOrder([] { table[3]++; }, [] { (void)table.insert({3, 4}); });
  std::puts("DONE");
}

// WRITES: WARNING: MapSanitizer: concurrent map writes (pid=
// WRITES-NEXT: Map `table` of type std::map<int, int> at 0x
// WRITES-NEXT: Write: operator[] (inserted, size 1 -> 2) by thread T3:
// WRITES: Previous write: operator[] (inserted, size 0 -> 1) by thread T2:
// WRITES: Locks: neither side held a lock
// WRITES: SUMMARY: MapSanitizer: concurrent map writes {{.*}}report-kinds.cpp:{{[0-9]+:[0-9]+}} in main::{{.*}}operator()

// One race, one report.
// WRITES-NOT: WARNING

// READ-WRITE: WARNING: MapSanitizer: concurrent map read and map write (pid=
// READ-WRITE: Write: emplace (inserted, size 0 -> 1) by thread T3:
// READ-WRITE: Previous read: find by thread T2:
// READ-WRITE: SUMMARY: MapSanitizer: concurrent map read and map write

// WRITE-READ: WARNING: MapSanitizer: concurrent map read and map write (pid=
// WRITE-READ: Read: count by thread T3:
// WRITE-READ: Previous write: emplace (inserted, size 0 -> 1) by thread T2:
// WRITE-READ: SUMMARY: MapSanitizer: concurrent map read and map write

// ITERATION: WARNING: MapSanitizer: concurrent map iteration and map write (pid=
// ITERATION: Write: operator[] (inserted, size 0 -> 1) by thread T3:
// ITERATION: Previous iteration: begin by thread T2:
// ITERATION: SUMMARY: MapSanitizer: concurrent map iteration and map write

// DESTRUCTION: WARNING: MapSanitizer: concurrent map destruction and map access (pid=
// DESTRUCTION: Map `*cache` of type std::map<int, int>
// DESTRUCTION: Destruction: destructor by thread T3:
// DESTRUCTION: Previous read: size by thread T2:
// DESTRUCTION: Map created by the main thread: constructor
// DESTRUCTION: SUMMARY: MapSanitizer: concurrent map destruction and map access

// A may-write that found its key is a read, and says so.
// ITERATOR: WARNING: MapSanitizer: use of invalidated map iterator (pid=
// ITERATOR: Use: operator++ of iterator `it` by the main thread:
// ITERATOR: Invalidated by: clear (erased, size 1 -> 0) by the main thread:
// ITERATOR: Iterator made: begin
// ITERATOR: SUMMARY: MapSanitizer: use of invalidated map iterator

// ELEMENT: WARNING: MapSanitizer: use of invalidated map element (pid=
// ELEMENT: Use: use of reference `it` by the main thread:
// ELEMENT: SUMMARY: MapSanitizer: use of invalidated map element

// OUTSIDE: WARNING: MapSanitizer: map iterator used outside its lock (pid=
// OUTSIDE: Use: operator++ of iterator `it` by the main thread:
// OUTSIDE: Changed by: operator[] (inserted, size 0 -> 1) by thread T2:
// OUTSIDE: SUMMARY: MapSanitizer: map iterator used outside its lock

// UNCHANGED: WARNING: MapSanitizer: concurrent map read and map write (pid=
// UNCHANGED: Write: erase (erased, size 1 -> 0) by thread T3:
// UNCHANGED: Previous read: operator[] (changed nothing) by thread T2:

// READS-NOT: MapSanitizer
// READS: DONE

// ELEMENT-WRITES: WARNING: MapSanitizer: concurrent map element writes (pid=
// ELEMENT-WRITES: Write: write to an element by thread T3:
// ELEMENT-WRITES: Previous write: write to an element by thread T2:
// ELEMENT-READ: WARNING: MapSanitizer: concurrent map element read and write (pid=
// ELEMENT-READ: Previous read: read of an element by thread T2:
