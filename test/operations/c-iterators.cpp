// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a GHashTableIter is good until the table is changed, but for what is changed through it.

// RUN: %mapsan-clangxx -g -O0 -I%mapsan_prefix/include %s $(pkg-config --cflags --libs glib-2.0) -o %t.O0
// RUN: env MAPSAN_OPTIONS=exitcode=0 %t.O0 2>%t.log | %FileCheck %s
// RUN: %mapsan-clangxx -g -O2 -I%mapsan_prefix/include %s $(pkg-config --cflags --libs glib-2.0) -o %t.O2
// RUN: env MAPSAN_OPTIONS=exitcode=0 %t.O2 2>%t.log | %FileCheck %s
// RUN: %not env MAPSAN_OPTIONS=color=never %t.O0 "a new key inserted" 2>&1 | %FileCheck %s --check-prefix=REPORT

#include "c_cases.h"

#include <glib.h>

namespace {

void *key(int number) { return GINT_TO_POINTER(number); }

GHashTable *filled() {
  GHashTable *table = g_hash_table_new(g_direct_hash, g_direct_equal);
  for (int number = 1; number <= 8; number++)
    g_hash_table_insert(table, key(number), key(1));
  return table;
}

gboolean isThree(void *any, void *, void *) { return any == key(3); }
gboolean isNone(void *, void *, void *) { return FALSE; }

#define BEGIN                                                                  \
  GHashTableIter it;                                                           \
  g_hash_table_iter_init(&it, table);                                          \
  g_hash_table_iter_next(&it, nullptr, nullptr)
#define STEP g_hash_table_iter_next(&it, nullptr, nullptr)

const CaseOf<GHashTable> kCases[] = {
    {"looked up", kSilent,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_lookup(table, key(3));
       STEP;
     }},
    {"a new key inserted", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_insert(table, key(9), key(1));
       STEP;
     }},
    {"a present key inserted", kSilent,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_insert(table, key(3), key(2));
       STEP;
     }},
    {"a new key by replace", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_replace(table, key(9), key(1));
       STEP;
     }},
    {"a present key by replace", kSilent,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_replace(table, key(3), key(2));
       STEP;
     }},
    {"a new key by add", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_add(table, key(9));
       STEP;
     }},
    {"removed", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_remove(table, key(3));
       STEP;
     }},
    {"an absent key removed", kSilent,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_remove(table, key(30));
       STEP;
     }},
    {"stolen", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_steal(table, key(3));
       STEP;
     }},
    {"some removed", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_foreach_remove(table, isThree, nullptr);
       STEP;
     }},
    {"none removed", kSilent,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_foreach_remove(table, isNone, nullptr);
       STEP;
     }},
    {"all removed", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_remove_all(table);
       STEP;
     }},
    {"all stolen", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_steal_all(table);
       STEP;
     }},
    {"all removed of none", kSilent,
     [](GHashTable *table) {
       g_hash_table_remove_all(table);
       BEGIN;
       g_hash_table_remove_all(table);
       STEP;
     }},
    {"given up by one of two owners", kInvalid,
     [](GHashTable *table) {
       g_hash_table_ref(table);
       BEGIN;
       g_hash_table_destroy(table);
       STEP;
     }},
    {"begun after that", kSilent,
     [](GHashTable *table) {
       g_hash_table_ref(table);
       g_hash_table_destroy(table);
       BEGIN;
       STEP;
     }},
    {"begun anew", kSilent,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_remove(table, key(3));
       g_hash_table_iter_init(&it, table);
       STEP;
     }},
    {"another table changed", kSilent,
     [](GHashTable *table) {
       GHashTable *other = filled();
       BEGIN;
       g_hash_table_remove(other, key(3));
       STEP;
     }},

    // --- what is changed through it
    {"removed through it", kSilent,
     [](GHashTable *table) {
       GHashTableIter it;
       g_hash_table_iter_init(&it, table);
       while (STEP)
         g_hash_table_iter_remove(&it);
     }},
    {"stolen through it", kSilent,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_iter_steal(&it);
       STEP;
     }},
    {"replaced through it", kSilent,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_iter_replace(&it, key(2));
       STEP;
     }},
    {"removed through another one", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       GHashTableIter other;
       g_hash_table_iter_init(&other, table);
       g_hash_table_iter_next(&other, nullptr, nullptr);
       g_hash_table_iter_remove(&other);
       STEP;
     }},
    {"removed through it after a removal", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       g_hash_table_remove(table, key(3));
       g_hash_table_iter_remove(&it);
     }},
    {"a copy stepped", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       GHashTableIter copy = it;
       g_hash_table_remove(table, key(3));
       g_hash_table_iter_next(&copy, nullptr, nullptr);
     }},
    {"removed in a loop", kInvalid,
     [](GHashTable *table) {
       GHashTableIter it;
       g_hash_table_iter_init(&it, table);
       void *at = nullptr;
       while (g_hash_table_iter_next(&it, &at, nullptr))
         g_hash_table_remove(table, at);
     }},

    // --- two threads
    {"changed by another thread, unordered", kRace,
     [](GHashTable *table) {
       static invisible::Step made, done;
       std::thread other([table] {
         made.WaitFor(1);
         g_hash_table_remove(table, key(3));
         done.Done();
       });
       BEGIN;
       made.Done();
       done.WaitFor(1);
       STEP;
       other.join();
     }},
    {"changed by another thread, ordered", kInvalid,
     [](GHashTable *table) {
       BEGIN;
       std::thread([table] { g_hash_table_remove(table, key(3)); }).join();
       STEP;
     }},
    {"stepped outside the lock", kOutside,
     [](GHashTable *table) {
       static invisible::Step changed, over;
       static std::mutex mutex;
       std::thread other([table] {
         {
           std::lock_guard<std::mutex> hold(mutex);
           g_hash_table_insert(table, key(9), key(1));
         }
         changed.Done();
         over.WaitFor(1);
       });
       changed.WaitFor(1);
       std::unique_lock<std::mutex> hold(mutex);
       BEGIN;
       hold.unlock();
       STEP;
       over.Done();
       other.join();
     }},
};

} // namespace

int main(int argc, char **argv) { return runCases(kCases, filled, argc, argv); }

// CHECK-NOT: FAILED
// CHECK: DONE

// REPORT: WARNING: MapSanitizer: use of invalidated map iterator
// REPORT-NEXT: Map `*table` of type GHashTable at
// REPORT-NEXT: Use: g_hash_table_iter_next of iterator `it` by the main thread:
// REPORT: Invalidated by: g_hash_table_insert
// REPORT: Iterator made: g_hash_table_iter_init
// REPORT: Why: insertions and erasures invalidate all iterators of this container
// REPORT: SUMMARY: MapSanitizer: use of invalidated map iterator
