// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %debug-cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s
// RUN: %if libcxx %{ %debug-cases %libcxx_flags -O2 %s -o %t.libcxx && %run-cases %t.libcxx | %FileCheck %s %}

// Intent: what was done to an element is not held against what comes to be in its memory.

#include "cases.h"

#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <map>
#include <mutex>
#include <new>
#include <vector>

// Each is a mapping of its own, so that what one gives back the next one gets.
struct Large {
  int value;
  char rest[200000];
};
using Tree = std::map<int, Large>;
using Table = std::unordered_map<int, Large>;

// Each thread has a map of its own, and one's elements lie where the other's
// have lain. (The allocator locks, which nobody sees.)
template <class Map> static void inTheSameMemory() {
  void *first = nullptr;
  bool again = false;
  InTurn(
      [&] {
        Map *own = new Map;
        first = &(*own)[1];
        (*own)[1].value = 1;
        delete own;
      },
      [&] {
        Map *own = new Map;
        for (int i = 0; i < 4; i++) {
          Large &element = (*own)[i];
          again |= &element == first;
          element.value = 2;
        }
        delete own;
      });
  if (!again)
    std::puts("never met UNEXPECTED");
}
SILENT(reused, "life_of_map") { inTheSameMemory<Tree>(); }
SILENT(reused_of_a_table, "life_of_map") { inTheSameMemory<Table>(); }

// The thread's own record is of the life before.
RACE(in_the_next_life, NO_RULE) {
  Tree m;
  InTurn(
      [&] {
        Large *first = &m[1];
        m[1].value = 1;
        m.clear();
        Large *second = &m[1];
        m[1].value = 2;
        if (first != second)
          std::puts("never met UNEXPECTED");
      },
      [&] {
        mapsan_ignore_begin(); // (of the map)
        auto it = m.begin();
        mapsan_ignore_end();
        it->second.value = 3;
      });
}

// In a flat map others' elements move; all of that is done under the lock.
struct Flat {
  std::vector<std::pair<int, int>> all;
};
SILENT(erased_and_inserted, "mutex") {
  std::map<int, Flat> m;
  std::mutex mutex;
  auto locked = [&](auto function) {
    return [&, function] {
      std::lock_guard<std::mutex> lock(mutex);
      function();
    };
  };
  InTurn(locked([&] { m[1].all.emplace_back(1, 2); }), locked([&] {
           m.erase(1);
           m[2].all.emplace_back(3, 4);
         }),
         locked([&] { m[2].all.clear(); }));
}

int main(int argc, char **argv) {
  mallopt(M_MMAP_THRESHOLD, 100000);
  mallopt(M_ARENA_MAX, 1); // no mappings between
  return RunCases(argc, argv);
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: {{[0-9]+}} cases
