// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// parallel-hashmap's hash tables.

#include <cstring>
#include <parallel_hashmap/phmap.h>
#include <parallel_hashmap/phmap_dump.h>

/// An archive that keeps nothing: what comes out of it is empty.
struct Nowhere {
  bool saveBinary(const void *, std::size_t) { return true; }
  bool loadBinary(void *to, std::size_t bytes) {
    std::memset(to, 0, bytes);
    return true;
  }
};
inline Nowhere nowhere;

#define TRAITS_flat_hash_map 0, 1, 1, flat_hash_map
#define TRAITS_flat_hash_set 0, 0, 1, flat_hash_set
#define TRAITS_node_hash_map 0, 1, 1, node_hash_map
#define TRAITS_node_hash_set 0, 0, 1, node_hash_set

#define CONTAINER_NAME "phmap::" QUOTE(CONTAINER)
#define MAP_OF(Container) phmap::Container<ARGUMENTS>
#define SWAP "std::swap" // the hash tables' own one is for their base
#define GENERIC_SWAP
#define ROOM_FOR_ALL f.elements
#define EXTRA_ROWS "rows/phmap.inc"
#define ERASE_IF "phmap::erase_if"
#define OPERATORS "phmap::priv::"
#define STABLE 0
#define RANGE_MAKES_ROOM
// (References into node tables live longer, but the tables are one family.)
#define ITERATOR_RULES {Insert::Growth, Erase::Own}
#define REFERENCE_RULES {Insert::Never, Erase::Own}
#define LEARNS_REFERENCES (QUOTE(CONTAINER)[0] == 'n') // their nodes are freed
#define ERASE_RETURNS_NEXT
