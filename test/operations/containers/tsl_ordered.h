// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tessil's ordered_map, whose elements are in a deque, and ordered_set, here with
// a vector.

#include "tsl_word.h"

#include <tsl/ordered_map.h>
#include <tsl/ordered_set.h>
#include <vector>

#define TRAITS_ordered_map 0, 1, 1, ordered_map
#define TRAITS_ordered_set 0, 0, 1, ordered_set

#define CONTAINER_NAME "tsl::" QUOTE(CONTAINER)
#define MAP_OF(Container) MAP_OF_2(Container)
#define MAP_OF_2(Container) MAP_##Container
#define MAP_ordered_map tsl::ordered_map<ARGUMENTS>
#define MAP_ordered_set                                                        \
  tsl::ordered_set<ARGUMENTS, std::allocator<Key>, std::vector<Key>>
#define SWAP "tsl::swap"
#define ERASE_IF "no erase_if"
#define OPERATORS "tsl::"
#define STABLE 0
#define TWO_KINDS_OF_ROOM
#define RANGE_MAKES_ROOM
#define EXTRA_ROWS "rows/tsl.inc"
#define ITERATOR_RULES {Insert::Always, Erase::All}
#define REFERENCE_RULES {Insert::Always, Erase::All}
#define ERASE_RETURNS_NEXT
