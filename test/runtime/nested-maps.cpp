// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a map in a map, or in whatever else holds one, is a map of its own, by
// its own name: a race on the outer one is told apart from one on the inner, and
// an inner one's life ends with its element.

// RUN: %mapsan-clangxx -std=c++20 -g -O1 %s -o %t
// RUN: %not %t inner 2>&1 | %FileCheck %s --check-prefix=INNER
// RUN: %not %t outer 2>&1 | %FileCheck %s --check-prefix=OUTER
// RUN: %t apart 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: %t renewed 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: %not %t shared 2>&1 | %FileCheck %s --check-prefix=SHARED
// RUN: %not %t maybe 2>&1 | %FileCheck %s --check-prefix=MAYBE
// RUN: %not %t either 2>&1 | %FileCheck %s --check-prefix=EITHER
// RUN: %not %t any 2>&1 | %FileCheck %s --check-prefix=ANY
// RUN: %not %t shards 2>&1 | %FileCheck %s --check-prefix=SHARDS

#include "Inputs/threads.h"
#include <any>
#include <array>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>

using Inner = std::map<int, int>;

static std::unordered_map<int, Inner> rooms;
static auto owned = std::make_shared<Inner>();
static std::optional<Inner> maybe{Inner()};
static std::variant<int, Inner> either{Inner()};
static std::any anything{Inner()};
static std::array<Inner, 4> shards;

int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  rooms[1];
  rooms[2];
  if (chosen("inner"))
    InOrder([] { rooms[1][5] = 1; }, [] { rooms[1][6] = 1; });
  if (chosen("outer"))
    InOrder([] { rooms[1][5] = 1; }, [] { rooms[3][5] = 1; });
  if (chosen("apart"))
    InOrder([] { rooms[1][5] = 1; }, [] { rooms[2][5] = 1; });
  if (chosen("renewed")) {
    rooms.erase(1);
    rooms[1];
    InOrder([] { rooms[1].find(5); }, [] { rooms[1].find(6); });
  }
  if (chosen("shared"))
    InOrder([] { (*owned)[1] = 1; }, [] { owned->clear(); });
  if (chosen("maybe"))
    InOrder([] { maybe->emplace(1, 1); }, [] { maybe->emplace(2, 1); });
  if (chosen("either"))
    InOrder([] { std::get<Inner>(either)[1] = 1; },
            [] { std::get<Inner>(either)[2] = 1; });
  if (chosen("any"))
    InOrder([] { std::any_cast<Inner &>(anything)[1] = 1; },
            [] { std::any_cast<Inner &>(anything)[2] = 1; });
  if (chosen("shards"))
    InOrder([] { shards[5 % 4][1] = 1; }, [] { shards[9 % 4][2] = 1; });
  std::puts("DONE");
}

// INNER: WARNING: MapSanitizer: concurrent map writes (pid=
// INNER-NEXT: Map `rooms[..]` of type std::map<int, int> at 0x
// INNER-NOT: WARNING

// OUTER: WARNING: MapSanitizer: concurrent map read and map write (pid=
// OUTER-NEXT: Map `rooms` of type std::unordered_map<int, std::map<int, int>> at 0x
// OUTER: Write: operator[] (inserted, size 2 -> 3) by thread T3:
// OUTER: Previous read: operator[] (changed nothing) by thread T2:

// SILENT-NOT: WARNING
// SILENT: DONE

// SHARED: WARNING: MapSanitizer: concurrent map writes (pid=
// SHARED-NEXT: of type std::map<int, int> at 0x
// MAYBE: WARNING: MapSanitizer: concurrent map writes (pid=
// EITHER: WARNING: MapSanitizer: concurrent map writes (pid=
// ANY: WARNING: MapSanitizer: concurrent map writes (pid=
// SHARDS: WARNING: MapSanitizer: concurrent map writes (pid=
// SHARDS-NEXT: Map `shards[{{.*}}]` of type std::map<int, int> at 0x
