// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Boost.Unordered's tables of elements (Boost 1.81).

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#define TRAITS_unordered_flat_map 0, 1, 1, unordered_flat_map
#define TRAITS_unordered_flat_set 0, 0, 1, unordered_flat_set

#define CONTAINER_NAME "boost::unordered::" QUOTE(CONTAINER)
#define MAP_OF(Container) boost::unordered::Container<ARGUMENTS>
#define SWAP "boost::unordered::swap"
#define ERASE_IF "boost::unordered::erase_if"
#define OPERATORS "boost::unordered::"
#define ROOM_FOR_ALL (f.buckets * 7 / 8)
#define STABLE 0
#define EXTRA_ROWS "rows/boost.inc"
#define ITERATOR_RULES {Insert::Growth, Erase::Own}
#define REFERENCE_RULES {Insert::Growth, Erase::Own}
