// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What its documentation says that invalidates a container's iterators, and
// references to its elements. The header of a library may define, where it is
// not like the standard's:
//   ITERATOR_RULES, REFERENCE_RULES   { insert, erase }
//   LEARNS        0: an element that is erased by its key is not known
//   LEARNS_REFERENCES   the same of references
//   COUNTED       0: how many elements there are is not known
//   ERASURES_TOLD 1: but an erasure is known for one
//   ERASES        0: erasures may be done at any time, and are not known
//   FOLLOWED      false: nothing of its iterators is looked at
//   CONCURRENT    1: insertions may be done while others walk through it
//   END_STAYS     what is past the end is not touched by erasures
//   LAST_TAKES_PLACE   of an element that is erased
//   FREES         0: an element that goes gives back no memory
//   REFERENCE     makes a reference `value` into `map`, to the element REFERRED
//   INSIDE        1: elements may lie in the object itself, as many as are told
//                 by INLINE_ROOM
//   POINTERS      iterators are such: what is seen of them is that they are
//                 dereferenced
//   TAKES_ALONG   0: a swap or a move may leave iterators behind, and nothing is
//                 known of them any more
//   PASSES        0: of elements that go to another container, by themselves or
//                 with others, nothing is known any more
//   REVERSED      1: its reverse iterators are followed
//   INSERTS_NODES 1: the iterator that an insertion of a node returns is followed,
//                 also with what else that tells
//   MANY          up to which number it takes to make it grow
//   MAKE_ROOM     what makes room for some 60 elements, outside of it
//   ELEMENTS      0: what iterators lead to is not looked at with
//                 --mapsan-elements

#ifndef MAPSAN_TEST_ITERATOR_RULES_H
#define MAPSAN_TEST_ITERATOR_RULES_H

#include "container.h"

/// Which insertions invalidate: none, one that makes the table grow, all.
enum class Insert { Never, Growth, Always };
/// Of which elements an erasure invalidates iterators. Behind: of those at its
/// place and behind; so does an insertion into a sequence. Swapped: of its own,
/// and of the last one, which takes its place.
enum class Erase { None, Own, Swapped, Behind, All };

/// By which containers of one library may be told apart.
template <class Any>
concept ReservesAKey = requires(Any &map) { map.set_empty_key(Key(-2)); };
template <class Any>
concept Overflows = requires(Any &map) { map.overflow_size(); };

struct InvalidationRules {
  Insert insert;
  Erase erase;
};

#ifndef ITERATOR_RULES
#if ORDERED
#define ITERATOR_RULES {Insert::Never, Erase::Own}
#else
#define ITERATOR_RULES {Insert::Growth, Erase::Own}
#endif
#define REFERENCE_RULES {Insert::Never, Erase::Own}
#endif
#ifndef LEARNS
#define LEARNS STABLE
#endif
#ifndef LEARNS_REFERENCES
#define LEARNS_REFERENCES LEARNS
#endif
#ifndef COUNTED
#define COUNTED 1
#endif
#ifndef ERASURES_TOLD
#define ERASURES_TOLD COUNTED
#endif
#ifndef FREES
#define FREES LEARNS_REFERENCES
#endif
#if SUBSCRIPT && !defined(REFERENCE)
#define REFERENCE int &value = map[Key(3)]
#define REFERRED 3
#endif
#ifndef PASSES
#define PASSES STABLE
#endif
#ifndef REVERSED
#define REVERSED 0
#endif
#ifndef INSERTS_NODES
#define INSERTS_NODES 0
#endif
#ifndef ERASES
#define ERASES 1
#endif
#ifndef FOLLOWED
#define FOLLOWED true
#endif

#ifndef ELEMENTS
#define ELEMENTS 1
#endif
#ifndef CONCURRENT
#define CONCURRENT 0
#endif
#ifdef POINTERS
#define STEP(Iterator) look(*Iterator)
constexpr bool kPointers = true;
#else
#define STEP(Iterator) ++Iterator
constexpr bool kPointers = false;
#endif
#ifndef TAKES_ALONG
#define TAKES_ALONG 1
#endif
#ifndef INSIDE
#define INSIDE 0
#endif
#ifndef MANY
#define MANY 600
#endif
#ifndef MAKE_ROOM
#define MAKE_ROOM(Map) makeRoom(Map)
template <class Any> void makeRoom(Any &map) {
  if constexpr (requires { map.reserve(64); })
    map.reserve(64);
}
#endif

constexpr InvalidationRules kIterators = ITERATOR_RULES;
constexpr InvalidationRules kReferences = REFERENCE_RULES;
constexpr bool kLearnsErasures = LEARNS;
constexpr bool kLearnsReferences = LEARNS_REFERENCES;
constexpr bool kFrees = FREES;
constexpr bool kCounted = COUNTED;
constexpr bool kErasuresTold = ERASURES_TOLD;
constexpr bool kErases = ERASES;
constexpr bool kPasses = PASSES;
constexpr bool kReversed = REVERSED;
constexpr bool kInsertsNodes = INSERTS_NODES;
constexpr bool kFollowed = FOLLOWED;
constexpr bool kElements = ELEMENTS;
constexpr bool kConcurrent = CONCURRENT;
constexpr bool kTakesAlong = TAKES_ALONG;
constexpr bool kInside = INSIDE;

#endif // MAPSAN_TEST_ITERATOR_RULES_H
