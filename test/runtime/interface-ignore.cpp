// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: ignored accesses are not looked at, while their thread's
// synchronisation is.

// RUN: %mapsan-clangxx -g -O1 -I %mapsan_prefix/include %s -o %t
// RUN: MAPSAN_OPTIONS=max_reports=0 %not %t 2>%t.err | %FileCheck %s

#include "../support/cases.h"
#include <mutex>

SILENT(ignored_write) {
  InTurn([&] { WRITE; },
         [&] {
           mapsan::ScopedIgnore ignore;
           WRITE;
         });
}
SILENT(ignore_nests) {
  InTurn([&] { WRITE; },
         [&] {
           mapsan_ignore_begin();
           {
             mapsan::ScopedIgnore ignore;
           }
           WRITE;
           mapsan_ignore_end();
         });
}
RACE(ignore_ends) {
  InTurn([&] { WRITE; },
         [&] {
           {
             mapsan::ScopedIgnore ignore;
           }
           WRITE;
         });
}
SILENT(synchronisation_while_ignored) {
  std::mutex mutex;
  InTurn(
      [&] {
        mutex.lock();
        WRITE;
        mutex.unlock();
      },
      [&] {
        {
          mapsan::ScopedIgnore ignore;
          mutex.lock();
          mutex.unlock();
        }
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 4 cases
