// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The standard's sequences; -DINLINED: Abseil's.

#include "../keys.h"

#include <deque>
#include <forward_list>
#include <iterator>
#include <list>
#include <sstream>
#include <string>
#include <vector>

#ifdef INLINED
#include <absl/container/inlined_vector.h>
#endif

#define TRAITS_InlinedVector 0, 0, 0, InlinedVector
#define TRAITS_vector 0, 0, 0, vector
#define TRAITS_vector_bool 0, 0, 0, vector_bool
#define TRAITS_deque 0, 0, 0, deque
#define TRAITS_list 0, 0, 0, list
#define TRAITS_forward_list 0, 0, 0, forward_list
#define TRAITS_string 0, 0, 0, string

// What only some of them are.
#define IS(Kind) IS_2(Kind, CONTAINER)
#define IS_2(Kind, Container) IS_3(Kind, Container)
#define IS_3(Kind, Container) Kind##_##Container
#define ARRAY_InlinedVector 1
#define VECTOR_vector 1
#define ARRAY_vector 1
#define ARRAY_string 1
#define BITS_vector_bool 1
#define DEQUE_deque 1
#define LINKED_list 1
#define LINKED_forward_list 1
#define ONE_WAY_forward_list 1
#define TEXT_string 1
#define SMALL_string 1 // elements that have no word to be written
#define SMALL_vector_bool 1

#ifdef INLINED
#define CONTAINER_NAME "absl::" QUOTE(CONTAINER)
#else
#define CONTAINER_NAME "std::" QUOTE(CONTAINER)
#endif
#define MAP_OF(Container) MAP_OF_2(Container)
#define MAP_OF_2(Container) MAP_##Container
#define MAP_InlinedVector absl::InlinedVector<Key, 4>
#define MAP_vector std::vector<Key>
#define MAP_vector_bool std::vector<bool>
#define MAP_deque std::deque<Key>
#define MAP_list std::list<Key>
#define MAP_forward_list std::forward_list<Key>
#define MAP_string std::string

inline int sequenceNumber(const Key &element) { return element.number; }
inline int sequenceNumber(char element) { return element; }
inline int sequenceNumber(bool) { return 2; }
#define NUMBER_OF(Value) sequenceNumber(Value)

/// That place, counted from 1, or the end: no operation in MapSan's eyes.
template <class Any>
__attribute__((disable_sanitizer_instrumentation)) auto place(Any &any,
                                                              int number) {
  auto it = any.begin();
  while (it != any.end() && --number)
    ++it;
  return it;
}

struct IsFour {
  template <class Any> bool operator()(const Any &element) const {
    return sequenceNumber(element) == 4;
  }
};
inline bool alike(const Key &, const Key &) { return true; }
inline std::size_t keepCount(char *, std::size_t count) { return count; }

#define FIND(Map, Number) place(Map, Number)
#define VIEW(Map) (Map)
#define POSITION(Map, Number) std::next((Map).begin(), (Number) - 1)
#define CONST_ITERATOR ConstIterator

#if IS(ONE_WAY)
#define PUT(Map, Number) (Map).push_front(value(Number))
#define TAKE(Map, Number) (Map).pop_front()
#define SIZE(Map) (Map).empty()
#define REMOVES(Name) Name " returns=integer"
#else
#define REMOVES(Name) Name
#define PUT(Map, Number) (Map).push_back(value(Number))
#define TAKE(Map, Number) (Map).pop_back()
#define SIZE(Map) (Map).size()
#endif

#if IS(SMALL)
#define WORD_OF(Map, Number) (new int)
#else
#define WORD_OF(Map, Number) (&place(Map, Number)->payload)
#endif

// Rows of shrink_to_fit, of eight elements and room for many.
#if IS(ARRAY)
#define SHRINKS WRITES
#elif !IS(LINKED) // these keep the rest of a block, or word
#define SHRINKS READS
#endif

// What is done at a place.
#if IS(ONE_WAY)
template <class Any>
__attribute__((disable_sanitizer_instrumentation)) auto before(Any &any,
                                                               int number) {
  auto it = any.before_begin();
  while (--number)
    ++it;
  return it;
}
#define INSERT_AT(Map, Number)                                                 \
  (Map).insert_after(before(Map, Number), value(50))
#define TAKE_AT(Map, Iterator) (Map).erase_after(Iterator)
template <class Any> void takeOne(Any &map, int number) {
  if (place(map, number) != map.end())
    map.erase_after(before(map, number));
}
#define NUMBER_IN(Element) ((void)(Element), 1)
#else
#define INSERT_AT(Map, Number) (Map).insert(place(Map, Number), value(50))
#define TAKE_AT(Map, Iterator) (Map).erase(Iterator)
template <class Any> void takeOne(Any &map, int number) {
  if (auto it = place(map, number); it != map.end())
    map.erase(it);
}
#define ERASE_RETURNS_NEXT
#endif
#define TAKE_ONE(Map, Number) takeOne(Map, Number)
#define TAKE_KEY(Map, Number) takeOne(Map, Number)

// [container.rev.reqmts] and the class of each.
#if IS(LINKED)
#define ITERATOR_RULES {Insert::Never, Erase::Own}
#define REFERENCE_RULES ITERATOR_RULES
#define END_STAYS
#elif IS(BITS) // of which sixty-four have one word
#define ITERATOR_RULES {Insert::Growth, Erase::None}
#define REFERENCE_RULES ITERATOR_RULES
#define LEARNS 0
#define ELEMENTS 0
#define NO_ARROW
#elif IS(ARRAY)
#define ITERATOR_RULES {Insert::Growth, Erase::Behind}
#define REFERENCE_RULES ITERATOR_RULES
#elif defined(_LIBCPP_VERSION) // where its ends are is not known
#define ITERATOR_RULES {Insert::Always, Erase::Own}
#define REFERENCE_RULES {Insert::Never, Erase::Own}
#else
#define ITERATOR_RULES {Insert::Always, Erase::All}
#define REFERENCE_RULES {Insert::Never, Erase::All}
#endif
#if IS(LINKED)
#define FREES 1
#else
#define FREES 0
#endif
// (A list that goes one way does not count its elements.)
#if IS(LINKED) && !IS(ONE_WAY)
#define REVERSED 1
#define PASSES 1
#else
#define PASSES 0
#endif
// 1: which element is the last is known by the object, or as it gives back memory.
#if IS(VECTOR) || IS(LINKED) || (IS(DEQUE) && !defined(_LIBCPP_VERSION))
#define KNOWS_ENDS 1
#else
#define KNOWS_ENDS 0
#endif
#if IS(BITS)
#define ELEMENT_OF(Map, Number) ((void)(Map), new int)
#else
#define LEARNS 1
#define REFERENCE auto &value = map.front()
#define REFERRED 1
#if IS(TEXT)
#define ELEMENT_OF(Map, Number) (&*POSITION(Map, Number))
#else
#define ELEMENT_OF(Map, Number) (&POSITION(Map, Number)->payload)
#endif
#endif

#define IS_SEQUENCE
#if !IS(LINKED)
#define STABLE 0
#endif
#ifdef INLINED
#define SWAP "absl::swap"
#define OPERATORS "absl::"
#define AS_MANY WRITES
#else
#define STANDARD 1
#define SWAP "std::swap"
#define OPERATORS "std::"
#endif
#define ERASE_IF "std::erase_if"
#define ONLY_EXTRA_ROWS
#define EXTRA_ROWS "rows/sequences.inc"
