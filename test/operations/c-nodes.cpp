// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a GTreeNode is good until it is removed; MapSan knows of removals of all nodes, and of steps.

// RUN: %mapsan-clangxx -g -O0 -I%mapsan_prefix/include %s $(pkg-config --cflags --libs glib-2.0) -o %t.O0
// RUN: env MAPSAN_OPTIONS=exitcode=0 %t.O0 2>%t.log | %FileCheck %s
// RUN: %mapsan-clangxx -g -O2 -I%mapsan_prefix/include %s $(pkg-config --cflags --libs glib-2.0) -o %t.O2
// RUN: env MAPSAN_OPTIONS=exitcode=0 %t.O2 2>%t.log | %FileCheck %s
// RUN: %not env MAPSAN_OPTIONS=color=never %t.O0 "all removed" 2>&1 | %FileCheck %s --check-prefix=REPORT

#include "c_cases.h"

#include <glib.h>

namespace {

void *key(int number) { return GINT_TO_POINTER(number); }
int compare(const void *left, const void *right) {
  return GPOINTER_TO_INT(left) - GPOINTER_TO_INT(right);
}

GTree *filled() {
  GTree *tree = g_tree_new(compare);
  for (int number = 1; number <= 8; number++)
    g_tree_insert(tree, key(number), key(1));
  return tree;
}

#define NODE GTreeNode *node = g_tree_lookup_node(tree, key(3))

[[gnu::noinline]] void nothing() { asm volatile("" ::: "memory"); }

const CaseOf<GTree> kCases[] = {
    {"looked up", kSilent,
     [](GTree *tree) {
       NODE;
       nothing();
       g_tree_node_next(node);
     }},
    {"another inserted", kSilent,
     [](GTree *tree) {
       NODE;
       for (int number = 9; number < 100; number++)
         g_tree_insert(tree, key(number), key(1));
       g_tree_node_next(node);
     }},
    {"another removed", kSilent,
     [](GTree *tree) {
       NODE;
       g_tree_remove(tree, key(5));
       g_tree_node_next(node);
     }},
    {"replaced", kSilent,
     [](GTree *tree) {
       NODE;
       g_tree_replace(tree, key(3), key(2));
       g_tree_node_value(node);
     }},
    {"all removed", kInvalidElement,
     [](GTree *tree) {
       NODE;
       g_tree_remove_all(tree);
       g_tree_node_next(node);
     }},
    {"all removed, its key", kInvalidElement,
     [](GTree *tree) {
       NODE;
       g_tree_remove_all(tree);
       g_tree_node_key(node);
     }},
    {"all removed, its value", kInvalidElement,
     [](GTree *tree) {
       NODE;
       g_tree_remove_all(tree);
       g_tree_node_value(node);
     }},
    {"all removed after a step", kInvalidElement,
     [](GTree *tree) {
       NODE;
       GTreeNode *next = g_tree_node_next(node);
       g_tree_remove_all(tree);
       g_tree_node_previous(next);
     }},
    {"given up by one of two owners", kInvalidElement,
     [](GTree *tree) {
       g_tree_ref(tree);
       NODE;
       g_tree_destroy(tree);
       g_tree_node_next(node);
     }},
    {"inserted after that", kSilent,
     [](GTree *tree) {
       NODE;
       g_tree_remove_all(tree);
       node = g_tree_insert_node(tree, key(3), key(1));
       nothing();
       g_tree_node_next(node);
     }},
    {"a loop", kSilent,
     [](GTree *tree) {
       for (GTreeNode *node = g_tree_node_first(tree); node;
            node = g_tree_node_next(node)) {
         nothing();
         g_tree_node_key(node);
       }
     }},
    {"a loop that removes all", kInvalidElement,
     [](GTree *tree) {
       for (GTreeNode *node = g_tree_node_last(tree); node;
            node = g_tree_node_previous(node))
         g_tree_remove_all(tree);
     }},

    // --- two threads
    {"changed by another thread, unordered", kRace,
     [](GTree *tree) {
       static invisible::Step made, done;
       static std::mutex mutex;
       std::thread other([tree] {
         made.WaitFor(1);
         std::lock_guard<std::mutex> hold(mutex);
         g_tree_insert(tree, key(9), key(1));
         done.Done();
       });
       std::unique_lock<std::mutex> hold(mutex);
       NODE;
       hold.unlock();
       made.Done();
       done.WaitFor(1);
       g_tree_node_next(node);
       other.join();
     }},
    {"changed by another thread, ordered", kSilent,
     [](GTree *tree) {
       NODE;
       std::thread([tree] { g_tree_insert(tree, key(9), key(1)); }).join();
       g_tree_node_next(node);
     }},
    {"stepped outside the lock", kOutside,
     [](GTree *tree) {
       static invisible::Step changed, over;
       static std::mutex mutex;
       std::thread other([tree] {
         {
           std::lock_guard<std::mutex> hold(mutex);
           g_tree_insert(tree, key(9), key(1));
         }
         changed.Done();
         over.WaitFor(1);
       });
       changed.WaitFor(1);
       std::unique_lock<std::mutex> hold(mutex);
       NODE;
       hold.unlock();
       g_tree_node_next(node);
       over.Done();
       other.join();
     }},
};

} // namespace

int main(int argc, char **argv) { return runCases(kCases, filled, argc, argv); }

// CHECK-NOT: FAILED
// CHECK: DONE

// REPORT: WARNING: MapSanitizer: use of invalidated map element
// REPORT-NEXT: Map `*tree` of type GTree at
// REPORT-NEXT: Use: g_tree_node_next of reference `node` by the main thread:
// REPORT: Invalidated by: g_tree_remove_all
// REPORT: Reference made: g_tree_lookup_node
// REPORT: Why: all elements of the map were replaced or removed
// REPORT: SUMMARY: MapSanitizer: use of invalidated map element
