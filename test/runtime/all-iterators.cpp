// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: with --mapsan-all-iterators what becomes of an iterator is known wherever it is kept: in a member, in a container, in
// another thread; memory that is handed out again makes it unknown.

// RUN: %mapsan-clangxx --mapsan-all-iterators -std=c++20 -g -O0 %s -o %t
// RUN: %mapsan-clangxx --mapsan-all-iterators -std=c++20 -g -O2 %s -o %t.2
// RUN: %not %t member 2>&1 | %FileCheck %s --check-prefixes=CHECK,MEMBER
// RUN: %not %t.2 member 2>&1 | %FileCheck %s --check-prefixes=CHECK,MEMBER
// RUN: %not %t stepped 2>&1 | %FileCheck %s --check-prefix=CHECK
// RUN: %not %t.2 vector 2>&1 | %FileCheck %s --check-prefix=CHECK
// RUN: %not %t thread 2>&1 | %FileCheck %s --check-prefix=CHECK
// RUN: %not %t.2 parameter 2>&1 | %FileCheck %s --check-prefix=CHECK
// RUN: %not %t next 2>&1 | %FileCheck %s --check-prefix=CHECK
// RUN: %not %t grown 2>&1 | %FileCheck %s --check-prefix=CHECK
// RUN: %t fine 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: %t.2 fine 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: env MAPSAN_OPTIONS=iterators=0 %t member 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: %mapsan-clangxx -std=c++20 -g -O0 %s -o %t.off
// RUN: %t.off member 2>&1 | %FileCheck %s --check-prefix=SILENT

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

using Map = std::map<int, int>;
static Map map;
static std::unordered_map<int, int> table;
static int sink;

struct Cursor {
  Map::iterator at;
  int value() const { return at->second; }
  void next() { ++at; }
};
static Cursor cursor;
static std::vector<Map::iterator> kept;

__attribute__((noinline)) static void use(Map::iterator it) {
  sink += it->second;
}
__attribute__((noinline)) static void useLater(const Map::iterator &it) {
  sink += it->second;
}

// Whatever is done right with iterators that are kept.
static void fine() {
  // What is built in the same place again has the same end.
  static std::optional<Map> again;
  for (int round = 0; round < 3; round++) {
    again.emplace(map);
    for (cursor.at = again->begin(); cursor.at != again->end(); cursor.next())
      sink += cursor.value();
    again.reset();
  }
  cursor.at = map.begin();
  for (int i = 0; i < 3; i++) {
    sink += cursor.value();
    cursor.next();
  }
  // Elements that come and go in the same memory.
  for (int round = 0; round < 100; round++) {
    cursor.at = map.emplace(1000 + round, round).first;
    sink += cursor.value();
    map.erase(cursor.at);
  }
  for (auto it = map.begin(); it != map.end(); ++it)
    kept.push_back(it);
  std::sort(kept.begin(), kept.end(),
            [](auto a, auto b) { return a->second > b->second; });
  for (auto it : kept)
    useLater(it);
  kept.clear();
  Map other;
  other[1] = 1;
  cursor.at = other.begin();
  map.swap(other);
  sink += cursor.value();
  map.swap(other);
  std::erase_if(map, [](const auto &e) { return e.first == 2; });
  sink += std::next(map.begin(), 2)->second;
  sink += std::max_element(map.begin(), map.end())->second;
  sink += map.rbegin()->second;
  std::set<int> numbers = {1, 2, 3};
  std::set<int> more;
  std::copy(numbers.begin(), numbers.end(), std::inserter(more, more.end()));
  auto [first, last] = map.equal_range(4);
  for (; first != last; ++first)
    sink += first->second;
}

int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  for (int i = 0; i < 10; i++)
    map[i] = table[i] = i;
  if (chosen("fine"))
    fine();
  if (chosen("member")) {
    cursor.at = map.find(5);
    map.erase(5);
    sink += cursor.value();
  }
  if (chosen("stepped")) {
    cursor.at = map.find(4);
    cursor.next();
    map.erase(5);
    cursor.next();
  }
  if (chosen("vector")) {
    kept.push_back(map.find(5));
    map.erase(map.find(5));
    useLater(kept.front());
  }
  if (chosen("thread")) {
    cursor.at = map.find(5);
    map.erase(5);
    std::thread([] { sink += cursor.value(); }).join();
  }
  if (chosen("parameter")) {
    auto it = map.find(5);
    map.erase(5);
    use(it);
  }
  if (chosen("next")) {
    auto it = std::next(map.find(4));
    map.erase(5);
    useLater(it);
  }
  if (chosen("grown")) {
    struct {
      std::unordered_map<int, int>::iterator at;
    } *other = new std::remove_reference_t<decltype(*other)>;
    other->at = table.find(3);
    table.rehash(10000);
    ++other->at;
  }
  std::puts("DONE");
}

// CHECK: WARNING: MapSanitizer: use of invalidated map iterator (pid=
// CHECK: Invalidated by: {{erase|rehash}}
// CHECK: Iterator made: {{find|begin}}
// CHECK: SUMMARY: MapSanitizer: use of invalidated map iterator
// MEMBER: {{in Cursor::value|in main}}

// SILENT-NOT: MapSanitizer
// SILENT: DONE
