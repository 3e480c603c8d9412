// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a read that takes the short way, and inside of which the thread releases something, is reported as itself: not as
// the thread's last write, nor as an earlier read.

// RUN: %mapsan-clangxx -O0 -g %s -o %t
// RUN: env MAPSAN_OPTIONS=exitcode=0 %t 2>&1 | %FileCheck %s

#include "../operations/meeting.h"

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>

std::atomic<int> comparisons;

struct Counting {
  bool operator()(int left, int right) const {
    comparisons.fetch_add(1);
    return left < right;
  }
};

using Map = std::map<int, int, Counting>;

Meeting meeting;
std::mutex gate;

void passGate() { std::lock_guard<std::mutex> lock(gate); }

int main() {
  Map *map = nullptr;
  std::thread reader([&] {
    map = new Map;
    map->insert({1, 1});
    passGate();
    map->find(1); // on record, of an epoch of its own
    passGate();
    meeting.meet();
    meeting.meet();
    map->find(1); // the one that races
    meeting.meet();
    meeting.meet();
  });
  std::thread writer([&] {
    meeting.meet();
    passGate();
    meeting.meet();
    meeting.meet();
    map->clear();
    meeting.meet();
  });
  reader.join();
  writer.join();
  delete map;
  std::puts("DONE");
}

// CHECK: WARNING: MapSanitizer: concurrent map read and map write
// CHECK: Write: clear
// CHECK: Previous read: find
// CHECK-NEXT: release-inside-stack.cpp:42
// CHECK: SUMMARY
// CHECK-NOT: WARNING
// CHECK: DONE
