// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %mapsan-clangxx -g -O1 -std=c++17 --mapsan-catalog=%S/Inputs/own-locks.yaml -I %mapsan_source/test/support -I %mapsan_prefix/include %s -o %t
// RUN: %run-cases %t 2>%t.err | %FileCheck %s

// Intent: a container that locks for itself may have any number of threads
// inside at once, and is held to what its contract forbids. (Its own map is the
// library's business: its catalog says so, by the class that calls.)

#include "Inputs/inside.h"

#include <mutex>

namespace own {

class Table {
public:
  __attribute__((noinline)) int get(int key) {
    Meet(Stop::InHash); // inside, and not yet under the lock
    std::lock_guard<std::mutex> lock(mutex_);
    return last_ == key;
  }
  __attribute__((noinline)) void put(int key) {
    Meet(Stop::InHash);
    std::lock_guard<std::mutex> lock(mutex_);
    last_ = key;
  }
  __attribute__((noinline)) void reset() { last_ = 0; }

private:
  std::mutex mutex_;
  int last_ = 0;
};

} // namespace own

static own::Table locked;

static void get() { locked.get(1); }
static void put() { locked.put(1); }
static void reset() { locked.reset(); }

CASE(two_inside) {
  During([] { put(); }, [] { put(); });
}
CASE(reader_and_writer) {
  During([] { get(); }, [] { put(); });
}
CASE(not_allowed) {
  During([] { put(); }, [] { reset(); });
}

int main() { return RunCases(); }

// CHECK: two_inside: silent
// CHECK-NEXT: reader_and_writer: silent
// CHECK-NEXT: not_allowed: concurrent map read and map write, overlap
// CHECK-NEXT: current: reset in reset
// CHECK-NEXT: previous: put in put
// CHECK-NEXT: DONE: 3 cases
