// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 -D_GLIBCXX_DEBUG %s -o %t && %run-cases %t | %FileCheck %s

// Intent: the mutexes that libstdc++'s debug mode takes at every iterator, in a
// small pool shared by all containers, order nothing and hide no race.

#include "cases.h"
#include <map>
#include <memory>
#include <mutex>
#include <vector>

RACE(iterators_of_the_same_map) {
  auto body = [&] {
    for (auto i = map.begin(); i != map.end(); ++i)
      ;
    WRITE;
    for (auto i = map.begin(); i != map.end(); ++i)
      ;
  };
  InTurn(body, body);
}
RACE(iterators_of_other_containers, "internal_lock") {
  // Enough of them to meet every mutex of the pool.
  std::vector<std::vector<int>> vectors(1000, {1, 2, 3});
  auto touch = [&] {
    for (auto &vector : vectors)
      for (auto i = vector.begin(); i != vector.end(); ++i)
        ;
  };
  InTurn(
      [&] {
        WRITE;
        touch();
      },
      [&] {
        touch();
        WRITE;
      });
}
RACE(ordered_map) {
  std::map<int, int> table;
  auto body = [&] {
    auto i = table.begin();
    auto j = i;
    table.emplace(__COUNTER__, j == i);
  };
  InTurn(body, body);
}
SILENT(under_a_mutex, "mutex") {
  std::mutex m;
  auto body = [&] {
    std::lock_guard lock(m);
    for (auto i = map.begin(); i != map.end(); ++i)
      ;
    WRITE;
  };
  InTurn(body, body);
}
// These lock in the same library; the locks are their own, the access is not.
SILENT(atomic_shared_ptr, "atomic_release") {
  std::shared_ptr<int> pointer;
  InTurn(
      [&] {
        WRITE;
        std::atomic_store(&pointer, std::make_shared<int>(1));
      },
      [&] {
        (void)std::atomic_load(&pointer);
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 5 cases
