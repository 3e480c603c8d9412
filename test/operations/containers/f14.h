// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// folly's F14 tables.

#include <folly/container/F14Map.h>
#include <folly/container/F14Set.h>

/// What its visitors are given. (A lambda in a row's condition brings clang 19
/// down.)
struct IgnoreAll {
  template <class... Any> void operator()(Any &&...) const {}
};
inline IgnoreAll ignore_all;

#define TRAITS_F14ValueMap 0, 1, 1, F14ValueMap
#define TRAITS_F14NodeMap 0, 1, 1, F14NodeMap
#define TRAITS_F14VectorMap 0, 1, 1, F14VectorMap
#define TRAITS_F14FastMap 0, 1, 1, F14FastMap
#define TRAITS_F14ValueSet 0, 0, 1, F14ValueSet
#define TRAITS_F14NodeSet 0, 0, 1, F14NodeSet
#define TRAITS_F14VectorSet 0, 0, 1, F14VectorSet
#define TRAITS_F14FastSet 0, 0, 1, F14FastSet

#define CONTAINER_NAME "folly::" QUOTE(CONTAINER)
#define MAP_OF(Container) folly::Container<ARGUMENTS>
#define SWAP "folly::swap"
#define ERASE_IF "folly::erase_if"
#define OPERATORS "folly::"
#define STABLE 0
#define RANGE_MAKES_ROOM
#define EXTRA_ROWS "rows/f14.inc"
#define IS_NODES (QUOTE(CONTAINER)[3] == 'N')
#define ITERATOR_RULES {Insert::Growth, Erase::Own}
#define REFERENCE_RULES {IS_NODES ? Insert::Never : Insert::Growth, Erase::Own}
#define LEARNS_REFERENCES IS_NODES
#define COUNTED 0
#define ERASURES_TOLD 1
#define ERASE_RETURNS_NEXT
