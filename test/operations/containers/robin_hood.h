// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// robin_hood's tables.

#include <robin_hood.h>

#define TRAITS_unordered_flat_map 0, 1, 1, unordered_flat_map
#define TRAITS_unordered_flat_set 0, 0, 1, unordered_flat_set
#define TRAITS_unordered_node_map 0, 1, 1, unordered_node_map
#define TRAITS_unordered_node_set 0, 0, 1, unordered_node_set

#define CONTAINER_NAME "robin_hood::" QUOTE(CONTAINER)
#define MAP_OF(Container) robin_hood::Container<ARGUMENTS>
#define SWAP "std::swap"
#define GENERIC_SWAP
#define ERASE_IF "no erase_if"
#define OPERATORS "" // members
#define STABLE 0
#define AS_MANY WRITES
#define TWO_KINDS_OF_ROOM
#define ITERATOR_RULES {Insert::Always, Erase::All}
#ifdef NODES
#define REFERENCE_RULES {Insert::Never, Erase::Own}
#define LEARNS_REFERENCES 0 // their memory is kept
#define PUTS_IN_FIRST
#define RANGE_MAKES_ROOM
#define RANGE_INSERT "insert returns=void"
#define NOTHING_THROWS // or the node is lost
#else
#define REFERENCE_RULES {Insert::Always, Erase::All}
#endif
#define EXTRA_ROWS "rows/robin_hood.inc"
