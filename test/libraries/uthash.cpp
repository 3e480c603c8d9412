// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %debug-cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: uthash's macros, by mapsan/uthash.h: those that read, those that change the table, and what both do to it.

#include "cases.h"
#include <mapsan/uthash.h>
#include <mutex>
#include <string.h>

struct User {
  int id;
  char name[8];
  UT_hash_handle hh;
};

static User *items[64];
static User *item(int id) {
  User *&it = items[id];
  if (!it) {
    it = new User();
    it->id = id;
  }
  return it;
}

#define FIND                                                                   \
  {                                                                            \
    User *found;                                                               \
    int id = 1;                                                                \
    HASH_FIND_INT(users, &id, found);                                          \
    if (!found)                                                                \
      __builtin_abort();                                                       \
  }
#define ADD HASH_ADD_INT(users, id, fresh)
#define DELETE HASH_DEL(users, old)
#define WALK                                                                   \
  {                                                                            \
    User *user, *next;                                                         \
    HASH_ITER(hh, users, user, next)                                           \
    if (user->id < 0)                                                          \
      __builtin_abort();                                                       \
  }
#define COUNT (void)HASH_COUNT(users)
#define CLEAR HASH_CLEAR(hh, users)
#define SORT                                                                   \
  HASH_SORT(users, [](const User *a, const User *b) { return a->id - b->id; })
#define REPLACE                                                                \
  {                                                                            \
    User *replaced;                                                            \
    HASH_REPLACE_INT(users, id, again, replaced);                              \
  }

// A table of two, and two more elements: one to be added, one of a key that is there.
#define TABLE                                                                  \
  User *users = NULL;                                                          \
  User *old = new User(), *kept = new User(), *fresh = new User(),             \
       *again = new User();                                                    \
  old->id = again->id = 2;                                                     \
  kept->id = 1;                                                                \
  fresh->id = 3;                                                               \
  HASH_ADD_INT(users, id, kept);                                               \
  HASH_ADD_INT(users, id, old)

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

RACES(two_additions, ADD, HASH_ADD_INT(users, id, item(9)))
RACES(find_and_add, FIND, ADD)
RACES(add_and_find, ADD, FIND)
RACES(find_and_delete, FIND, DELETE)
RACES(walk_and_delete, WALK, DELETE)
RACES(count_and_add, COUNT, ADD)
RACES(find_and_clear, FIND, CLEAR)
RACES(walk_and_sort, WALK, SORT)
RACES(find_and_replace, FIND, REPLACE)
QUIET(two_finds, FIND, FIND)
QUIET(walk_and_count, WALK, COUNT)
QUIET(find_and_walk, FIND, WALK)
SILENT(guarded, "mutex") {
  TABLE;
  std::mutex mutex;
  InTurn(
      [&] {
        std::lock_guard<std::mutex> hold(mutex);
        ADD;
      },
      [&] {
        std::lock_guard<std::mutex> hold(mutex);
        FIND;
      });
}
// Another table's changes are its own.
SILENT(two_tables, NO_RULE) {
  TABLE;
  User *others = NULL;
  InTurn([&] { FIND; }, [&] { HASH_ADD_INT(others, id, item(9)); });
}

int main() { return RunCases(); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 14 cases
