// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Boost.Container's sorted vectors. The sets (-DSETS) inherit from their tree,
// and with it its free functions.

#include <boost/container/flat_map.hpp>
#include <boost/container/flat_set.hpp>

#define TRAITS_flat_map 1, 1, 1, flat_multimap
#define TRAITS_flat_multimap 1, 1, 0, flat_map
#define TRAITS_flat_set 1, 0, 1, flat_multiset
#define TRAITS_flat_multiset 1, 0, 0, flat_set

#define CONTAINER_NAME "boost::container::" QUOTE(CONTAINER)
#define MAP_OF(Container) boost::container::Container<ARGUMENTS>
#ifdef SETS
#define SWAP "boost::container::dtl::swap"
#define OPERATORS "boost::container::dtl::"
#else
#define SWAP "boost::container::swap"
#define OPERATORS "boost::container::"
#endif
#define GENERIC_SWAP // of std::ranges
#define ERASE_IF "no erase_if"
#define STABLE 0
#define FLAT // a sorted vector
#define RANGE_INSERT "insert returns=void"
#define EXTRA_ROWS "rows/boost.inc"
#define ITERATOR_RULES {Insert::Always, Erase::All}
#define REFERENCE_RULES {Insert::Always, Erase::All}
#define ERASE_RETURNS_NEXT
