// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: what the owners of a shared object did happens before its end, by
// whomever; no other thing about reference counts orders anything.

#include "cases.h"
#include <atomic>
#include <memory>

using cases::Map;

static std::shared_ptr<Map> Make() { return std::make_shared<Map>(); }
static std::shared_ptr<Map> New() { return std::shared_ptr<Map>(new Map); }
static std::shared_ptr<Map> WithDeleter() {
  return {new Map, [](Map *map) { delete map; }};
}
static std::shared_ptr<Map> Allocated() {
  return std::allocate_shared<Map>(std::allocator<char>());
}
static std::shared_ptr<Map> Within() {
  struct Outer {
    int number;
    Map map;
  };
  auto outer = std::make_shared<Outer>();
  return {outer, &outer->map};
}
static std::shared_ptr<Map> InArray() {
  std::shared_ptr<Map[]> array(new Map[3]);
  return {array, &array[1]};
}
static std::shared_ptr<Map> FromUnique() { return std::make_unique<Map>(); }

// One owner, then the other; the last one destroys the map.
#define LAST_OWNER(Make)                                                       \
  SILENT(last_owner_of_##Make, "last_owner") {                                 \
    std::shared_ptr<Map> first = Make(), second = first;                       \
    auto owner = [](std::shared_ptr<Map> &pointer) {                           \
      (void)pointer->find(1);                                                  \
      pointer.reset();                                                         \
    };                                                                         \
    InTurn([&] { owner(first); }, [&] { owner(second); });                     \
  }                                                                            \
  SILENT(last_owner_with_weak_ones_of_##Make, "last_owner") {                  \
    std::shared_ptr<Map> first = Make(), second = first;                       \
    std::weak_ptr<Map> weak = first;                                           \
    auto owner = [](std::shared_ptr<Map> &pointer) {                           \
      (void)pointer->find(1);                                                  \
      pointer.reset();                                                         \
    };                                                                         \
    InTurn([&] { owner(first); }, [&] { owner(second); });                     \
  }
LAST_OWNER(Make)
LAST_OWNER(New)
LAST_OWNER(WithDeleter)
LAST_OWNER(Allocated)
LAST_OWNER(Within)
LAST_OWNER(InArray)
LAST_OWNER(FromUnique)

// A pointer to the case's own map, and what happens to it at the end.
struct WritesAtEnd {
  Map &map;
  ~WritesAtEnd() { WRITE; }
};
struct Owners {
  explicit Owners(Map &map) : a(new WritesAtEnd{map}), b(a), c(a), weak(a) {}
  std::shared_ptr<WritesAtEnd> a, b, c;
  std::weak_ptr<WritesAtEnd> weak;
};
// The first thread reads the map, then does First; the other does Second, then
// writes it.
#define HANDOVER(Expected, Rule, Name, First, Second)                          \
  Expected(Name, Rule) {                                                       \
    Owners o(*new Map);                                                        \
    InTurn(                                                                    \
        [&] {                                                                  \
          READ;                                                                \
          First;                                                               \
        },                                                                     \
        [&] {                                                                  \
          Second;                                                              \
          WRITE;                                                               \
        });                                                                    \
  }
HANDOVER(RACE, NO_RULE, copies, auto copy = o.a, auto copy = o.b)
HANDOVER(RACE, NO_RULE, not_the_last, o.a.reset(), o.b.reset())
HANDOVER(RACE, NO_RULE, locks, auto owner = o.weak.lock(),
         auto owner = o.weak.lock())
HANDOVER(RACE, NO_RULE, drops_and_locks, o.a.reset(),
         auto owner = o.weak.lock())
HANDOVER(RACE, NO_RULE, use_count, o.a.reset(), (void)o.b.use_count())
HANDOVER(
    RACE, NO_RULE, weak_ones_come_and_go, { std::weak_ptr w = o.a; },
    { std::weak_ptr w = o.b; })
HANDOVER(RACE, NO_RULE, moves, auto moved = std::move(o.a),
         auto moved = std::move(o.b))

// The end runs in the last owner's thread, before what this one does next.
SILENT(end_before_what_follows, "last_owner") {
  auto first = std::make_shared<WritesAtEnd>(map), second = first;
  InTurn(
      [&] {
        WRITE;
        first.reset();
      },
      [&] {
        second.reset();
        WRITE;
      });
}
RACE(after_dropping) {
  auto first = std::make_shared<WritesAtEnd>(map), second = first;
  InTurn(
      [&] {
        first.reset();
        WRITE;
      },
      [&] { second.reset(); });
}
RACE(who_locks_but_does_not_drop) {
  auto first = std::make_shared<WritesAtEnd>(map);
  std::weak_ptr<WritesAtEnd> weak = first;
  std::shared_ptr<WritesAtEnd> second;
  InTurn(
      [&] {
        second = weak.lock();
        READ;
      },
      [&] {
        first.reset();
        second.reset();
      });
}
SILENT(who_locks_and_drops, "last_owner") {
  auto first = std::make_shared<WritesAtEnd>(map);
  std::weak_ptr<WritesAtEnd> weak = first;
  InTurn(
      [&] {
        auto second = weak.lock();
        READ;
      },
      [&] { first.reset(); });
}
SILENT(deleter_that_writes, "last_owner") {
  std::shared_ptr<int> first(new int, [&](int *number) {
    WRITE;
    delete number;
  });
  auto second = first, third = first;
  auto owner = [&map](auto &pointer) {
    READ;
    pointer.reset();
  };
  InTurn([&] { owner(first); }, [&] { owner(third); }, [&] { owner(second); });
}
// With every owner in a thread of its own, in no order.
SILENT(owners_at_once, "last_owner") {
  for (int i = 0; i < 100; i++) {
    auto a = std::make_shared<WritesAtEnd>(*new Map), b = a, c = a;
    auto owner = [](std::shared_ptr<WritesAtEnd> &pointer) {
      (void)pointer->map.find(1);
      pointer.reset();
    };
    Together([&] { owner(a); }, [&] { owner(b); }, [&] { owner(c); });
  }
}
// What the end itself synchronises with is the program's.
SILENT(end_that_locks, "atomic_acquire") {
  static std::atomic<int> published(0);
  struct Publishes {
    Map &map;
    ~Publishes() {
      WRITE;
      published.store(1, std::memory_order_release);
    }
  };
  auto first = std::make_shared<Publishes>(map);
  InTurn([&] { first.reset(); },
         [&] {
           (void)published.load(std::memory_order_acquire);
           WRITE;
         });
}
SILENT(enable_shared_from_this, "last_owner") {
  struct Self : std::enable_shared_from_this<Self> {
    Map map;
  };
  auto first = std::make_shared<Self>(), second = first->shared_from_this();
  auto owner = [](std::shared_ptr<Self> &pointer) {
    pointer->map.find(1);
    pointer.reset();
  };
  InTurn([&] { owner(first); }, [&] { owner(second); });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 29 cases
