// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The container under test, chosen on the command line:
//   -DLIBRARY="containers/std.h"     the header of its library
//   -DCONTAINER=unordered_multimap   one of the containers of that
// It defines Map, its cousin (the same with or without "multi", for merge),
// and ORDERED, MAPPED and UNIQUE as 0 or 1.
//
// The header of a library, which is parsed once for all of its containers
// (precompiled.h) and so has no #if about CONTAINER, defines
//   TRAITS_<container>  for each: ordered, mapped, unique, cousin
//   CONTAINER_NAME      as the class is called
//   MAP_OF(Container)   its type
// and, where the library is not like the standard's, some of what stands below
// under #ifndef.

#ifndef MAPSAN_TEST_CONTAINER_H
#define MAPSAN_TEST_CONTAINER_H

#include <functional>
#include <initializer_list>
#include <utility>

// Before our macros, whose names a library may use for something else.
#ifndef PRECOMPILED // which has it
#include LIBRARY
#endif

#include "keys.h"

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

#if MAPPED && ORDERED
#define ARGUMENTS Key, int, Less
#elif MAPPED
#define ARGUMENTS Key, int, Hash, Equal
#elif ORDERED
#define ARGUMENTS Key, Less
#else
#define ARGUMENTS Key, Hash, Equal
#endif

using Map = MAP_OF(CONTAINER);
using Cousin = MAP_OF(COUSIN);
using Iterator = Map::iterator;
using ConstIterator = Map::const_iterator;

/// What is put in.
#ifdef VALUE
using Value = VALUE;
#else
using Value = Map::value_type;
#endif

inline Value value(int number) {
#if MAPPED
  return Value(Key(number), number);
#else
  return Value(number);
#endif
}

inline int numberOf(const Value &value) {
#ifdef NUMBER_OF
  return NUMBER_OF(value);
#elif MAPPED
  return value.first.number;
#else
  return value.number;
#endif
}

// How an element is put in, taken out, and how many there are, in one call
// each: of the two threads' operations, these are the other one's.
#ifndef PUT
#define PUT(Map, Number) (Map).insert(value(Number))
#define TAKE(Map, Number) (Map).erase((Map).find(Key(Number)))
#define SIZE(Map) (Map).size()
#endif

#ifndef FIND
#define FIND(Map, Number) (Map).find(Key(Number))
#endif

// What of it has the iterators, which of them leads to an element, and their
// constant kind.
#ifndef VIEW
#define VIEW(Map) (Map)
#define POSITION(Map, Number) FIND(Map, Number)
#define CONST_ITERATOR ConstIterator
#endif

// How an element is taken out: by its iterator, which one it is, by its key.
#ifndef TAKE_AT
#define TAKE_AT(Map, Iterator) VIEW(Map).erase(Iterator)
#define TAKE_ONE(Map, Number) TAKE(Map, Number)
#define TAKE_KEY(Map, Number) VIEW(Map).erase(Key(Number))
#endif

// 1: a reference to an element comes of map[key].
#ifndef SUBSCRIPT
#define SUBSCRIPT (MAPPED && UNIQUE)
#endif

// The object that a report is about, and how large it is.
#ifndef OBJECT_OF
#define OBJECT_OF(Map) (Map)
#define BYTES_OF(Object) sizeof(Object)
#endif

// A word of an element that the container does not look at.
#ifndef WORD_OF
#if MAPPED
#define WORD_OF(Map, Number) (&(Map).find(Key(Number))->second)
#else
#define WORD_OF(Map, Number) (&(Map).find(Key(Number))->payload)
#endif
#endif

// The same within one function, as elements are followed.
#if defined(MAPPED_BY_VALUE) && MAPPED
#define ELEMENT_OF(Map, Number) (&(Map).find(Key(Number)).value())
#elif defined(MAPPED_BY_VALUE)
#define ELEMENT_OF(Map, Number) (&(Map).find(Key(Number))->payload)
#elif !defined(ELEMENT_OF)
#define ELEMENT_OF(Map, Number) WORD_OF(Map, Number)
#endif

// Wants to be told something before it can be used, without MapSan's knowledge.
#ifndef PREPARE
#define PREPARE(Map) (void)(Map)
#endif

// What free functions are called.
#ifndef SWAP
#define SWAP "std::swap"
#define ERASE_IF "std::erase_if"
#define OPERATORS "std::"
#endif

// How many elements there is room for, or a bit less, in the words of rows.
#ifndef ROOM_FOR_ALL
#define ROOM_FOR_ALL f.buckets
#endif

// What an operation does that finds nothing to do.
#ifndef IF_NOTHING
#define IF_NOTHING READS
#endif

// What it does to make room for as many as there is room for.
#ifndef AS_MANY
#define AS_MANY READS
#endif

// The row of erase that takes a key.
#ifndef ERASE_KEY
#define ERASE_KEY "erase returns=integer"
#endif

// The row of erase that takes two iterators.
#ifndef ERASE_RANGE
#define ERASE_RANGE "erase arguments=2"
#endif

// The row of insert that takes several.
#ifndef RANGE_INSERT
#define RANGE_INSERT "insert"
#endif

// 0: an insertion or erasure moves other elements.
#ifndef STABLE
#define STABLE 1
#endif

#endif // MAPSAN_TEST_CONTAINER_H
