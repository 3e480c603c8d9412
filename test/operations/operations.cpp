// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of operations for one container: compiled for each with
// -DLIBRARY=header -DCONTAINER=name (container.h), linked with harness.cpp and reports.cpp.
// -DONLY_MUTANTS is for mutants.test; -DONLY_COMPARISON leaves the rest out; it alone can do with C++17.

#include "fixture.h"
#if !defined(ONLY_MUTANTS) && !defined(ONLY_COMPARISON)
#define ALL_ROWS
#if defined(STANDARD) && !defined(IS_SEQUENCE)
#define ALL_PLACES
#include "places.h"
#endif
#endif

#include <algorithm>
#include <iterator>
#include <utility>

namespace {

template <class Any, int Site> [[gnu::noinline]] void counterRead(void *map) {
  auto size = SIZE(*static_cast<Any *>(map));
  asm volatile("" : : "r"(size));
}

template <class Any, int Site> [[gnu::noinline]] void counterWrite(void *map) {
  Any &any = *static_cast<Any *>(map);
  PUT(any, 900);
  TAKE(any, 900);
}

template <class Any, int... Sites>
constexpr Counters makeCounters(std::integer_sequence<int, Sites...>) {
  return {{counterRead<Any, Sites>...}, {counterWrite<Any, Sites>...}};
}

template <class Any>
constexpr Counters counters =
    makeCounters<Any>(std::make_integer_sequence<int, Counters::kSites>());

template <class Any> Place place(Any &map) {
  auto &object = OBJECT_OF(map);
  return {&object, BYTES_OF(object),
          &counters<std::remove_reference_t<decltype(object)>>};
}

bool constructs(const Row &row) {
  return row.touches[0].effect == Effect::Construct;
}
bool destroys(const Row &row) {
  return row.touches[0].effect == Effect::Destroy;
}

void resetPlacesOf([[maybe_unused]] const Row &row,
                   [[maybe_unused]] bool again) {
#ifdef ALL_PLACES
  if (row.proof == Proof::None)
    resetPlaces(again);
#endif
}

/// An operation's result that nobody needs.
template <class Result> void use(const Result &) {}

// What algorithms are given.
struct Ignore {
  template <class Any> void operator()(Any &&) const {}
};
[[maybe_unused]] Ignore ignore;
struct IsTwo {
  bool operator()(const Value &value) const { return numberOf(value) == 2; }
};
struct Always {
  bool operator()(const Value &) const { return true; }
};
struct Never {
  bool operator()(const Value &) const { return false; }
};

/// Makes an element where it is told to.
struct Emplace {
  const Value &value;
  template <class Constructor> void operator()(const Constructor &make) const {
    make(value);
  }
};

/// `code` as a function; null if this container cannot do it.
template <Proof Proved, class Code>
constexpr Row makeRow(const char *operation, const char *label, Touch first,
                      Touch second, [[maybe_unused]] Code code) {
  Row row = {operation, label, {first, second}, nullptr, Proved};
  if constexpr (std::is_convertible_v<Code, void (*)(Fixture &)>) {
    row.run = code;
    // The bystander writes an element, which must stay where it is.
    if (!STABLE && first.effect == Effect::Write && Proved == Proof::Full)
      row.proof = Proof::Alone;
  }
  return row;
}

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
// A row that holds wherever its condition, an expression, compiles: `Map` and
// `f` belong to a template there. (C++17 has no way to ask.)
#if __cplusplus >= 202002L
#define ROW_WHERE(Proved, Condition, Operation, Label, First, Second, ...)     \
  makeRow<Proof::Proved>(                                                      \
      Operation, Label, First, Second,                                         \
      []<class F, class Map = typename F::Map,                                 \
         class Allocator = typename F::Allocator>([[maybe_unused]] F &f)       \
        requires requires { Condition; }                                       \
      { __VA_ARGS__; }),
#else
#define ROW_WHERE(Proved, Condition, Operation, Label, First, Second, ...)     \
  makeRow<Proof::Proved>(Operation, Label, First, Second,                      \
                         []([[maybe_unused]] Fixture &f) { __VA_ARGS__; }),
#endif
#define ROW(Operation, Label, First, Second, ...)                              \
  ROW_WHERE(Full, (__VA_ARGS__), Operation, Label, First, Second, __VA_ARGS__)
#define ROW_ENDING_ELEMENTS(Operation, Label, First, Second, ...)              \
  ROW_WHERE(Alone, (__VA_ARGS__), Operation, Label, First, Second, __VA_ARGS__)
// Not where there may be too little room, in which case it writes.
#define ROW_WITH_ROOM(Operation, Label, First, Second, ...)                    \
  ROW_WHERE(None, (__VA_ARGS__), Operation, Label, First, Second, __VA_ARGS__)
// To a library of C++98 a list may look like two iterators.
#ifdef CXX98
#define ROW_OF_LIST(...)
#else
#define ROW_OF_LIST ROW
#endif
#define ROW_IF(...) ROW_WHERE(Full, __VA_ARGS__)
#define ROW_IN_PLACE(Operation, Label, First, Second, ...)                     \
  {Operation,                                                                  \
   Label,                                                                      \
   {First, Second},                                                            \
   []([[maybe_unused]] Fixture &f) { __VA_ARGS__; },                           \
   Proof::None},
// The library has no such member.
#define ABSENT(Operation) {Operation, nullptr, {}, nullptr, Proof::None},

// Whether the rows are about containers like the standard's.
#if defined(ALL_ROWS) && !defined(ONLY_EXTRA_ROWS)
#define USUAL_ROWS
#endif

// (As code it would be the largest function of all.)
constexpr Row kRows[] = {
// clang-format off
#ifdef ONLY_MUTANTS
#include "rows/mutants.inc"
#elif !defined(ONLY_EXTRA_ROWS)
#include "rows/comparison.inc"
#endif
#ifdef USUAL_ROWS
#include "rows/construction.inc"
#include "rows/assignment.inc"
#include "rows/lookup.inc"
#include "rows/iteration.inc"
#include "rows/insertion.inc"
#include "rows/erasure.inc"
#include "rows/nodes.inc"
#include "rows/policy.inc"
#ifndef NOTHING_THROWS
#include "rows/throwing.inc"
#endif
#endif
#if defined(ALL_ROWS) && defined(EXTRA_ROWS)
#include EXTRA_ROWS
#endif
#ifdef ALL_PLACES
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
    PREPARE(fixture->raw);
    PUT(fixture->raw, 1);
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

void FinishRow(Fixture &fixture, const Row &row) {
  if (constructs(row))
    PREPARE(fixture.raw);
}

void RefreshFixture(Fixture &fixture) { fixture.findAgain(); }

volatile int *ElementOf(Fixture &fixture) { return fixture.element; }
