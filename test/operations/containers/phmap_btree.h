// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// parallel-hashmap's B-trees.

#include <parallel_hashmap/btree.h>

#define TRAITS_btree_map 1, 1, 1, btree_multimap
#define TRAITS_btree_set 1, 0, 1, btree_multiset
#define TRAITS_btree_multimap 1, 1, 0, btree_map
#define TRAITS_btree_multiset 1, 0, 0, btree_set

#define CONTAINER_NAME "phmap::" QUOTE(CONTAINER)
#define MAP_OF(Container) phmap::Container<ARGUMENTS>
#define EXTRA_ROWS "rows/phmap.inc"
#define ERASE_IF "phmap::erase_if"
#define SWAP "phmap::swap"
#define OPERATORS "phmap::priv::"
#define STABLE 0
#define NO_LIST_WITH_ALLOCATOR // that of the library does not compile
#define ITERATOR_RULES {Insert::Always, Erase::All}
#define REFERENCE_RULES {Insert::Always, Erase::All}
#define ERASE_RETURNS_NEXT
