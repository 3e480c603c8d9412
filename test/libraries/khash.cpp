// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %debug-cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: the functions that khash's macros make for each type of key, by the ends of their names.

#include "cases.h"
#include <htslib/khash.h>
#include <mutex>

KHASH_MAP_INIT_INT(numbers, int)
KHASH_SET_INIT_STR(words)

static void put(khash_t(numbers) * table, int key) {
  int result;
  kh_put(numbers, table, key, &result);
}

#define PUT(Key) put(table, Key)
#define GET (void)kh_get(numbers, table, 1)
#define DELETE kh_del(numbers, table, kh_get(numbers, table, 1))
#define CLEAR kh_clear(numbers, table)
#define RESIZE kh_resize(numbers, table, 1000)

#define TABLE                                                                  \
  khash_t(numbers) *table = kh_init(numbers);                                  \
  PUT(1);                                                                      \
  PUT(2)

#define RACES(Name, First, Second)                                             \
  RACE(Name) {                                                                 \
    TABLE;                                                                     \
    InTurn([&] { First; }, [&] { Second; });                                   \
  }
#define QUIET(Name, First, Second)                                             \
  SILENT(Name, NO_RULE) {                                                      \
    TABLE;                                                                     \
    InTurn([&] { First; }, [&] { Second; });                                   \
  }

RACES(two_insertions, PUT(3), PUT(4))
RACES(get_and_put, GET, PUT(3))
RACES(get_and_delete, GET, DELETE)
RACES(get_and_clear, GET, CLEAR)
RACES(get_and_resize, GET, RESIZE)
RACES(get_and_destroy, GET, kh_destroy(numbers, table))
QUIET(two_gets, GET, GET)
// They find what is there.
QUIET(put_present_and_get, PUT(1), GET)
QUIET(two_present, PUT(1), PUT(2))

SILENT(guarded, "mutex") {
  TABLE;
  std::mutex mutex;
  InTurn(
      [&] {
        std::lock_guard<std::mutex> hold(mutex);
        PUT(3);
      },
      [&] {
        std::lock_guard<std::mutex> hold(mutex);
        GET;
      });
}
RACE(of_another_type) {
  khash_t(words) *table = kh_init(words);
  InTurn([&] { (void)kh_get(words, table, "one"); },
         [&] {
           int result;
           kh_put(words, table, "two", &result);
         });
}

int main() { return RunCases(); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 11 cases
