// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The maps and arguments that a row of the table finds.

#ifndef MAPSAN_TEST_FIXTURE_H
#define MAPSAN_TEST_FIXTURE_H

#include "container.h"
#include "subject.h"

#include <memory>
#include <new>
#include <type_traits>

/// The container's node handle, or nothing.
template <class Any, class = void> struct NodeOf {
  struct Type {};
};
template <class Any> struct NodeOf<Any, std::void_t<typename Any::node_type>> {
  using Type = typename Any::node_type;
};
#ifdef ONLY_EXTRA_ROWS // of which none is about node handles
using Node = NodeOf<int>::Type;
#else
using Node = NodeOf<Map>::Type;
#endif

/// Its allocator, or a type that fits nothing.
template <class Any, class = void> struct AllocatorOf {
  struct Type {};
};
template <class Any>
struct AllocatorOf<Any, std::void_t<typename Any::allocator_type>> {
  using Type = typename Any::allocator_type;
};

#if __cplusplus >= 202002L
template <class Any>
concept HasReserve = requires(Any &map) { map.reserve(1); };
template <class Any>
concept HasBuckets =
    HasReserve<Any> && requires(Any &map) { map.rehash(map.bucket_count()); };
#else // without rows for them
template <class Any> constexpr bool HasReserve = false;
template <class Any> constexpr bool HasBuckets = false;
#endif

/// Iterators stand after the maps that they point into, as the checked
/// iterators of the debug mode must go first. Not thread-safe; owned by the
/// harness.
struct Fixture {
  // For rows, which ask a Fixture that is a template's parameter.
  using Map = ::Map;
  using Allocator = AllocatorOf<Map>::Type;

  // Keys: 1 .. elements, and from 1001 in `other` and `other_cousin`; 1 holds
  // the element that a bystander writes; `fresh` ones are in no map.
  Map a, twin, other, empty;
  Cousin twin_cousin, other_cousin;
  union {
    Map raw; // alive only where a row constructs or destroys it
  };
  const Map &constant = a;
#ifdef SHARES
  Map shared; // a copy of twin
#endif

  const Key present = 2, fresh = 500, throwing = kThrowing;
  const Value present_value = value(2), fresh_value = value(500);
  const Value present_range[2] = {value(2), value(3)};
  const Value fresh_range[2] = {value(500), value(501)};
  const Value mixed_range[2] = {value(2), value(500)};
  const Value throwing_range[2] = {value(500), value(kThrowing)};
  const Value *nowhere = present_range; // an empty range

  Iterator it, next;
  ConstIterator const_it;
  Node present_node, fresh_node, no_node;
  volatile int *element;
  const std::size_t elements;
  std::size_t buckets = 0; // of `a`

  Fixture(int elements, bool room)
      : it(a.end()), next(it), const_it(it), present_node(extracted(2)),
        fresh_node(extracted(500)), elements(elements) {
    for (Map *map : {&a, &twin, &other, &empty})
      makeRoom(*map, room);
    makeRoom(twin_cousin, room);
    makeRoom(other_cousin, room);
    for (int i = 1; i <= elements; i++) {
      PUT(a, i);
      PUT(twin, i);
    }
    for (int i = 1; i <= 3; i++) {
      PUT(twin_cousin, i);
      PUT(other, 1000 + i);
      PUT(other_cousin, 1000 + i);
    }
    noteBuckets(a);
    findAgain();
    element = WORD_OF(a, 1);
  }

  /// Iterators are not valid any more, in some containers, after what another
  /// thread did to the map. No operation in MapSan's eyes.
  __attribute__((disable_sanitizer_instrumentation)) void findAgain() {
#ifdef SHARES
    shared = twin;
#endif
    it = FIND(a, 2);
    next = it;
    if (it != a.end()) // an emptied map has no more of them
      ++next;
    const_it = it;
  }
  ~Fixture() {}

  template <class Any>
  static void makeRoom(Any &map, [[maybe_unused]] bool room) {
    PREPARE(map);
    if constexpr (HasReserve<Any>)
      if (room)
        map.reserve(64);
  }

  template <class Any> void noteBuckets([[maybe_unused]] Any &map) {
    if constexpr (HasBuckets<Any>) {
      // rehash makes room for one more element than there are, in some.
      if (map.size() >= map.bucket_count() * map.max_load_factor())
        map.rehash(2 * map.bucket_count());
      buckets = map.bucket_count();
    }
  }

  template <class Any = Map>
  static Node extracted([[maybe_unused]] int number) {
    if constexpr (std::is_empty_v<Node>) {
      return {};
    } else {
      Any map;
      PREPARE(map);
      PUT(map, number);
      return map.extract(map.begin());
    }
  }
};

#endif // MAPSAN_TEST_FIXTURE_H
