// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Qt's hashes and maps; -DSETS: its set.

#include "../keys.h"

#include <QHash>
#include <QMap>
#include <QSet>

inline std::size_t qHash(const Key &key, std::size_t = 0) {
  return Hash()(key);
}

#define TRAITS_QHash 0, 1, 1, QMultiHash
#define TRAITS_QMultiHash 0, 1, 0, QHash
#define TRAITS_QMap 1, 1, 1, QMultiMap
#define TRAITS_QMultiMap 1, 1, 0, QMap
#define TRAITS_QSet 0, 0, 1, QSet

#define CONTAINER_NAME QUOTE(CONTAINER)
#ifdef SETS
#define MAP_OF(Container) Container<Key>
#define VALUE Key
#define PUT(Map, Number) (Map).insert(Key(Number))
#define WORD_OF(Map, Number) (&(*(Map).find(Key(Number))).payload)
#else
#define MAP_OF(Container) Container<Key, int>
#define VALUE std::pair<Key, int>
#define PUT(Map, Number) (Map).insert(Key(Number), Number)
#define WORD_OF(Map, Number) (&*(Map).find(Key(Number)))
#define ELEMENTS_ARE_ONE_WORD
#define NUMBER_IN(Element) (Element)
#endif
#define TAKE(Map, Number) (Map).remove(Key(Number))
#define SIZE(Map) (Map).size()
#define SWAP "std::swap"
#define ERASE_IF "erase_if"
#define OPERATORS ""
#define NOTHING_THROWS
#define ERASE_RANGE "erase"
#define SHARES       // its data with copies
#define GENERIC_SWAP // of std::ranges
#define STATIC_LIMITS
#define STATIC_LOAD_FACTOR
#define EMPLACE_ASSIGNS
#define CLEARS_TOMBSTONES // or room that was made
#define STABLE 0
// A QMap is a std::map, as long as it has no copies.
#define REFERENCE_RULES {ORDERED ? Insert::Never : Insert::Growth, Erase::Own}
#define ITERATOR_RULES REFERENCE_RULES
#define LEARNS ORDERED
#define LEARNS_REFERENCES (ORDERED || !UNIQUE) // in QMultiHash, lists
#define COUNTED !ORDERED
#define END_STAYS
#define ERASE_RETURNS_NEXT
#define TAKE_AT(Map, Iterator) (Map).erase(Iterator)
#define TAKE_ONE(Map, Number) (Map).erase((Map).find(Key(Number)))
#define TAKE_KEY(Map, Number) (Map).remove(Key(Number))
#define ROOM_FOR_ALL f.elements
#define EXTRA_ROWS "rows/qt.inc"
