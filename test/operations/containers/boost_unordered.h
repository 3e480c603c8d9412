// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Boost.Unordered's tables of chains.

#include <boost/unordered_map.hpp>
#include <boost/unordered_set.hpp>
#include <boost/version.hpp>

#define TRAITS_unordered_map 0, 1, 1, unordered_multimap
#define TRAITS_unordered_multimap 0, 1, 0, unordered_map
#define TRAITS_unordered_set 0, 0, 1, unordered_multiset
#define TRAITS_unordered_multiset 0, 0, 0, unordered_set

#define CONTAINER_NAME "boost::unordered::" QUOTE(CONTAINER)
#define MAP_OF(Container) boost::unordered::Container<ARGUMENTS>
#define SWAP "boost::unordered::swap"
#define ERASE_IF "boost::unordered::erase_if"
#define OPERATORS "boost::unordered::"
#if BOOST_VERSION >= 108000
#define MERGE_MAKES_ROOM // for all elements of both
#endif
#define EXTRA_ROWS "rows/boost.inc"
#define ERASE_RETURNS_NEXT
#if BOOST_VERSION <                                                            \
    108000 // when it grows is not known of its layout, nor how many
#define COUNTED 0
#define ITERATOR_RULES {Insert::Never, Erase::Own}
#define REFERENCE_RULES {Insert::Never, Erase::Own}
#endif
