// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// unordered_dense's tables: a vector of elements, and one of where they are.

#include <ankerl/unordered_dense.h>

#define TRAITS_map 0, 1, 1, map
#define TRAITS_set 0, 0, 1, set
#define TRAITS_segmented_map 0, 1, 1, segmented_map
#define TRAITS_segmented_set 0, 0, 1, segmented_set

#define CONTAINER_NAME "ankerl::unordered_dense::" QUOTE(CONTAINER)
#define MAP_OF(Container) ankerl::unordered_dense::Container<ARGUMENTS>
#define SWAP "ankerl::unordered_dense::detail::swap"
#define ERASE_IF "std::erase_if"
#define OPERATORS "ankerl::unordered_dense::detail::"
#define STABLE 0
#define AS_MANY WRITES
#define PUTS_IN_FIRST
#define RANGE_MAKES_ROOM
#define RANGE_INSERT "insert returns=void"
#define STATIC_LIMITS
#define NOTHING_THROWS // or the element stays in the vector, in no bucket
#define EXTRA_ROWS "rows/ankerl.inc"
#define ERASE_RETURNS_NEXT
#define LAST_TAKES_PLACE
// A vector, of which the last element takes the place of an erased one; or
// segments of one, where an element is told by its number.
#define IS_SEGMENTED (QUOTE(CONTAINER)[2] == 'g')
#define ITERATOR_RULES                                                         \
  {Insert::Growth, IS_SEGMENTED ? Erase::Own : Erase::Swapped}
#define REFERENCE_RULES                                                        \
  {IS_SEGMENTED ? Insert::Never : Insert::Growth, kIterators.erase}
#define COUNTED IS_SEGMENTED
#define MANY 2500 // more than two segments have room for
#define ERASURES_TOLD 1
