// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: iterators and references of unordered_dense's maps are followed where their elements are in a vector of the standard
// allocator: what grows invalidates all, an erasure the erased one and the last, which takes its place. Of what else they may
// be in nothing is said. (With the library itself, too: docs/testing.md.)

#include "cases.h"

#include <deque>
#include <functional>
#include <memory_resource>
#include <type_traits>
#include <vector>

#ifdef WITH_ANKERL
#include <ankerl/unordered_dense.h>
using ankerl::unordered_dense::map;
#else
namespace ankerl::unordered_dense {
inline namespace v4_9_2 {
namespace bucket_type {
struct standard;
}
namespace detail {
struct default_container_t;
template <class K, class V, class Hash, class KeyEqual,
          class AllocatorOrContainer, class Bucket, class BucketContainer,
          bool IsSegmented>
class table {
  static auto values() {
    if constexpr (requires { typename AllocatorOrContainer::iterator; })
      return std::type_identity<AllocatorOrContainer>();
    else
      return std::type_identity<
          std::vector<std::pair<K, V>, AllocatorOrContainer>>();
  }
  using Values = typename decltype(values())::type;

public:
  using iterator = typename Values::iterator;
  iterator begin() { return values_.begin(); }
  iterator end() { return values_.end(); }
  iterator find(const K &key) {
    iterator it = begin();
    while (it != end() && it->first != key)
      ++it;
    return it;
  }
  void reserve(size_t count) { values_.reserve(count); }
  V &operator[](const K &key) {
    iterator it = find(key);
    return it != end() ? it->second : values_.emplace_back(key, V()).second;
  }
  iterator erase(iterator it) {
    *it = values_.back();
    values_.pop_back();
    return it;
  }
  size_t erase(const K &key) {
    iterator it = find(key);
    return it != end() ? (erase(it), 1) : 0;
  }

private:
  Values values_;
  std::vector<int> buckets_;
  size_t rest_[2] = {};
  Hash hash_;
  KeyEqual equal_;
};
} // namespace detail
} // namespace v4_9_2
template <class K, class V, class Hash = std::hash<K>,
          class KeyEqual = std::equal_to<K>,
          class AllocatorOrContainer = std::allocator<std::pair<K, V>>>
using map =
    detail::table<K, V, Hash, KeyEqual, AllocatorOrContainer,
                  bucket_type::standard, detail::default_container_t, false>;
} // namespace ankerl::unordered_dense
using ankerl::unordered_dense::map;
#endif

namespace {

using Map = map<int, int>;
template <class Values>
using MapOf = map<int, int, std::hash<int>, std::equal_to<int>, Values>;
using Pairs = MapOf<std::deque<std::pair<int, int>>>;
using Arena = MapOf<std::pmr::polymorphic_allocator<std::pair<int, int>>>;

/// Which makes the object larger.
struct Seeded : std::hash<int> {
  size_t seeds[2] = {};
};
using Large = map<int, int, Seeded>;

constexpr char kIterator[] = "use of invalidated map iterator";
constexpr char kElement[] = "use of invalidated map element";
constexpr char kSilent[] = "silent";

/// Never destroyed, and with room for more.
template <class Any = Map> Any &filled() {
  Any &map = *new Any();
  if constexpr (!std::is_same_v<Any, Pairs>)
    map.reserve(64);
  for (int key = 1; key <= 8; key++)
    map[key] = key;
  return map;
}

// The pass sees nothing of what is done in here.
#define ELSEWHERE [[gnu::noinline]] void
ELSEWHERE take(Map &map, int key) { map.erase(map.find(key)); }
template <class Any> ELSEWHERE takeByKey(Any &map, int key) { map.erase(key); }
template <class Any> ELSEWHERE put(Any &map, int key) { map[key] = key; }
ELSEWHERE makeRoom(Map &map) { map.reserve(1000); }
template <class Any> ELSEWHERE putMany(Any &map) {
  for (int key = 100; key < 900; key++)
    map[key] = key;
}

template <class Any> void look(Any any) { asm volatile("" : : "r"(any)); }

struct Case {
  const char *name, *expected;
  void (*run)();
};

#define CASE(Name, Expected, Held, Changed, Used)                              \
  {Name, Expected, [] {                                                        \
     Map &map = filled();                                                      \
     Held;                                                                     \
     Changed;                                                                  \
     Used;                                                                     \
   }}
#define ITERATOR(Key) auto it = map.find(Key)
#define REFERENCE(Key) int &value = map[Key]

const Case kCases[] = {
    CASE("one inserted, with room for it", kSilent, ITERATOR(3), put(map, 9),
         look(it->second)),
    CASE("many inserted", kIterator, ITERATOR(3), putMany(map),
         look(it == map.end())),
    CASE("room made", kIterator, ITERATOR(3), makeRoom(map),
         look(it == map.end())),
    CASE("itself erased", kIterator, ITERATOR(3), take(map, 3),
         look(it->second)),
    // (Another one is there now.)
    CASE("itself erased by its key", kSilent, ITERATOR(3), takeByKey(map, 3),
         look(it->second)),
    CASE("another one erased", kSilent, ITERATOR(5), take(map, 3),
         look(it->second)),
    CASE("an earlier one erased by its key", kSilent, ITERATOR(5),
         takeByKey(map, 3), look(it->second)),
    CASE("an absent one erased", kSilent, ITERATOR(8), takeByKey(map, 30),
         look(it->second)),
    CASE("the last, another erased", kIterator, ITERATOR(8), take(map, 3),
         look(it == map.end())),
    CASE("the last, another erased by its key", kIterator, ITERATOR(8),
         takeByKey(map, 3), look(it == map.end())),
    CASE("the last itself erased by its key", kIterator, ITERATOR(8),
         takeByKey(map, 8), look(it == map.end())),
    CASE("past the end, one erased", kIterator, auto it = map.end(),
         takeByKey(map, 3), look(map.begin() == it)),
    CASE("past the end, one inserted", kSilent, auto it = map.end(),
         put(map, 9), look(map.begin() == it)),
    CASE("reference: to the last, another erased", kElement, REFERENCE(8),
         takeByKey(map, 3), look(value)),
    CASE("reference: another one erased", kSilent, REFERENCE(5),
         takeByKey(map, 3), look(value)),
    CASE("reference: one inserted, with room for it", kSilent, REFERENCE(5),
         put(map, 9), look(value)),
    {"what erase returns", kSilent,
     [] {
       Map &map = filled();
       for (auto it = map.begin(); it != map.end();)
         it = it->second % 2 ? map.erase(it) : it + 1;
     }},

    // Elsewhere their addresses tell something else.
    {"in a deque: many inserted", kSilent,
     [] {
       Pairs &map = filled<Pairs>();
       REFERENCE(8);
       putMany(map);
       look(value);
     }},
    {"in a deque: the last, another erased", kSilent,
     [] {
       Pairs &map = filled<Pairs>();
       REFERENCE(8);
       takeByKey(map, 3);
       look(value);
     }},
    {"in a larger object: the last, another erased", kSilent,
     [] {
       Large &map = filled<Large>();
       REFERENCE(8);
       takeByKey(map, 3);
       look(value);
     }},
    {"in an arena: another erased", kSilent,
     [] {
       Arena &map = filled<Arena>();
       ITERATOR(8);
       takeByKey(map, 3);
       look(it == map.end());
     }},
};

const char *kind;
char text[256];
void note(const mapsan_report *report) {
  if (kind == kSilent)
    kind = strncpy(text, report->kind, sizeof(text) - 1);
}

} // namespace

int main() {
  mapsan_set_report_callback(note);
  int unexpected = 0, cases = 0;
  for (const Case &tried : kCases) {
    kind = kSilent;
    tried.run();
    const bool right = !strcmp(kind, tried.expected);
    printf("%s: %s%s\n", tried.name, kind, right ? "" : " UNEXPECTED");
    unexpected += !right;
    cases++;
  }
  printf("DONE: %d cases\n", cases);
  return unexpected != 0;
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 21 cases
