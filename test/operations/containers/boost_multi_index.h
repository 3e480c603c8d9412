// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Boost.MultiIndex: containers of three indices, which are named by the first.

#include "../keys.h"

#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/identity.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index/random_access_index.hpp>
#include <boost/multi_index/ranked_index.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>

namespace indices {
using namespace boost::multi_index;
using Ordered = ordered_unique<identity<Key>, Less>;
using Hashed = hashed_unique<identity<Key>, Hash, Equal>;
using Ranked = ranked_non_unique<identity<Key>, Less>;
template <class... Indices>
using Of = multi_index_container<Key, indexed_by<Indices...>>;
} // namespace indices

#define TRAITS_ordered_index 1, 0, 1, ordered_index
#define TRAITS_hashed_index 0, 0, 1, hashed_index
#define TRAITS_ranked_index 1, 0, 0, ranked_index

#define CONTAINER_NAME "boost::multi_index::" QUOTE(CONTAINER)
#define MAP_OF(Container) MAP_OF_2(Container)
#define MAP_OF_2(Container) MAP_##Container
// The second is another one each time.
#define MAP_ordered_index                                                      \
  indices::Of<indices::Ordered, indices::Hashed, indices::sequenced<>>
#define MAP_hashed_index                                                       \
  indices::Of<indices::Hashed, indices::sequenced<>, indices::Ordered>
#define MAP_ranked_index indices::Of<indices::Ranked, indices::random_access<>>
#define SWAP "boost::multi_index::swap"
#define GENERIC_SWAP // of std::ranges
#define ERASE_IF "no erase_if"
#define OPERATORS "boost::multi_index::"
#define NO_EVIDENCE // but for what a call returns
#define IF_NOTHING WRITES
#define AS_MANY WRITES
#define EXTRA_ROWS "rows/boost_multi_index.inc"
#define ITERATOR_RULES {Insert::Never, Erase::Own}
#define REFERENCE_RULES {Insert::Never, Erase::Own}
#define COUNTED 0
#define PASSES 0
#define ERASE_RETURNS_NEXT
#define END_STAYS
