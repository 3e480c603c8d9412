// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: containers of libraries that are not here are recognised by their names, their pairs are found under the right
// kind, and what a concurrent one allows is silent. (With the libraries themselves: docs/testing.md.)

#include "Inputs/stand-ins.h"
#include "cases.h"

#include <new>

namespace {

constexpr char kWrites[] = "concurrent map writes";
constexpr char kReadWrite[] = "concurrent map read and map write";
constexpr char kWalkWrite[] = "concurrent map iteration and map write";
constexpr char kDestruction[] = "concurrent map destruction and map access";
constexpr char kSilent[] = "silent";

struct Case {
  const char *name, *expected, *type;
  void (*run)();
};

const char *kind, *type;
char texts[2][256];
void note(const mapsan_report *report) {
  if (kind != kSilent)
    return;
  kind = strncpy(texts[0], report->kind, sizeof(texts[0]) - 1);
  type = strncpy(texts[1], report->map_type, sizeof(texts[1]) - 1);
}

/// Two elements, 1 and 2; never destroyed, so that a case may do it.
template <class Map> Map &filled() {
  Map &map = *new Map();
  map.emplace(1, 1);
  map.emplace(2, 2);
  return map;
}

template <class Map> void walk(Map &map) {
  for (auto it = map.begin(), end = map.end(); it != end; ++it)
    asm volatile("" : : "r"(&*it) : "memory");
}

std::mutex mutex;
template <class Function> void guarded(Function function) {
  std::lock_guard<std::mutex> hold(mutex);
  function();
}

// First and Second are what two threads do to `map`, one after the other.
#define PAIR(Name, Map, Type, Expected, First, Second)                         \
  {Name, Expected, Type, [] {                                                  \
     [[maybe_unused]] auto &map = filled<Map>();                               \
     InTurn([&map] { First; }, [&map] { Second; });                            \
   }}

// What any map does that does not lock. (PresentFirst: what is said of an
// insertion that finds its key.)
#define PLAIN_MAP(Name, Map, Type, Present)                                    \
  PAIR(Name ": emplace, emplace", Map, Type, kWrites, map.emplace(3, 3),       \
       map.emplace(4, 4)),                                                     \
      PAIR(Name ": find, emplace", Map, Type, kReadWrite, map.find(1),         \
           map.emplace(3, 3)),                                                 \
      PAIR(Name ": subscript, find", Map, Type, kReadWrite, map[3] = 3,        \
           map.find(1)),                                                       \
      PAIR(Name ": erase, size", Map, Type, kReadWrite, map.erase(1),          \
           (void)map.size()),                                                  \
      PAIR(Name ": walk, erase", Map, Type, kWalkWrite, walk(map),             \
           map.erase(1)),                                                      \
      PAIR(Name ": clear, emplace", Map, Type, kWrites, map.clear(),           \
           map.emplace(1, 1)),                                                 \
      PAIR(Name ": find, walk", Map, Type, kSilent, map.find(1), walk(map)),   \
      PAIR(Name ": subscript of a present key, find", Map, Type, kSilent,      \
           map[1] = 3, map.find(2)),                                           \
      PAIR(Name ": emplace of a present key, find", Map, Type, Present,        \
           map.emplace(1, 3), map.find(2)),                                    \
      PAIR(Name ": absent erased, find", Map, Type, kSilent, map.erase(7),     \
           map.find(2)),                                                       \
      PAIR(Name ": emplace, find, locked", Map, Type, kSilent,                 \
           guarded([&] { map.emplace(3, 3); }), guarded([&] { map.find(1); }))

template <class Mutex>
using Parallel =
    phmap::parallel_flat_hash_map<int, int, std::hash<int>, std::equal_to<int>,
                                  std::allocator<std::pair<const int, int>>, 2,
                                  Mutex>;
using Locking = Parallel<std::mutex>;
using Unlocking = Parallel<phmap::NullMutex>;
using FlatMap = phmap::flat_hash_map<int, int>;
using BTree = phmap::btree_map<int, int>;
using Dense = ankerl::unordered_dense::map<int, int>;
using RobinFlat = robin_hood::unordered_flat_map<int, int>;
using RobinNode = robin_hood::unordered_node_map<int, int>;
using F14Value = folly::F14ValueMap<int, int>;
using F14Vector = folly::F14VectorMap<int, int>;
using Concurrent = folly::ConcurrentHashMap<int, int>;

/// As a map that has two elements.
struct Dict {
  dictType type = {};
  dict *d;
  Dict() {
    type.hashFunction = [](const void *key) -> uint64_t {
      return reinterpret_cast<uintptr_t>(key);
    };
    d = dictCreate(&type);
  }
  static void *key(int number) {
    return reinterpret_cast<void *>(uintptr_t(number));
  }
  void emplace(int number, int) { dictAdd(d, key(number), nullptr); }
};

const Case kCases[] = {
    PLAIN_MAP("phmap", FlatMap, "phmap::flat_hash_map<", kSilent),
    PLAIN_MAP("phmap btree", BTree, "phmap::btree_map<", kSilent),
    PLAIN_MAP("ankerl", Dense, "ankerl::unordered_dense::", kReadWrite),
    PLAIN_MAP("robin_hood flat", RobinFlat, "robin_hood::detail::Table<true",
              kSilent),
    PLAIN_MAP("robin_hood node", RobinNode, "robin_hood::detail::Table<false",
              kReadWrite),
    PLAIN_MAP("F14 values", F14Value, "folly::F14ValueMap<", kSilent),
    PLAIN_MAP("F14 vector", F14Vector, "folly::F14VectorMap<", kSilent),
    PAIR("ankerl: swap, find", Dense, "ankerl::unordered_dense::", kReadWrite,
         auto &other = *new Dense();
         swap(map, other), map.find(1)),

    // The tables inside, of one lock each.
    PAIR("phmap parallel: emplace, emplace", Locking, "", kSilent,
         map.emplace(5, 5), map.emplace(5, 5)),
    PAIR("phmap parallel: emplace, contains", Locking, "", kSilent,
         map.emplace(5, 5), map.contains(5)),
    PAIR("phmap parallel: contains, erase", Locking, "", kSilent,
         map.contains(1), map.erase(1)),
    PAIR("phmap parallel: for_each, emplace", Locking, "", kSilent,
         map.for_each([](auto &&) {}), map.emplace(5, 5)),
    PAIR("phmap parallel: clear, emplace", Locking, "", kSilent, map.clear(),
         map.emplace(5, 5)),
    // Neither takes a lock.
    PAIR("phmap parallel: emplace, begin", Locking, "phmap::", kWalkWrite,
         map.emplace(4, 4), map.begin()),
    PAIR("phmap parallel: emplace, size", Locking, "phmap::", kReadWrite,
         map.emplace(5, 5), (void)map.size()),
    PAIR("phmap parallel, no mutex: emplace, emplace", Unlocking,
         "phmap::", kReadWrite, map.emplace(5, 5), map.emplace(5, 5)),
    PAIR("phmap parallel, no mutex: erase, contains", Unlocking,
         "phmap::", kReadWrite, map.erase(1), map.contains(1)),

    // All but its life, and one setting.
    PAIR("ConcurrentHashMap: emplace, emplace", Concurrent, "", kSilent,
         map.emplace(3, 3), map.emplace(4, 4)),
    PAIR("ConcurrentHashMap: find, erase", Concurrent, "", kSilent, map.find(1),
         map.erase(1)),
    PAIR("ConcurrentHashMap: walk, insert_or_assign", Concurrent, "", kSilent,
         walk(map), map.insert_or_assign(1, 5)),
    PAIR("ConcurrentHashMap: clear, find", Concurrent, "", kSilent, map.clear(),
         map.find(1)),
    PAIR("ConcurrentHashMap: size, emplace", Concurrent, "", kSilent,
         (void)map.size(), map.emplace(3, 3)),
    PAIR("ConcurrentHashMap: find, destruction", Concurrent,
         "folly::ConcurrentHashMap<", kDestruction, map.find(1),
         map.~Concurrent()),
    PAIR("ConcurrentHashMap: emplace, moved to", Concurrent,
         "folly::ConcurrentHashMap<", kReadWrite, map.emplace(3, 3),
         map = Concurrent()),
    PAIR("ConcurrentHashMap: find, max_load_factor", Concurrent,
         "folly::ConcurrentHashMap<", kReadWrite, map.find(1),
         map.max_load_factor(2)),

    PAIR("dict: add, add", Dict, "dict", kWrites, map.emplace(3, 3),
         map.emplace(4, 4)),
    PAIR("dict: find, add", Dict, "dict", kReadWrite,
         dictFind(map.d, Dict::key(1)), map.emplace(3, 3)),
    PAIR("dict: find, delete", Dict, "dict", kReadWrite,
         dictFind(map.d, Dict::key(1)), dictDelete(map.d, Dict::key(1))),
    PAIR("dict: next, delete", Dict, "dict", kWalkWrite,
         dictNext(dictGetIterator(map.d)), dictDelete(map.d, Dict::key(1))),
    PAIR("dict: find, release", Dict, "dict", kDestruction,
         dictFind(map.d, Dict::key(1)), dictRelease(map.d)),
    PAIR("dict: find, find", Dict, "dict", kSilent,
         dictFind(map.d, Dict::key(1)), dictFind(map.d, Dict::key(2))),
    PAIR("dict: present added, find", Dict, "dict", kSilent, map.emplace(1, 1),
         dictFind(map.d, Dict::key(2))),
    PAIR("dict: add, find, locked", Dict, "dict", kSilent,
         guarded([&] { map.emplace(3, 3); }),
         guarded([&] { dictFind(map.d, Dict::key(1)); })),
};

} // namespace

int main() {
  mapsan_set_report_callback(note);
  int unexpected = 0, cases = 0;
  for (const Case &tried : kCases) {
    kind = kSilent;
    type = "";
    tried.run();
    bool right = !strcmp(kind, tried.expected) &&
                 (kind == kSilent || strstr(type, tried.type));
    printf("%s: %s %s%s\n", tried.name, kind, type, right ? "" : " UNEXPECTED");
    unexpected += !right;
    cases++;
  }
  printf("DONE: %d cases\n", cases);
  return unexpected != 0;
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 103 cases
