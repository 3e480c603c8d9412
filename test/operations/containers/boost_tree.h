// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Boost.Container's trees.

#include <boost/container/map.hpp>
#include <boost/container/set.hpp>

#define TRAITS_map 1, 1, 1, multimap
#define TRAITS_multimap 1, 1, 0, map
#define TRAITS_set 1, 0, 1, multiset
#define TRAITS_multiset 1, 0, 0, set

#define CONTAINER_NAME "boost::container::" QUOTE(CONTAINER)
#define MAP_OF(Container) boost::container::Container<ARGUMENTS>
#define SWAP "boost::container::dtl::swap"
#define GENERIC_SWAP // of std::ranges
#define ERASE_IF "no erase_if"
#define OPERATORS "boost::container::dtl::"
#define EXTRA_ROWS "rows/boost.inc"
#define ERASE_RETURNS_NEXT
#define END_STAYS
