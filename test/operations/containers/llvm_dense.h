// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LLVM's maps and sets of anything. -DSETS, -DVECTORS: which.

#include "../keys.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/DenseSet.h>
#include <llvm/ADT/MapVector.h>

template <> struct llvm::DenseMapInfo<Key> {
  static Key getEmptyKey() { return Key(-2); }
  static Key getTombstoneKey() { return Key(-3); }
  static unsigned getHashValue(const Key &key) { return Hash()(key); }
  static unsigned getHashValue(Probe key) { return Hash()(key); }
  static bool isEqual(const Key &left, const Key &right) {
    return left.number == right.number;
  }
  static bool isEqual(Probe left, const Key &right) {
    return left.number == right.number;
  }
};

#define TRAITS_DenseMap 0, 1, 1, DenseMap
#define TRAITS_SmallDenseMap 0, 1, 1, SmallDenseMap
#define TRAITS_MapVector 0, 1, 1, MapVector
#define TRAITS_SmallMapVector 0, 1, 1, SmallMapVector
#define TRAITS_DenseSet 0, 0, 1, DenseSet
#define TRAITS_SmallDenseSet 0, 0, 1, SmallDenseSet

#define CONTAINER_NAME "llvm::" QUOTE(CONTAINER)
#define MAP_OF(Container) MAP_OF_2(Container)
#define MAP_OF_2(Container) MAP_##Container
#define MAP_DenseMap llvm::DenseMap<Key, int>
#define MAP_SmallDenseMap llvm::SmallDenseMap<Key, int, INLINE_ROOM>
#define MAP_MapVector llvm::MapVector<Key, int>
#define MAP_SmallMapVector llvm::SmallMapVector<Key, int, INLINE_ROOM / 2>
#define MAP_DenseSet llvm::DenseSet<Key>
#define MAP_SmallDenseSet llvm::SmallDenseSet<Key, INLINE_ROOM>
#ifndef INLINE_ROOM
#define INLINE_ROOM 8
#endif
#define SWAP "std::swap"
#define GENERIC_SWAP
#define ERASE_IF "no erase_if"
#ifdef SETS
#define OPERATORS "llvm::detail::"
#else
#define OPERATORS "llvm::"
#endif
#ifndef VECTORS
#define ERASE_KEY "erase returns=boolean"
#endif
#define ERASES_ITERATORS_ALONE
#define CLEARS_TOMBSTONES // which there may be in an empty one
#define STABLE 0
#define AT_ASSERTS
#define ROOM_FOR_ALL f.elements
#define removed(Map, Entry) (Map).remove(Entry)
#define EXTRA_ROWS "rows/llvm.inc"
#ifndef VECTORS
#define ITERATOR_RULES {Insert::Growth, Erase::None}
#define REFERENCE_RULES {Insert::Growth, Erase::Own}
#else
#ifdef SMALL // of these nobody knows whether they grow
#define ITERATOR_RULES {Insert::Never, Erase::Behind}
#define MAKE_ROOM(Map) (Map).reserve(600)
#else
#define ITERATOR_RULES {Insert::Growth, Erase::Behind}
#endif
#define REFERENCE_RULES ITERATOR_RULES
#define POINTERS
#define ELEMENTS 0
#define NO_ARROW
#define TAKES_ALONG 0
#define ERASE_RETURNS_NEXT
#endif
#define COUNTED 0
#ifdef SMALL
#define INSIDE 1
#endif
