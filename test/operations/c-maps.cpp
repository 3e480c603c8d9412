// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a map of C begins where a function returns it or makes it.

// RUN: %mapsan-clangxx -g %s $(pkg-config --cflags --libs glib-2.0) -o %t
// RUN: env MAPSAN_OPTIONS=exitcode=0 %t 2>&1 | %FileCheck %s

#include "meeting.h"

#include <cstdio>
#include <glib.h>
#include <search.h>
#include <thread>

Meeting meeting;

/// The first thread makes something, the second uses it: unordered.
template <class Make, class Use> void inTwoThreads(Make make, Use use) {
  std::thread maker([&] {
    make();
    meeting.meet();
    meeting.meet();
  });
  std::thread user([&] {
    meeting.meet();
    use();
    meeting.meet();
  });
  maker.join();
  user.join();
}

int main() {
  // CHECK: WARNING: MapSanitizer: concurrent map read and map write
  // CHECK: of type GHashTable
  // CHECK: Read: g_hash_table_lookup
  // CHECK: Previous construction: g_hash_table_new
  GHashTable *table = nullptr;
  inTwoThreads([&] { table = g_hash_table_new(nullptr, nullptr); },
               [&] { g_hash_table_lookup(table, nullptr); });

  // CHECK: WARNING: MapSanitizer: concurrent map read and map write
  // CHECK: of type GTree
  // CHECK: Previous construction: g_tree_new
  GTree *tree = nullptr;
  inTwoThreads(
      [&] {
        tree = g_tree_new([](const void *a, const void *b) {
          return int(a > b) - int(a < b);
        });
      },
      [&] { g_tree_lookup(tree, nullptr); });

  // CHECK: WARNING: MapSanitizer: concurrent map read and map write
  // CHECK: Map `texts` of type hsearch_data
  // CHECK: Previous construction: hcreate_r
  hsearch_data texts = {};
  inTwoThreads([&] { hcreate_r(10, &texts); },
               [&] {
                 ENTRY *found;
                 hsearch_r({const_cast<char *>("text"), nullptr}, FIND, &found,
                           &texts);
               });
  hdestroy_r(&texts);

  // CHECK-NOT: WARNING
  // CHECK: DONE
  std::puts("DONE");
}
