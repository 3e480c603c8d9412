// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where maps live other than in a plain variable: the maps of rows/places.inc.
// One set per program, emptied before each run of a row.

#ifndef MAPSAN_TEST_PLACES_H
#define MAPSAN_TEST_PLACES_H

#include "container.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace {

struct Inherited : Map {
  using Map::insert;
  void add() { insert(value(500)); }
  auto lookUp() const { return this->find(Key(1)); }
};

struct Second {
  virtual ~Second() = default;
  int word = 0;
};
struct SecondBase : Second, Map {};

struct Holder {
  int before = 0;
  Map member;
  static Map shared;
  void add() { member.insert(value(500)); }
  auto lookUp() const { return member.find(Key(1)); }
};
Map Holder::shared;

struct Nested {
  int before = 0;
  Holder inner[2];
};

Map global;
Map array[3];
thread_local Map of_thread;

Map &functionStatic() {
  static Map map;
  return map;
}

/// Those that need a variable of their own to live in.
struct Places {
  Inherited inherited;
  SecondBase second_base;
  Holder holder;
  Nested nested;
  std::unique_ptr<Map> unique = std::make_unique<Map>();
  std::shared_ptr<Map> shared = std::make_shared<Map>();
  std::optional<Map> optional = std::make_optional<Map>();
  std::vector<Map> vector = std::vector<Map>(2);
  std::array<Map, 2> std_array;
  std::tuple<int, Map> tuple;
  std::map<int, Map> outer;
  Map *pointer = new Map;
  // A closure that owns the map that it captured.
  struct Closure {
    Map *inside = nullptr;
    std::function<void(bool)> call;
  } closure;

  Places() {
    outer[1];
    closure.call = [map = Map(), out = &closure](bool insert) mutable {
      if (insert)
        map.insert(value(500));
      else
        out->inside = &map;
    };
    closure.call(false);
  }
  ~Places() { delete pointer; }
};
Places *places;

template <class Any> void addTo(Any &any) { any.insert(value(500)); }
[[maybe_unused]] auto lookUpIn(const Map &map) { return map.find(Key(1)); }

void resetPlaces(bool again) {
  delete places;
  places = again ? new Places : nullptr;
  for (Map *map : {&global, &array[0], &array[1], &array[2], &Holder::shared,
                   &of_thread, &functionStatic()})
    map->clear();
}

} // namespace

#endif // MAPSAN_TEST_PLACES_H
