// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Abseil's hash tables.

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/container/node_hash_set.h"

#define TRAITS_flat_hash_map 0, 1, 1, flat_hash_map
#define TRAITS_flat_hash_set 0, 0, 1, flat_hash_set
#define TRAITS_node_hash_map 0, 1, 1, node_hash_map
#define TRAITS_node_hash_set 0, 0, 1, node_hash_set

#define CONTAINER_NAME "absl::" QUOTE(CONTAINER)
#define MAP_OF(Container) absl::Container<ARGUMENTS>
#define SWAP "std::swap" // the hash tables' own one is for their base
#define GENERIC_SWAP
#define ROOM_FOR_ALL f.elements
#define EXTRA_ROWS "rows/absl.inc"
#define ERASE_IF "absl::erase_if"
#define OPERATORS "absl::container_internal::"
#define STABLE 0
#define HAS_NODES (QUOTE(CONTAINER)[0] == 'n')
#define ITERATOR_RULES {Insert::Growth, Erase::Own}
#define REFERENCE_RULES {HAS_NODES ? Insert::Never : Insert::Growth, Erase::Own}
#define LEARNS_REFERENCES HAS_NODES // they are freed
#define CHECKS_ITERATORS            // that their element is there
