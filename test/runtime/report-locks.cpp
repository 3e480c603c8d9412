// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a report names the locks of both sides, their modes and where they
// were taken, and says what they tell.

// RUN: %mapsan-clangxx -g -O1 -std=c++17 %s -o %t
// RUN: %not %t different 2>&1 | %FileCheck %s --check-prefix=DIFFERENT
// RUN: %not %t shared 2>&1 | %FileCheck %s --check-prefix=SHARED
// RUN: %not %t one 2>&1 | %FileCheck %s --check-prefix=ONE
// RUN: %not %t none 2>&1 | %FileCheck %s --check-prefix=NONE
// RUN: %t common 2>&1 | %FileCheck %s --check-prefix=COMMON

#include "Inputs/threads.h"
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <shared_mutex>

static std::map<int, int> table;
static std::mutex red, blue;
static std::shared_mutex gate;

static void write() { table.emplace(1, 1); }
static void read() { (void)table.find(1); }

int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  if (chosen("different"))
    InOrder(
        [] {
          std::lock_guard<std::mutex> lock(red);
          read();
        },
        [] {
          std::lock_guard<std::mutex> lock(blue);
          write();
        });
  if (chosen("shared"))
    InOrder(
        [] {
          std::shared_lock<std::shared_mutex> lock(gate);
          read();
        },
        [] {
          std::shared_lock<std::shared_mutex> lock(gate);
          write();
        });
  if (chosen("one"))
    InOrder([] { read(); },
            [] {
              std::lock_guard<std::mutex> lock(red);
              std::unique_lock<std::shared_mutex> second(gate);
              write();
            });
  if (chosen("none"))
    InOrder([] { read(); }, [] { write(); });
  if (chosen("common"))
    InOrder(
        [] {
          std::lock_guard<std::mutex> lock(red);
          read();
        },
        [] {
          std::scoped_lock lock(blue, red);
          write();
        });
  std::puts("DONE");
}

// DIFFERENT: Write: emplace
// DIFFERENT: holding M1 0x{{[0-9a-f]+}} (exclusive), taken at {{.*}}report-locks.cpp:35:{{[0-9]+}} in main::{{.*}}operator()
// DIFFERENT: Previous read: find
// DIFFERENT: holding M2 0x{{[0-9a-f]+}} (exclusive), taken at {{.*}}report-locks.cpp:31:{{[0-9]+}} in main::{{.*}}operator()
// DIFFERENT: Locks: the two sides held different locks: M1 at the write, M2 at the read

// SHARED: Write: emplace
// SHARED: holding M1 0x{{[0-9a-f]+}} (shared), taken at {{.*}}report-locks.cpp:45:
// SHARED: Previous read: find
// SHARED: holding M1 0x{{[0-9a-f]+}} (shared), taken at {{.*}}report-locks.cpp:41:
// SHARED: Locks: both sides held M1, but in shared mode only, which does not keep a writer from the others

// ONE: Write: emplace
// ONE: holding M1 0x{{[0-9a-f]+}} (exclusive), taken at {{.*}}report-locks.cpp:51:
// ONE: holding M2 0x{{[0-9a-f]+}} (exclusive), taken at {{.*}}report-locks.cpp:52:
// ONE: Previous read: find
// ONE: holding no lock
// ONE: Locks: the write held M1, M2, the read did not

// NONE: holding no lock
// NONE: holding no lock
// NONE: Locks: neither side held a lock

// COMMON-NOT: MapSanitizer
// COMMON: DONE
