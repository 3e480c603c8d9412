// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The maps and arguments that a row of the table finds.

#ifndef MAPSAN_TEST_FIXTURE_H
#define MAPSAN_TEST_FIXTURE_H

#include "container.h"
#include "subject.h"

#include <memory>
#include <new>

/// Iterators stand after the maps that they point into, as the checked
/// iterators of the debug mode must go first. Not thread-safe; owned by the
/// harness.
struct Fixture {
  // Keys: 1 .. elements, and from 1001 in `other` and `other_cousin`; 1 holds
  // the element that a bystander writes; `fresh` ones are in no map.
  Map a, twin, other, empty;
  Cousin twin_cousin, other_cousin;
  union {
    Map raw; // alive only where a row constructs or destroys it
  };
  const Map &constant = a;

  const Key present = 2, fresh = 500, throwing = kThrowing;
  const Value present_value = value(2), fresh_value = value(500);
  const Value present_range[2] = {value(2), value(3)};
  const Value fresh_range[2] = {value(500), value(501)};
  const Value throwing_range[2] = {value(500), value(kThrowing)};
  const Value *nowhere = present_range; // an empty range

  Iterator it, next;
  ConstIterator const_it;
  Node present_node, fresh_node, no_node;
  volatile int *element;
  std::size_t buckets = 0; // of `a`

  Fixture(int elements, bool room)
      : it(), next(), const_it(), present_node(extracted(2)),
        fresh_node(extracted(500)) {
    for (Map *map : {&a, &twin, &other, &empty})
      makeRoom(*map, room);
    makeRoom(twin_cousin, room);
    makeRoom(other_cousin, room);
    for (int i = 1; i <= elements; i++) {
      a.insert(value(i));
      twin.insert(value(i));
    }
    for (int i = 1; i <= 3; i++) {
      twin_cousin.insert(value(i));
      other.insert(value(1000 + i));
      other_cousin.insert(value(1000 + i));
    }
#if !ORDERED
    // libstdc++'s rehash makes room for one more element than there are.
    if (a.size() == a.bucket_count())
      a.rehash(a.size() + 1);
    buckets = a.bucket_count();
#endif
    it = a.find(Key(2));
    next = it;
    ++next;
    const_it = it;
#if MAPPED
    element = &a.find(Key(1))->second;
#else
    element = &a.find(Key(1))->payload;
#endif
  }
  ~Fixture() {}

  template <class Any>
  static void makeRoom([[maybe_unused]] Any &map, [[maybe_unused]] bool room) {
#if !ORDERED
    if (room)
      map.reserve(64);
#endif
  }

  static Node extracted(int number) {
    Map map;
    map.insert(value(number));
    return map.extract(map.begin());
  }
};

#endif // MAPSAN_TEST_FIXTURE_H
