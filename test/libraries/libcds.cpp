// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases -O0 %s -lcds -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %debug-cases -O2 %s -lcds -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: libcds' maps and sets may be worked on by all threads at once, walked through and emptied; what must keep to
// itself is their end, and what is said not to be thread-safe.

#include "cases.h"
#include <cds/container/ellen_bintree_map_hp.h>
#include <cds/container/feldman_hashmap_hp.h>
#include <cds/container/iterable_kvlist_hp.h>
#include <cds/container/lazy_list_hp.h>
#include <cds/container/michael_kvlist_hp.h>
#include <cds/container/michael_list_hp.h>
#include <cds/container/michael_map.h>
#include <cds/container/michael_set.h>
#include <cds/container/skip_list_map_hp.h>
#include <cds/container/skip_list_set_hp.h>
#include <cds/container/split_list_map.h>
#include <cds/container/split_list_set.h>
#include <cds/container/striped_map.h>
#include <cds/container/striped_map/std_map.h>
#include <cds/gc/hp.h>
#include <cds/init.h>
#include <functional>

namespace cc = cds::container;
using HP = cds::gc::HP;

struct Hash {
  std::size_t operator()(int key) const { return key * 7u; }
};
struct ListTraits : cc::michael_list::traits {
  using less = std::less<int>;
};
struct MapTraits : cc::michael_map::traits {
  using hash = Hash;
};
struct SetTraits : cc::michael_set::traits {
  using hash = Hash;
};
struct SkipTraits : cc::skip_list::traits {
  using less = std::less<int>;
};
struct SplitTraits : cc::split_list::traits {
  using ordered_list = cc::michael_list_tag;
  using hash = Hash;
  using ordered_list_traits = ListTraits;
};
struct IterableTraits : cc::iterable_list::traits {
  using less = std::less<int>;
};
struct LazyTraits : cc::lazy_list::traits {
  using less = std::less<int>;
};
struct TreeTraits : cc::ellen_bintree::traits {
  using less = std::less<int>;
};

struct MichaelMap
    : cc::MichaelHashMap<HP, cc::MichaelKVList<HP, int, int, ListTraits>,
                         MapTraits> {
  MichaelMap() : MichaelHashMap(100, 1) {}
};
struct MichaelSet
    : cc::MichaelHashSet<HP, cc::MichaelList<HP, int, ListTraits>, SetTraits> {
  MichaelSet() : MichaelHashSet(100, 1) {}
};
struct SplitMap : cc::SplitListMap<HP, int, int, SplitTraits> {
  SplitMap() : SplitListMap(100, 1) {}
};
struct SplitSet : cc::SplitListSet<HP, int, SplitTraits> {
  SplitSet() : SplitListSet(100, 1) {}
};
using SkipMap = cc::SkipListMap<HP, int, int, SkipTraits>;
using SkipSet = cc::SkipListSet<HP, int, SkipTraits>;
using FeldmanMap = cc::FeldmanHashMap<HP, std::size_t, int>;
using KeyList = cc::MichaelKVList<HP, int, int, ListTraits>;
using IterableList = cc::IterableKVList<HP, int, int, IterableTraits>;
using LazyList = cc::LazyList<HP, int, LazyTraits>;
using TreeMap = cc::EllenBinTreeMap<HP, int, int, TreeTraits>;
using StripedMap = cc::StripedMap<std::map<int, int>, cds::opt::hash<Hash>,
                                  cds::opt::less<std::less<int>>>;

/// A thread that libcds knows.
struct Attached {
  Attached() { cds::threading::Manager::attachThread(); }
  ~Attached() { cds::threading::Manager::detachThread(); }
};
template <class First, class Second> void inTurn(First first, Second second) {
  InTurn(
      [&] {
        Attached here;
        first();
      },
      [&] {
        Attached here;
        second();
      });
}

/// Kept, so that a case may destroy it.
template <class Container> struct alignas(128) Filled {
  alignas(128) unsigned char bytes[sizeof(Container)];
  Container *made;
  template <class Put> explicit Filled(Put put) {
    mapsan_ignore_begin();
    made = new (bytes) Container;
    put(*made, 1);
    put(*made, 2);
    mapsan_ignore_end();
  }
};

#define MAP_PUT shared.insert(Number, 1)
#define SET_PUT shared.insert(Number)
#define WALK                                                                   \
  for (auto it = shared.begin(); it != shared.end(); ++it)                     \
  asm volatile("" : : "r"(&*it) : "memory")

#define PAIR(Kind, Name, Container, Put, First, Second)                        \
  Kind {                                                                       \
    auto put = [](Container &shared, int Number) { Put; };                     \
    auto &shared = *(new Filled<Container>(put))->made;                        \
    inTurn([&] { First; }, [&] { Second; });                                   \
  }
#define CASES(Name, Container, Put)                                            \
  PAIR(SILENT(Name##_insertions, NO_RULE), Name, Container, Put,               \
       put(shared, 3), put(shared, 4))                                         \
  PAIR(SILENT(Name##_contains_insert, NO_RULE), Name, Container, Put,          \
       (void)shared.contains(1), put(shared, 3))                               \
  PAIR(SILENT(Name##_contains_erase, NO_RULE), Name, Container, Put,           \
       (void)shared.contains(1), shared.erase(1))                              \
  PAIR(SILENT(Name##_clear_insert, NO_RULE), Name, Container, Put,             \
       shared.clear(), put(shared, 3))                                         \
  PAIR(SILENT(Name##_size_erase, NO_RULE), Name, Container, Put,               \
       (void)shared.size(), shared.erase(1))                                   \
  PAIR(RACE(Name##_contains_destruction), Name, Container, Put,                \
       (void)shared.contains(1), shared.~Container())                          \
  PAIR(RACE(Name##_insert_destruction), Name, Container, Put, put(shared, 3),  \
       shared.~Container())
#define WALKED_CASES(Name, Container, Put)                                     \
  CASES(Name, Container, Put)                                                  \
  PAIR(SILENT(Name##_walk_insert, NO_RULE), Name, Container, Put, WALK,        \
       put(shared, 3))                                                         \
  PAIR(RACE(Name##_walk_destruction), Name, Container, Put, WALK,              \
       shared.~Container())

WALKED_CASES(michael_map, MichaelMap, MAP_PUT)
WALKED_CASES(michael_set, MichaelSet, SET_PUT)
WALKED_CASES(split_map, SplitMap, MAP_PUT)
WALKED_CASES(split_set, SplitSet, SET_PUT)
WALKED_CASES(skip_map, SkipMap, MAP_PUT)
WALKED_CASES(skip_set, SkipSet, SET_PUT)
WALKED_CASES(feldman_map, FeldmanMap, MAP_PUT)
WALKED_CASES(key_list, KeyList, MAP_PUT)
WALKED_CASES(iterable_list, IterableList, MAP_PUT)
WALKED_CASES(lazy_list, LazyList, SET_PUT)
CASES(tree_map, TreeMap, MAP_PUT)
CASES(striped_map, StripedMap, MAP_PUT)

PAIR(RACE(tree_check_insert), tree, TreeMap, MAP_PUT,
     (void)shared.check_consistency(), put(shared, 3))

int main(int argc, char **argv) {
  cds::Initialize();
  int result;
  {
    HP collector(80);
    Attached here;
    result = RunCases(argc, argv);
  }
  return result;
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 105 cases
