// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a fatal signal inside a racing container prints what was in flight
// on a map that two threads were inside; an unrelated crash prints nothing; in
// any case the process dies of the signal that it would have died of.

// RUN: %mapsan-clangxx -g -O1 %s -o %t

// A possible write crashes while another thread looks something up.
// RUN: %t insert segv >%t.out 2>&1; test $? -eq 139
// RUN: %FileCheck %s --check-prefixes=INSERT <%t.out
// RUN: %t insert abort >%t.out 2>&1; test $? -eq 134
// RUN: %FileCheck %s --check-prefixes=INSERT <%t.out
// RUN: %t insert raise-fpe >%t.out 2>&1; test $? -eq 136
// RUN: %FileCheck %s --check-prefixes=INSERT <%t.out
// INSERT:      WARNING: MapSanitizer: concurrent map read and map write (pid=
// INSERT-NEXT:   Map `table` of type std::unordered_map<Key, int, Hash> at 0x
// INSERT-NEXT:   In flight: possible write: operator[] (was about to insert) by thread T3 at {{.*}}crash-in-flight.cpp:{{[0-9]+}}:{{[0-9]+}} in insert
// INSERT-NEXT:   In flight too: read: find by thread T2 at {{.*}}crash-in-flight.cpp:{{[0-9]+}}:{{[0-9]+}} in look
// INSERT-NEXT:   Grade: overlap (both threads were inside the map at once)
// INSERT-NEXT: SUMMARY: MapSanitizer: concurrent map read and map write {{.*}}crash-in-flight.cpp:{{[0-9]+}}:{{[0-9]+}} in insert
// INSERT-NOT:  WARNING

// A race that is certain, but whose kind waits for the end of the operation
// that crashes; the same if somebody ends the process instead.
// RUN: %t after-write segv >%t.out 2>&1; test $? -eq 139
// RUN: %FileCheck %s --check-prefix=KEPT <%t.out
// RUN: %t after-write term >%t.out 2>&1; test $? -eq 143
// RUN: %FileCheck %s --check-prefix=KEPT <%t.out
// KEPT:      WARNING: MapSanitizer: concurrent map read and map write (pid=
// KEPT-NEXT:   Map `table` of type std::unordered_map<Key, int, Hash> at 0x
// KEPT-NEXT:   In flight: possible write: operator[] (was about to insert) by thread T3 at {{.*}}crash-in-flight.cpp:{{[0-9]+}}:{{[0-9]+}} in insert
// KEPT-NEXT:   Previous: write: emplace by thread T2 at {{.*}}crash-in-flight.cpp:{{[0-9]+}}:{{[0-9]+}} in main::{{.*}}operator()
// KEPT-NEXT:   Grade: unordered (nothing in this run orders one operation before the other)
// KEPT-NEXT: SUMMARY: MapSanitizer: concurrent map read and map write {{.*}}crash-in-flight.cpp:{{[0-9]+}}:{{[0-9]+}} in insert
// KEPT-NOT:  WARNING

// Two possible writes, neither in the thread that crashed: it may well be that
// both have found their keys.
// RUN: %t two-lookups segv >%t.out 2>&1; test $? -eq 139
// RUN: %FileCheck %s --check-prefix=SILENT --allow-empty <%t.out
// Two reads.
// RUN: %t reads segv >%t.out 2>&1; test $? -eq 139
// RUN: %FileCheck %s --check-prefix=SILENT --allow-empty <%t.out
// Nobody in a map.
// RUN: %t nowhere abort >%t.out 2>&1; test $? -eq 134
// RUN: %FileCheck %s --check-prefix=SILENT --allow-empty <%t.out
// SILENT-NOT: MapSanitizer

// handle_signals=0: not a word, and no handler.
// RUN: MAPSAN_OPTIONS=handle_signals=0 %t insert segv >%t.out 2>&1; test $? -eq 139
// RUN: %FileCheck %s --check-prefix=SILENT --allow-empty <%t.out

// With log_path and nothing in the log yet, stderr has it.
// RUN: MAPSAN_OPTIONS=log_path=%t.log %t insert segv >%t.out 2>&1; test $? -eq 139
// RUN: %FileCheck %s --check-prefixes=INSERT <%t.out

#include "Inputs/threads.h"
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>
#include <unordered_map>

static const char *how;

static void die() {
  if (!std::strcmp(how, "segv"))
    *(volatile int *)8 = 1;
  if (!std::strcmp(how, "abort"))
    std::abort();
  if (!std::strcmp(how, "term")) { // the main thread gets it, in a join
    kill(getpid(), SIGTERM);
    for (;;)
      pause();
  }
  std::raise(SIGFPE);
}

// What a key does when it is hashed: waits inside the container, or crashes.
static invisible::Step inside;
struct Key {
  enum What { Plain, Other, Waits, Dies } what;
  bool operator==(const Key &other) const { return what == other.what; }
};
struct Hash {
  std::size_t operator()(const Key &key) const {
    if (key.what == Key::Waits) {
      inside.Done();
      inside.WaitFor(100); // for ever
    }
    if (key.what == Key::Dies)
      die();
    return 0;
  }
};

static std::unordered_map<Key, int, Hash> table;

static void insert(Key::What what) { table[Key{what}] = 1; }
static void look(Key::What what) { (void)table.find(Key{what}); }

int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  how = argv[2];
  insert(Key::Plain); // an empty one hashes nothing
  std::thread first([&] {
    if (chosen("two-lookups"))
      insert(Key::Waits);
    else if (chosen("after-write"))
      table.emplace(Key{Key::Other}, 1), inside.Done();
    else if (!chosen("nowhere"))
      look(Key::Waits);
  });
  std::thread second([&] {
    if (chosen("two-lookups")) {
      insert(Key::Waits);
    } else {
      if (!chosen("nowhere"))
        inside.WaitFor(1);
      if (chosen("insert") || chosen("after-write"))
        insert(Key::Dies);
      if (chosen("reads"))
        look(Key::Dies);
      die();
    }
  });
  if (chosen("two-lookups")) {
    inside.WaitFor(2);
    die();
  }
  second.join();
  first.join();
}
