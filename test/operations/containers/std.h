// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The standard's containers; -DPMR: their aliases in std::pmr.

#include <map>
#include <memory_resource>
#include <set>
#include <unordered_map>
#include <unordered_set>

#define TRAITS_map 1, 1, 1, multimap
#define TRAITS_multimap 1, 1, 0, map
#define TRAITS_set 1, 0, 1, multiset
#define TRAITS_multiset 1, 0, 0, set
#define TRAITS_unordered_map 0, 1, 1, unordered_multimap
#define TRAITS_unordered_multimap 0, 1, 0, unordered_map
#define TRAITS_unordered_set 0, 0, 1, unordered_multiset
#define TRAITS_unordered_multiset 0, 0, 0, unordered_set

#ifdef PMR
#define CONTAINER_NAME "std::pmr::" QUOTE(CONTAINER)
#define MAP_OF(Container) std::pmr::Container<ARGUMENTS>
#else
#define CONTAINER_NAME "std::" QUOTE(CONTAINER)
#define MAP_OF(Container) std::Container<ARGUMENTS>
#endif

#define STANDARD 1
#define ERASE_RETURNS_NEXT
#define END_STAYS
#define REVERSED ORDERED
#define INSERTS_NODES 1
#ifdef PMR // with an allocator in it, its layout is not known
#define COUNTED 0
#endif
#if defined(PMR) && !ORDERED
#define ITERATOR_RULES {Insert::Never, Erase::Own}
#define REFERENCE_RULES {Insert::Never, Erase::Own}
#endif
