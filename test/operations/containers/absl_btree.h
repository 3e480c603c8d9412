// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Abseil's B-trees.

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"

#define TRAITS_btree_map 1, 1, 1, btree_multimap
#define TRAITS_btree_set 1, 0, 1, btree_multiset
#define TRAITS_btree_multimap 1, 1, 0, btree_map
#define TRAITS_btree_multiset 1, 0, 0, btree_set

#define CONTAINER_NAME "absl::" QUOTE(CONTAINER)
#define MAP_OF(Container) absl::Container<ARGUMENTS>
#define EXTRA_ROWS "rows/absl.inc"
#define ERASE_IF "absl::erase_if"
#define SWAP "absl::swap"
#define OPERATORS "absl::container_internal::"
#define STABLE 0
#define ITERATOR_RULES {Insert::Always, Erase::All}
#define REFERENCE_RULES {Insert::Always, Erase::All}
#define ERASE_RETURNS_NEXT
