// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of operations for one container: compiled for each with
// -DCONTAINER=name (container.h), linked with harness.cpp and reports.cpp.
// -DONLY_MUTANTS is for mutants.test; -DONLY_COMPARISON leaves the rest out; it alone can do with C++17.

#include "fixture.h"
#if !defined(ONLY_MUTANTS) && !defined(ONLY_COMPARISON)
#define ALL_ROWS
#include "places.h"
#endif

#include <algorithm>
#include <iterator>
#include <utility>

namespace {

template <class Any, int Site> [[gnu::noinline]] void counterRead(void *map) {
  auto size = static_cast<Any *>(map)->size();
  asm volatile("" : : "r"(size));
}

template <class Any, int Site> [[gnu::noinline]] void counterWrite(void *map) {
  Any &any = *static_cast<Any *>(map);
  any.insert(value(900));
  any.erase(any.find(Key(900)));
}

template <class Any, int... Sites>
constexpr Counters makeCounters(std::integer_sequence<int, Sites...>) {
  return {{counterRead<Any, Sites>...}, {counterWrite<Any, Sites>...}};
}

template <class Any>
constexpr Counters counters =
    makeCounters<Any>(std::make_integer_sequence<int, Counters::kSites>());

Place place(Map &map) { return {&map, sizeof(map), &counters<Map>}; }
[[maybe_unused]] Place place(Cousin &map) {
  return {&map, sizeof(map), &counters<Cousin>};
}

bool constructs(const Row &row) {
  return row.touches[0].effect == Effect::Construct;
}
bool destroys(const Row &row) {
  return row.touches[0].effect == Effect::Destroy;
}

void resetPlacesOf([[maybe_unused]] const Row &row,
                   [[maybe_unused]] bool again) {
#ifdef ALL_ROWS
  if (row.proof == Proof::None)
    resetPlaces(again);
#endif
}

/// An operation's result that nobody needs.
template <class Result> void use(const Result &) {}

} // namespace

// In parentheses, as the commas go through more than one macro.
#define TOUCH(Kind, Which)                                                     \
  (Touch{Effect::Kind,                                                         \
         []([[maybe_unused]] Fixture &f) { return place(Which); }})
#define READS(Which) TOUCH(Read, Which)
#define WRITES(Which) TOUCH(Write, Which)
#define CONSTRUCTS(Which) TOUCH(Construct, Which)
#define DESTROYS(Which) TOUCH(Destroy, Which)
#define ALONE (Touch{})
#define ROW_PROVED(Proved, Operation, Label, First, Second, ...)               \
  {Operation,                                                                  \
   Label,                                                                      \
   {First, Second},                                                            \
   []([[maybe_unused]] Fixture &f) { __VA_ARGS__; },                           \
   Proof::Proved},
#define ROW(...) ROW_PROVED(Full, __VA_ARGS__)
#define ROW_ENDING_ELEMENTS(...) ROW_PROVED(Alone, __VA_ARGS__)
#define ROW_IN_PLACE(...) ROW_PROVED(None, __VA_ARGS__)
// The library has no such member.
#define ABSENT(Operation) {Operation, nullptr, {}, nullptr, Proof::None},

const Row kRows[] = {
// clang-format off
#ifdef ONLY_MUTANTS
#include "rows/mutants.inc"
#else
#include "rows/comparison.inc"
#endif
#ifdef ALL_ROWS
#include "rows/construction.inc"
#include "rows/assignment.inc"
#include "rows/lookup.inc"
#include "rows/iteration.inc"
#include "rows/insertion.inc"
#include "rows/erasure.inc"
#include "rows/nodes.inc"
#include "rows/policy.inc"
#include "rows/throwing.inc"
#include "rows/places.inc"
#endif
    // clang-format on
};
const int kRowCount = std::size(kRows);
const char kContainer[] = CONTAINER_NAME;

Fixture *NewFixture(const Row &row, int elements, bool room) {
  auto *fixture = new Fixture(elements, room);
  if (destroys(row)) {
    ::new (&fixture->raw) Map;
    fixture->raw.insert(value(1));
  }
  resetPlacesOf(row, true);
  return fixture;
}

void DeleteFixture(Fixture *fixture, const Row &row, bool ran) {
  if (constructs(row) ? ran : destroys(row) && !ran)
    fixture->raw.~Map();
  resetPlacesOf(row, false);
  delete fixture;
}

volatile int *ElementOf(Fixture &fixture) { return fixture.element; }
