// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// oneTBB's concurrent containers. What the other thread does to one is to empty it:
// nothing less is a write.

#include "../keys.h"

#include <oneapi/tbb/concurrent_hash_map.h>
#include <oneapi/tbb/concurrent_map.h>
#include <oneapi/tbb/concurrent_set.h>
#include <oneapi/tbb/concurrent_unordered_map.h>
#include <oneapi/tbb/concurrent_unordered_set.h>

struct HashCompare {
  std::size_t hash(const Key &key) const { return Hash()(key); }
  bool equal(const Key &left, const Key &right) const {
    return Equal()(left, right);
  }
};

#define TRAITS_concurrent_hash_map 0, 1, 1, concurrent_hash_map
#define TRAITS_concurrent_unordered_map 0, 1, 1, concurrent_unordered_multimap
#define TRAITS_concurrent_unordered_multimap 0, 1, 0, concurrent_unordered_map
#define TRAITS_concurrent_unordered_set 0, 0, 1, concurrent_unordered_multiset
#define TRAITS_concurrent_map 1, 1, 1, concurrent_multimap
#define TRAITS_concurrent_set 1, 0, 1, concurrent_multiset

#define CONTAINER_NAME "tbb::" QUOTE(CONTAINER)
#ifdef HASH_MAP
#define MAP_OF(Container) tbb::Container<Key, int, HashCompare>
#define FIND(Map, Number) (Map).begin()
#define WORD_OF(Map, Number) (&(Map).begin()->second)
#define ELEMENT_OF(Map, Number) (&(Map).equal_range(Key(Number)).first->second)
#define TAKE_AT no function does that
#define TAKE_ONE(Map, Number) (Map).erase(Key(Number))
#define TAKE_KEY(Map, Number) (Map).erase(Key(Number))
#define SUBSCRIPT 0
#define ERASES_BUT_ONCE
#define TAKES_ALONG 0
#define ERASES 0
#define COUNTED 0
#define ITERATOR_RULES {Insert::Never, Erase::None}
#else
#define MAP_OF(Container) tbb::Container<ARGUMENTS>
#define TAKE_AT(Map, Iterator) (Map).unsafe_erase(Iterator)
#define TAKE_ONE(Map, Number) (Map).unsafe_erase((Map).find(Key(Number)))
#define TAKE_KEY(Map, Number) (Map).unsafe_erase(Key(Number))
#define ITERATOR_RULES {Insert::Never, Erase::Own}
#define ERASE_RETURNS_NEXT
#define COUNTED !ORDERED
#endif
#define REFERENCE_RULES ITERATOR_RULES
#define CONCURRENT 1
#define RESERVES_MORE_ONLY // it does not end where there is room enough
#define LEARNS 0           // where libtbbmalloc is there, which keeps memory
#define END_STAYS
#define PUT(Map, Number) (Map).insert(value(Number))
#define TAKE(Map, Number) (Map).clear()
#define SIZE(Map) (Map).size()
#define SWAP "tbb::detail::swap"
#define OPERATORS "tbb::detail::"
#define ONLY_EXTRA_ROWS
#define EXTRA_ROWS "rows/tbb.inc"
