// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: what a module that nobody sees into may have ordered is a candidate:
// a headline of its own, the module named, no error. Everything else is a race:
// two instrumented threads with the C library around, a library that the
// catalog trusts, and an overlap whatever is around.

// RUN: mkdir -p %t.d
// RUN: %clang -g -O2 -fomit-frame-pointer -shared -fPIC -I %mapsan_source/test/support %S/Inputs/vendor.c -o %t.d/libvendor.so.1 -lpthread
// RUN: %mapsan-clangxx -g -O1 -std=c++17 -I %mapsan_source/test/support -I %mapsan_prefix/include %s %t.d/libvendor.so.1 -Wl,-rpath,%t.d -o %t

// --- beneath a frame of it, on either side
// RUN: %t callbacks >%t.out 2>&1; test $? -eq 0
// RUN: %FileCheck %s --check-prefixes=BOTH,CANDIDATE <%t.out
// BOTH:     WARNING: MapSanitizer: possible concurrent map read and map write (pid=
// BOTH-NEXT:  Map `table` of type std::map<int, int> at 0x
// BOTH-NEXT:  Write: emplace (inserted, size 0 -> 1) by thread T3:
// BOTH-NEXT:    #0 insert {{.*}}candidates.cpp
// BOTH-NEXT:    #1 vendor_in_turn {{.*}}libvendor.so.1
// BOTH-NEXT:    #2 main::{{.*}}candidates.cpp
// BOTH:       Previous read: find by thread T2:
// BOTH-NEXT:    #0 look {{.*}}candidates.cpp
// BOTH-NEXT:    #1 vendor_in_turn {{.*}}libvendor.so.1
// BOTH-NEXT:    #2 main::{{.*}}candidates.cpp
// BOTH:       Grade: candidate (nothing seen in this run orders the two, but libvendor.so.1, which was not built with MapSanitizer and called the code of the write, may do so)
// BOTH:       Suppress with: race:insert
// BOTH-NEXT:  SUMMARY: MapSanitizer: possible concurrent map read and map write {{.*}}candidates.cpp:{{[0-9]+:[0-9]+}} in insert

// Only the earlier side, which cannot be unwound any more.
// RUN: %t previous 2>&1 | %FileCheck %s --check-prefixes=PREVIOUS,CANDIDATE
// PREVIOUS: WARNING: MapSanitizer: possible concurrent map read and map write
// PREVIOUS: Grade: candidate ({{.*}}libvendor.so.1{{.*}} called the code of the previous read, may do so)
// RUN: %t current 2>&1 | %FileCheck %s --check-prefixes=CURRENT,CANDIDATE
// CURRENT: WARNING: MapSanitizer: possible concurrent map read and map write
// CURRENT: Grade: candidate ({{.*}}libvendor.so.1{{.*}} called the code of the write, may do so)

// Behind a harmless library, and far out.
// RUN: %t sorts 2>&1 | %FileCheck %s --check-prefixes=PREVIOUS,CANDIDATE
// RUN: %t deep 2>&1 | %FileCheck %s --check-prefixes=PREVIOUS,CANDIDATE
// RUN: MAPSAN_OPTIONS=stack_depth=3 %t deep 2>&1 | %FileCheck %s --check-prefixes=PREVIOUS,CANDIDATE
// The library calls the same code first in its own name, then nobody does: the
// second is not taken for the first.
// RUN: %not %t not-any-more 2>&1 | %FileCheck %s --check-prefix=RACE

// --- in a thread that it started
// RUN: %t its-thread 2>&1 | %FileCheck %s --check-prefixes=THREAD,CANDIDATE
// THREAD: WARNING: MapSanitizer: possible concurrent map read and map write
// THREAD: Grade: candidate (nothing seen in this run orders the two, but libvendor.so.1, which was not built with MapSanitizer and started the thread of the previous read, may do so)
// RUN: %t its-thread-calls-back 2>&1 | %FileCheck %s --check-prefixes=PREVIOUS,CANDIDATE
// An instrumented callback beneath it starts a thread: that is the program's.
// RUN: %not %t thread-of-callback 2>&1 | %FileCheck %s --check-prefix=RACE

// --- races
// RUN: %not %t own-threads 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: %not %t libc 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: %not %t overlap 2>&1 | %FileCheck %s --check-prefix=OVERLAP
// RACE: WARNING: MapSanitizer: concurrent map read and map write
// RACE: Grade: unordered (nothing in this run orders one operation before the other)
// RACE: SUMMARY: MapSanitizer: concurrent map read and map write
// RACE: DONE: 1 errors, last grade unordered
// OVERLAP: WARNING: MapSanitizer: concurrent map read and map write
// OVERLAP: Grade: overlap
// OVERLAP: DONE: 1 errors, last grade overlap
// The candidate that came first does not hide the race of the same two places.
// RUN: %not %t callbacks own-threads 2>&1 | %FileCheck %s --check-prefix=THEN
// THEN: WARNING: MapSanitizer: possible concurrent map read and map write
// THEN: WARNING: MapSanitizer: concurrent map read and map write
// THEN-NOT: WARNING
// A race needs no candidate beside it.
// RUN: %not %t own-threads callbacks 2>&1 | %FileCheck %s --check-prefix=NO-MORE
// NO-MORE: WARNING: MapSanitizer: concurrent map read and map write
// NO-MORE-NOT: WARNING
// Limits: candidates do not use up what races have.
// RUN: env MAPSAN_OPTIONS=max_reports=1:max_reports_per_map=1 %not %t callbacks own-threads 2>&1 | %FileCheck %s --check-prefix=THEN

// --- trusted: by the catalog, either list, or by the option
// RUN: %mapsan-clangxx -g -O1 -std=c++17 --mapsan-catalog=%S/Inputs/harmless.yaml -I %mapsan_source/test/support -I %mapsan_prefix/include %s %t.d/libvendor.so.1 -Wl,-rpath,%t.d -o %t.harmless
// RUN: %not %t.harmless callbacks 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: %not %t.harmless its-thread 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: %mapsan-clangxx -g -O1 -std=c++17 --mapsan-catalog=%S/Inputs/modelled.yaml -I %mapsan_source/test/support -I %mapsan_prefix/include %s %t.d/libvendor.so.1 -Wl,-rpath,%t.d -o %t.modelled
// RUN: %not %t.modelled callbacks 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: env MAPSAN_OPTIONS="harmless='libother.so, libvendor.so'" %not %t callbacks 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: env MAPSAN_OPTIONS="harmless='libothe.so vendor.so'" %t callbacks 2>&1 | %FileCheck %s --check-prefixes=POSSIBLE,CANDIDATE
// Built with MapSan, it hides nothing; also if there is not one hook in it.
// RUN: mkdir -p %t.ours
// RUN: %mapsan-clang -g -O2 -shared -fPIC -I %mapsan_source/test/support %S/Inputs/vendor.c -o %t.ours/libvendor.so.1 -lpthread
// RUN: %mapsan-clangxx -g -O1 -std=c++17 -I %mapsan_source/test/support -I %mapsan_prefix/include %s %t.ours/libvendor.so.1 -Wl,-rpath,%t.ours -o %t.both
// RUN: %not %t.both callbacks 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: %not %t.both its-thread 2>&1 | %FileCheck %s --check-prefix=RACE

// --- options
// RUN: env MAPSAN_OPTIONS=candidates=error %t callbacks >%t.out 2>&1; test $? -eq 66
// RUN: %FileCheck %s --check-prefix=ERROR <%t.out
// ERROR: WARNING: MapSanitizer: possible concurrent map read and map write
// ERROR: DONE: 1 errors, last grade candidate
// RUN: env MAPSAN_OPTIONS=candidates=ignore %t callbacks >%t.out 2>&1; test $? -eq 0
// RUN: %FileCheck %s --check-prefix=SILENT <%t.out
// RUN: echo 'race:look' >%t.supp
// RUN: env MAPSAN_OPTIONS=suppressions=%t.supp %t callbacks 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: echo 'lib:libvendor.so' >%t.supp
// RUN: env MAPSAN_OPTIONS=suppressions=%t.supp %t callbacks 2>&1 | %FileCheck %s --check-prefix=SILENT
// SILENT-NOT: MapSanitizer
// SILENT: DONE: 0 errors, last grade none
// RUN: env MAPSAN_OPTIONS=halt_on_error=1 %t callbacks 2>&1 | %FileCheck %s --check-prefixes=POSSIBLE,CANDIDATE
// RUN: env MAPSAN_OPTIONS=halt_on_error=1:candidates=error %t callbacks >%t.out 2>&1; test $? -eq 66
// RUN: %FileCheck %s --check-prefix=HALT <%t.out
// HALT: SUMMARY: MapSanitizer: possible
// HALT-NOT: DONE
// RUN: env MAPSAN_OPTIONS=summary=1 %t callbacks 2>&1 | %FileCheck %s --check-prefix=COUNT
// COUNT: reports: 0 printed
// COUNT-NEXT: candidates: 1 printed

#include "Inputs/vendor.h"
#include "invisible_barrier.h"
#include <mapsan/interface.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>

using invisible::Step;

static std::map<int, int> table;
static char grade[32] = "none";

// Each operation at one place, whoever calls.
__attribute__((noinline)) static void look(void *) { (void)table.find(1); }
__attribute__((noinline)) static void insert(void *) {
  static int key;
  table.emplace(key++, 0);
}
__attribute__((noinline)) static int look_deep(int depth) {
  if (!depth)
    look(nullptr);
  return depth ? look_deep(depth - 1) + depth : 0;
}

// One after the other, unordered.
template <class First, class Second>
static void in_order(First first, Second second) {
  Step step;
  std::thread a([&] {
    step.WaitFor(1);
    first();
    step.Done();
    step.WaitFor(3);
  });
  std::thread b([&] {
    step.WaitFor(2);
    second();
    step.Done();
  });
  step.Done();
  a.join();
  b.join();
}

// The first map operation's thread is the library's.
static Step within;

template <class Create> static void beside_its_thread(Create create) {
  pthread_t thread = create();
  std::thread b([] {
    within.WaitFor(1);
    insert(nullptr);
  });
  b.join();
  pthread_join(thread, nullptr);
}

int main(int argc, char **argv) {
  mapsan_set_report_callback([](const mapsan_report *report) {
    std::strncpy(grade, report->grade, sizeof(grade) - 1);
  });
  for (int i = 1; i < argc; i++) {
    auto chosen = [&](const char *name) { return !std::strcmp(argv[i], name); };
    auto own_look = [] { look(nullptr); };
    auto own_insert = [] { insert(nullptr); };
    auto in_turn = [](int turn, void (*callback)(void *)) {
      vendor_in_turn(turn, callback, nullptr);
    };
    if (chosen("callbacks"))
      in_order([&] { in_turn(0, look); }, [&] { in_turn(1, insert); });
    if (chosen("previous"))
      in_order([&] { in_turn(0, look); }, own_insert);
    if (chosen("current"))
      in_order(own_look, [&] { in_turn(0, insert); });
    if (chosen("deep"))
      in_order([&] { in_turn(0, [](void *) { look_deep(200); }); }, own_insert);
    if (chosen("sorts"))
      in_order(
          [] {
            vendor_sorts([](const void *, const void *) {
              look(nullptr);
              return 0;
            });
          },
          own_insert);
    if (chosen("libc"))
      in_order(
          [] {
            int two[] = {1, 2};
            std::qsort(two, 2, sizeof(int), [](const void *, const void *) {
              look(nullptr);
              return 0;
            });
          },
          own_insert);
    if (chosen("own-threads"))
      in_order(own_look, own_insert);
    if (chosen("not-any-more")) {
      static std::map<int, int> other;
      auto either = [](void *) { (void)other.find(1); };
      std::thread a([&] {
        in_turn(0, either);
        mapsan_release(&other); // the library's turn, ordered
        table.find(1);          // the program's own
        within.Done();
        within.WaitFor(2);
      });
      std::thread b([&] {
        within.WaitFor(1);
        insert(nullptr);
        within.Done();
      });
      a.join();
      b.join();
    }
    if (chosen("its-thread"))
      beside_its_thread([] {
        return vendor_thread(
            [](void *) -> void * {
              look(nullptr);
              within.Done();
              return nullptr;
            },
            nullptr);
      });
    if (chosen("its-thread-calls-back"))
      beside_its_thread([] {
        return vendor_thread_calling_back(
            [](void *) {
              look(nullptr);
              within.Done();
            },
            nullptr);
      });
    if (chosen("thread-of-callback")) {
      static std::thread *started;
      in_turn(0, [](void *) {
        started = new std::thread([] {
          look(nullptr);
          within.Done();
        });
      });
      std::thread b([&] {
        within.WaitFor(1);
        insert(nullptr);
      });
      b.join();
      started->join();
    }
    if (chosen("overlap")) {
      // The reader is inside when the callback's insertion begins.
      struct Less {
        bool operator()(int a, int b) const {
          if (a == 7 || b == 7) {
            within.Done();
            within.WaitFor(2);
          }
          return a < b;
        }
      };
      static std::map<int, int, Less> held;
      held.emplace(1, 1);
      std::thread a([] { (void)held.find(7); });
      std::thread b([&] {
        within.WaitFor(1);
        in_turn(0, [](void *) { held.emplace(2, 2); });
        within.Done();
      });
      b.join();
      a.join();
    }
  }
  std::printf("DONE: %u errors, last grade %s\n", mapsan_report_count(), grade);
}

// POSSIBLE: WARNING: MapSanitizer: possible concurrent map read and map write
// CANDIDATE-NOT: WARNING
// CANDIDATE: DONE: 0 errors, last grade candidate
