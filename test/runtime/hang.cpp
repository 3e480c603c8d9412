// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: when a hanging program is terminated, an operation on a reported map
// that never returned is named; a healthy one is not, nor is anything said
// where nothing was reported.

// RUN: %mapsan-clangxx -g -O1 %s -o %t
// RUN: %t race >%t.out 2>&1; test $? -eq 143
// RUN: %FileCheck %s --check-prefix=HANG <%t.out
// HANG: WARNING: MapSanitizer: concurrent map
// HANG: MapSanitizer: a map operation did not return: find on table by thread T{{[0-9]+}} at {{.*}}hang.cpp:{{[0-9]+}}:{{[0-9]+}} in
// RUN: %t no-race >%t.out 2>&1; test $? -eq 143
// RUN: %FileCheck %s --check-prefix=SILENT --allow-empty <%t.out
// SILENT-NOT: MapSanitizer

#include "Inputs/threads.h"
#include <csignal>
#include <cstring>
#include <unistd.h>
#include <unordered_map>

static invisible::Step inside;

// An equality that never comes to an end, as in a bucket chain that is a ring.
struct Key {
  int number;
  bool operator==(const Key &other) const {
    if (other.number == 99 || number == 99) {
      inside.Done();
      inside.WaitFor(100);
    }
    return number == other.number;
  }
};
struct Hash {
  std::size_t operator()(const Key &) const { return 0; }
};
static std::unordered_map<Key, int, Hash> table;

int main(int, char **argv) {
  table.insert({Key{1}, 1});
  if (!std::strcmp(argv[1], "race"))
    InOrder([] { table.insert({Key{2}, 1}); }, [] { (void)table.size(); });
  std::thread([] { (void)table.find(Key{99}); }).detach();
  inside.WaitFor(1);
  kill(getpid(), SIGTERM);
  for (;;)
    pause();
}
