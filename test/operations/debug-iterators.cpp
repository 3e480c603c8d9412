// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: the mutexes of libstdc++'s checked iterators order nothing. Stepping
// such an iterator locks one, by code that is inlined into the program; two
// threads that do it have not synchronised their maps.

// RUN: %mapsan-clangxx -D_GLIBCXX_DEBUG -g -O0 %s -o %t && %not %t 2>&1 | %FileCheck %s
// RUN: %mapsan-clangxx -D_GLIBCXX_DEBUG -g -O2 %s -o %t && %not %t 2>&1 | %FileCheck %s

#include "meeting.h"

#include <cstdio>
#include <map>
#include <thread>

std::map<int, int> scores;
Meeting meeting;

int main() {
  for (int i = 0; i < 4; i++)
    scores[i] = i;
  auto writers = scores.begin(), readers = scores.begin();
  std::thread writer([&] {
    scores.insert({10, 10});
    ++writers; // gives a mutex of the library back
    meeting.meet();
    meeting.meet();
  });
  std::thread reader([&] {
    meeting.meet();
    ++readers; // takes the same one
    scores.count(10);
    meeting.meet();
  });
  writer.join();
  reader.join();
  std::puts("DONE");
}

// CHECK: WARNING: MapSanitizer: concurrent map read and map write
// CHECK: count
// CHECK: insert
// CHECK: SUMMARY: MapSanitizer: concurrent map read and map write
// CHECK: DONE
