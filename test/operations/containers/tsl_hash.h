// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tessil's robin_map and hopscotch_map. -DBALANCED: hopscotch_map with a tree for
// what does not fit.

#include "tsl_word.h"

#include <tsl/bhopscotch_map.h>
#include <tsl/bhopscotch_set.h>
#include <tsl/hopscotch_map.h>
#include <tsl/hopscotch_set.h>
#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#define TRAITS_robin_map 0, 1, 1, robin_map
#define TRAITS_robin_set 0, 0, 1, robin_set
#define TRAITS_hopscotch_map 0, 1, 1, hopscotch_map
#define TRAITS_hopscotch_set 0, 0, 1, hopscotch_set
#define TRAITS_bhopscotch_map 0, 1, 1, bhopscotch_map
#define TRAITS_bhopscotch_set 0, 0, 1, bhopscotch_set

#define CONTAINER_NAME "tsl::" QUOTE(CONTAINER)
#ifdef BALANCED
#define MAP_OF(Container) tsl::Container<ARGUMENTS, Less>
#else
#define MAP_OF(Container) tsl::Container<ARGUMENTS>
#endif
#define SWAP "tsl::swap"
#define ERASE_IF "no erase_if"
#define OPERATORS "tsl::"
#define STABLE 0
#define AS_MANY WRITES
#define RANGE_MAKES_ROOM
#define EXTRA_ROWS "rows/tsl.inc"
// Hopscotch tables leave the others where they are when they erase.
#define ITERATOR_RULES                                                         \
  {Insert::Always, Overflows<Map> ? Erase::Own : Erase::All}
#define REFERENCE_RULES ITERATOR_RULES
#define ERASE_RETURNS_NEXT
