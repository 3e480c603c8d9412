// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LLVM's StringMap and SmallPtrSet: keys are texts, and pointers.

#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/ADT/StringMap.h>

/// A text and an address for each number that is used.
struct Names {
  struct Name {
    char text[8];
    int payload;
  } names[1100];
  Names() {
    for (int i = 0; i < 1100; i++)
      names[i].text[snprintf(names[i].text, 8, "%d", i)] = 0;
  }
  Name *operator[](int number) { return &names[number < 0 ? 1099 : number]; }
};
inline Names names;

#define KEY_MEMBERS                                                            \
  operator llvm::StringRef() const { return names[number]->text; }             \
  operator Names::Name *() const { return names[number]; }                     \
  Key(Names::Name *name) : number(int(name - names.names)) {}

#include "../keys.h"

#define TRAITS_StringMap 0, 1, 1, StringMap
#define TRAITS_SmallPtrSet 0, 0, 1, SmallPtrSet

#define CONTAINER_NAME "llvm::" QUOTE(CONTAINER)
#define MAP_OF(Container) MAP_OF_2(Container)
#define MAP_OF_2(Container) MAP_##Container
#define MAP_StringMap llvm::StringMap<int>
#define MAP_SmallPtrSet llvm::SmallPtrSet<Names::Name *, INLINE_ROOM>
#ifndef INLINE_ROOM
#define INLINE_ROOM 4
#endif
#ifdef MAPS
#define VALUE std::pair<Key, int>
#define ASSIGNS_BY_VALUE
#define OPERATORS ""
#else
#define VALUE Key
#define ELEMENTS_ARE_ONE_WORD
#define OPERATORS "llvm::"
#define PUT(Map, Number) (Map).insert(Key(Number))
#define TAKE(Map, Number) (Map).erase(Key(Number))
#define SIZE(Map) (Map).size()
#define WORD_OF(Map, Number) (&names[Number]->payload)
#endif
#define SWAP "std::swap"
#define GENERIC_SWAP
#define ERASE_IF "no erase_if"
#define ERASE_KEY "erase returns=boolean"
#define ERASES_ITERATORS_ALONE
#define CLEARS_TOMBSTONES // which there may be in an empty one
#define STABLE 0
#define NOTHING_THROWS
#define ROOM_FOR_ALL f.elements
#define EXTRA_ROWS "rows/llvm.inc"

/// An entry that is taken out is the taker's.
template <class Map, class Entry> void removed(Map &map, Entry *entry) {
  map.remove(entry);
  entry->Destroy(map.getAllocator());
}
#define NO_ARROW
#define COUNTED 0
#define ERASES_BUT_ONCE
#ifdef MAPS
#define ITERATOR_RULES {Insert::Growth, Erase::None}
#define REFERENCE_RULES {Insert::Never, Erase::Own}
#define ELEMENT_OF(Map, Number) (&(*(Map).find(Key(Number))).second)
#define NUMBER_IN(Element) atoi((Element).getKeyData())
#define LEARNS_REFERENCES 1 // entries have memory of their own
#else
#define ITERATOR_RULES {Insert::Always, Erase::All}
#define REFERENCE_RULES {Insert::Never, Erase::None}
#define NUMBER_IN(Element) Key(Element).number
#define ELEMENTS 0 // they are the pointers themselves
#define ELEMENT_OF(Map, Number) (static_cast<void>(Map), WORD_OF(Map, Number))
#define ELEMENTS_ARE_POINTERS
#define INSIDE 1
#define TAKES_ALONG 0

/// What has once been large stays so.
template <class Map> void makeLarge(Map &map) {
  for (int number = 900; number < 1000; number++)
    map.insert(Key(number));
  for (int number = 900; number < 1000; number++)
    map.erase(Key(number));
}
#define MAKE_ROOM(Map) makeLarge(Map)
#endif
