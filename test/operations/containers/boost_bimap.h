// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Boost.Bimap: ordered on the left, hashed on the right.

#include "../keys.h"

#include <boost/bimap.hpp>
#include <boost/bimap/unordered_set_of.hpp>

#define TRAITS_bimap 1, 1, 1, bimap

#define CONTAINER_NAME "boost::bimaps::" QUOTE(CONTAINER)
#define MAP_OF(Container) MAP_OF_2(Container)
#define MAP_OF_2(Container) MAP_##Container
#define MAP_bimap                                                              \
  boost::bimaps::bimap<boost::bimaps::set_of<Key, Less>,                       \
                       boost::bimaps::unordered_set_of<int>>
#define PUT(Map, Number) (Map).insert(value(Number))
#define TAKE(Map, Number) (Map).left.erase((Map).left.find(Key(Number)))
#define SIZE(Map) (Map).size()
#define FIND(Map, Number) (Map).project_up((Map).left.find(Key(Number)))
#define WORD_OF(Map, Number) (&(Map).left.find(Key(Number))->first.payload)
#define NUMBER_OF(Value) (Value).left.number
#define VIEW(Map) (Map).left
#define POSITION(Map, Number) (Map).left.find(Key(Number))
#define CONST_ITERATOR Map::left_const_iterator
#define NUMBER_IN(Element) (Element).first.number
#define SUBSCRIPT 0
#define ITERATOR_RULES {Insert::Never, Erase::Own}
#define REFERENCE_RULES {Insert::Never, Erase::Own}
#define COUNTED 0
#define CXX98 // a bimap is copied
#define ERASE_RETURNS_NEXT
#define END_STAYS
#define ONLY_EXTRA_ROWS
#define EXTRA_ROWS "rows/boost_bimap.inc"
