// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the harness knows of a container under test: a table of rows, each an
// operation on a fresh fixture. The rows are in rows/*.inc, compiled once per
// container by operations.cpp; harness.cpp runs them.

#ifndef MAPSAN_TEST_SUBJECT_H
#define MAPSAN_TEST_SUBJECT_H

struct Fixture; // the maps and arguments of one run of one row

/// What a row must have done to a map, by the effective policy.
enum class Effect { None, Read, Write, Construct, Destroy };

/// Operations that another thread performs on the map of a row, to find out
/// what the row did to it. Each exists kSites times, as a call site of its
/// own: two reports of one pair of sites would be one report.
struct Counters {
  static constexpr int kSites = 16; // trials of a row, two maps
  void (*read[kSites])(void *map);  // size()
  void (*write[kSites])(void *map); // inserts a key and erases it again
};

/// A map that a row touches.
struct Place {
  void *map;
  unsigned long bytes;
  const Counters *counters;
};

struct Touch {
  Effect effect = Effect::None;
  Place (*place)(Fixture &) = nullptr;
};

struct Row {
  const char *operation; // row of the catalog: name, discriminators if any
  const char *label;     // unique in the table: overload and circumstances
  Touch touches[2];
  void (*run)(Fixture &);
  bool ends_elements; // also the one that ElementOf would give
};

/// The table of this program, and the words for its container.
extern const Row kRows[];
extern const int kRowCount;
extern const char kContainer[];

/// Maps of `elements` elements. With `room` no later insertion of a few
/// elements rehashes, so that iterators stay valid in unordered containers.
Fixture *NewFixture(const Row &row, int elements, bool room);
/// `ran`: the row's operation was performed.
void DeleteFixture(Fixture *fixture, const Row &row, bool ran);

/// A word inside an element that is neither key nor structure: another thread
/// may write it while a map operation runs that does not end its life.
volatile int *ElementOf(Fixture &fixture);

#endif // MAPSAN_TEST_SUBJECT_H
