// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The container under test, chosen on the command line:
//   -DCONTAINER=unordered_multimap   one of the eight associative containers
//   -DPMR                            the alias of std::pmr
// It defines Map, its cousin (the same with or without "multi", for merge),
// and ORDERED, MAPPED and UNIQUE as 0 or 1 for rows that not every one has.

#ifndef MAPSAN_TEST_CONTAINER_H
#define MAPSAN_TEST_CONTAINER_H

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory_resource>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

//                                  ordered mapped unique  cousin
#define TRAITS_map 1, 1, 1, multimap
#define TRAITS_multimap 1, 1, 0, map
#define TRAITS_set 1, 0, 1, multiset
#define TRAITS_multiset 1, 0, 0, set
#define TRAITS_unordered_map 0, 1, 1, unordered_multimap
#define TRAITS_unordered_multimap 0, 1, 0, unordered_map
#define TRAITS_unordered_set 0, 0, 1, unordered_multiset
#define TRAITS_unordered_multiset 0, 0, 0, unordered_set

#define PICK_1(A, B, C, D) A
#define PICK_2(A, B, C, D) B
#define PICK_3(A, B, C, D) C
#define PICK_4(A, B, C, D) D
#define TRAITS_OF_2(Name) TRAITS_##Name
#define TRAITS_OF(Name) TRAITS_OF_2(Name)
#define APPLY(Macro, ...) Macro(__VA_ARGS__)
#define ORDERED APPLY(PICK_1, TRAITS_OF(CONTAINER))
#define MAPPED APPLY(PICK_2, TRAITS_OF(CONTAINER))
#define UNIQUE APPLY(PICK_3, TRAITS_OF(CONTAINER))
#define COUSIN APPLY(PICK_4, TRAITS_OF(CONTAINER))
#define QUOTE_2(Name) #Name
#define QUOTE(Name) QUOTE_2(Name)

#ifdef PMR
namespace library = std::pmr;
#define CONTAINER_NAME "std::pmr::" QUOTE(CONTAINER)
#else
namespace library = std;
#define CONTAINER_NAME "std::" QUOTE(CONTAINER)
#endif

/// A key with a word that plays no part in comparisons.
struct Key {
  int number;
  mutable int payload = 0;
  Key(int number) : number(number) {}
};

/// What heterogeneous lookup is given.
struct Probe {
  int number;
};

/// What the order and the hash throw when they meet this key.
struct Thrown {};
constexpr int kThrowing = -1;

template <class Any> const Any &checked(const Any &any) {
  if (any.number == kThrowing)
    throw Thrown();
  return any;
}

struct Hash {
  using is_transparent = void;
  std::size_t operator()(const Key &key) const {
    return checked(key).number * 7u;
  }
  std::size_t operator()(Probe probe) const { return probe.number * 7u; }
};

struct Equal {
  using is_transparent = void;
  template <class Left, class Right>
  bool operator()(const Left &left, const Right &right) const {
    return left.number == right.number;
  }
};

struct Less {
  using is_transparent = void;
  template <class Left, class Right>
  bool operator()(const Left &left, const Right &right) const {
    return checked(left).number < checked(right).number;
  }
};

// For the comparison of whole containers.
inline bool operator==(const Key &left, const Key &right) {
  return left.number == right.number;
}
inline bool operator<(const Key &left, const Key &right) {
  return left.number < right.number;
}

#if MAPPED && ORDERED
#define ARGUMENTS Key, int, Less
#elif MAPPED
#define ARGUMENTS Key, int, Hash, Equal
#elif ORDERED
#define ARGUMENTS Key, Less
#else
#define ARGUMENTS Key, Hash, Equal
#endif

using Map = library::CONTAINER<ARGUMENTS>;
using Cousin = library::COUSIN<ARGUMENTS>;
using Value = Map::value_type;
using Node = Map::node_type;
using Iterator = Map::iterator;
using ConstIterator = Map::const_iterator;
using Allocator = Map::allocator_type;

inline Value value(int number) {
#if MAPPED
  return Value(Key(number), number);
#else
  return Value(number);
#endif
}

inline int numberOf(const Value &value) {
#if MAPPED
  return value.first.number;
#else
  return value.number;
#endif
}

#endif // MAPSAN_TEST_CONTAINER_H
