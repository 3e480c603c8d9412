// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: where a MapVector keeps its vector's address is known of those that consist of a DenseMap and a vector in the heap; of
// others nothing is said of growth, whatever else stands in that place.

// RUN: %mapsan-clangxx -std=c++20 -g -O1 -isystem/usr/lib/llvm-19/include %s -o %t -L/usr/lib/llvm-19/lib -lLLVM-19
// RUN: env MAPSAN_OPTIONS=color=never %t | %FileCheck %s
// RUN: %not env MAPSAN_OPTIONS=color=never %t grown 2>&1 | %FileCheck %s --check-prefix=REPORT

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/MapVector.h>
#include <llvm/ADT/SmallVector.h>

#include <cstdio>
#include <map>

namespace {

using Table = llvm::DenseMap<int, int>;
template <class Mapped>
using Elements = llvm::SmallVector<std::pair<int, Mapped>, 8>;

template <class Map> [[gnu::noinline]] void insert(Map &map, int from, int to) {
  for (int key = from; key < to; key++)
    map[key];
}

// One element, and then others for which there is room.
template <class Map> void look() {
  Map map;
  insert(map, 1, 2);
  auto *it = map.find(1);
  insert(map, 2, 5);
  if (it->first != 1)
    std::puts("FAILED");
}

void grow() {
  llvm::MapVector<int, int> map;
  insert(map, 1, 2);
  auto *it = map.find(1);
  insert(map, 2, 500);
  std::printf("%d\n", it->first);
}

} // namespace

int main(int argc, char **) {
  if (argc > 1)
    grow();
  look<llvm::SmallMapVector<int, Table, 8>>();
  look<llvm::MapVector<int, Table, llvm::SmallDenseMap<int, unsigned, 16>,
                       Elements<Table>>>();
  look<llvm::MapVector<int, int, std::map<int, unsigned>, Elements<int>>>();
  look<llvm::MapVector<int, int, llvm::DenseMap<int, unsigned>,
                       Elements<int>>>();
  std::puts("DONE");
}

// CHECK-NOT: FAILED
// CHECK: DONE

// REPORT: WARNING: MapSanitizer: use of invalidated map element
// REPORT-NEXT: Map `map` of type llvm::MapVector<
// REPORT-NEXT: Use: read of reference `it` by the main thread:
// REPORT: Invalidated by: operator[]
// REPORT: Reference made: find
// REPORT: Why: the operation moved the elements
// REPORT: SUMMARY: MapSanitizer: use of invalidated map element
// REPORT-NOT: WARNING
